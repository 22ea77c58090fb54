import { projectHref } from "#components/environments/address.ts";
import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { FormTextareaField } from "#components/ui/form-fields.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { NotePage } from "#lib/domain/release-notes/queries.ts";

/** One note: as somebody wrote it, else its commits by what they are; and the words to edit. */
export function NoteView({ page, edit }: { readonly page: NotePage; readonly edit: FormAction }) {
  const { head, project } = page;
  return (
    <div className="max-w-3xl space-y-5">
      <p className="text-sm">
        <Link href={`${projectHref(project.slug)}/release-notes`} className="text-link rounded-xs hover:underline">
          All release notes
        </Link>
      </p>
      <Section
        title={
          <>
            <bdi>{head.from}</bdi> → <bdi>{head.to}</bdi>
          </>
        }
        description={<Facts page={page} />}
        action={<CopyButton text={page.text} label="Copy as Markdown" />}
      >
        {page.editedBy === null ? (
          <Generated page={page} />
        ) : (
          <div className="foreign max-w-prose text-sm wrap-anywhere whitespace-pre-wrap">{page.text}</div>
        )}
      </Section>
      {page.mayEdit && page.range.state === "known" && (
        <details className="group">
          <summary className="text-link w-fit cursor-pointer rounded-xs text-sm">Edit</summary>
          <ActionForm action={edit} values={{ note: head.id, version: String(page.version) }} className="mt-3 space-y-3">
            <FormTextareaField
              // New words from elsewhere are a new field: what is typed here stays until it is saved.
              key={page.version}
              label="Text, in Markdown"
              hint="Emptied and saved, it is made from the commits again."
              name="body"
              rows={18}
              defaultValue={page.text}
              className="font-mono"
            />
            <SubmitButton variant="primary">Save</SubmitButton>
          </ActionForm>
        </details>
      )}
    </div>
  );
}

function Facts({ page }: { readonly page: NotePage }) {
  const { range, editedBy, editedAt } = page;
  if (range.state !== "known") return "Berth is reading the commits.";
  const more = range.inCount > range.commitsIn.length ? `, the newest ${range.commitsIn.length} shown` : "";
  return (
    <>
      {range.inCount} {range.inCount === 1 ? "commit" : "commits"}
      {more}
      {range.outCount > 0 && `, ${range.outCount} taken out`}
      {!range.complete && " · the history at hand does not reach all the way"}
      {editedBy !== null && editedAt !== null && (
        <>
          {" "}
          · edited by <bdi>{editedBy}</bdi> <RelativeTime at={editedAt} />
        </>
      )}
    </>
  );
}

function Generated({ page }: { readonly page: NotePage }) {
  const { note, range } = page;
  if (range.state !== "known") return <p className="text-muted text-sm">The commits appear here as soon as they are read.</p>;
  if (note.groups.length === 0) return <p className="text-muted text-sm">No commit of its own lies between them.</p>;
  return (
    <div className="space-y-5 text-sm">
      {note.groups.map(({ title, entries }) => (
        <section key={title}>
          <h3 className="font-semibold">{title}</h3>
          <ul className="mt-1.5 list-disc space-y-1 pl-5">
            {entries.map(({ commit, scope, words, author }) => (
              <li key={commit} className="wrap-anywhere">
                <span className="foreign">
                  {scope !== null && <span className="font-medium">{scope}: </span>}
                  {words}
                </span>{" "}
                <span className="text-faint text-xs">
                  <code className="font-mono">{commit.slice(0, 7)}</code>, <bdi>{author}</bdi>
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <Issues page={page} />
      <p className="text-faint text-xs">
        By <span className="foreign">{note.authors.join(", ")}</span>
      </p>
    </div>
  );
}

function Issues({ page }: { readonly page: NotePage }) {
  if (page.issues.length === 0) return null;
  return (
    <p className="flex flex-wrap gap-x-3 gap-y-1 text-xs">
      <span className="text-faint">Issues</span>
      {page.issues.map(({ number, url }) =>
        url === null ? (
          <span key={number}>#{number}</span>
        ) : (
          <a key={number} href={url} target="_blank" rel="noreferrer" className="text-link rounded-xs hover:underline">
            #{number}
          </a>
        ),
      )}
    </p>
  );
}
