import { GitCompareArrows } from "lucide-react";

import { projectHref } from "#components/environments/address.ts";
import { ActionForm } from "#components/ui/action-form.tsx";
import { Card, Section } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { FormSelectField } from "#components/ui/form-fields.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { NotesPage } from "#lib/domain/release-notes/queries.ts";

/** What was compared before, and two choices for what is to be compared now. */
export function NoteList({ page, compare }: { readonly page: NotesPage; readonly compare: FormAction }) {
  const { project, notes, sides } = page;
  return (
    <div className="max-w-3xl space-y-5">
      <Section
        title="Compare"
        description="What the second has and the first lacks, by what it is, with who did it and which issues it names."
      >
        {sides.length < 2 ? (
          <p className="text-muted text-sm">There is something to compare as soon as the project has two tags, or something live.</p>
        ) : (
          <ActionForm action={compare} values={{ project: project.slug }} className="grid items-end gap-3 sm:grid-cols-[1fr_1fr_auto]">
            <FormSelectField label="From" name="from" defaultValue={sides[1]?.value ?? ""}>
              <Sides sides={sides} />
            </FormSelectField>
            <FormSelectField label="To" name="to" defaultValue={sides[0]?.value ?? ""}>
              <Sides sides={sides} />
            </FormSelectField>
            <SubmitButton variant="primary">
              <GitCompareArrows aria-hidden />
              Compare
            </SubmitButton>
          </ActionForm>
        )}
      </Section>
      {notes.length === 0 ? (
        <Card>
          <EmptyState title="No release notes yet">Compare two tags, or what runs in two environments.</EmptyState>
        </Card>
      ) : (
        <ul className="bg-surface shadow-card divide-y rounded-md border">
          {notes.map((note) => (
            <li key={note.id} className="hover:bg-hover relative flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3 text-sm">
              <Link
                href={`${projectHref(project.slug)}/release-notes/${note.id}`}
                className="min-w-0 rounded-xs font-medium after:absolute after:inset-0 after:content-['']"
              >
                <bdi>{note.from}</bdi> → <bdi>{note.to}</bdi>
              </Link>
              <span className="text-faint ml-auto text-xs">
                {note.edited && "edited · "}
                <bdi>{note.createdBy}</bdi> · <RelativeTime at={note.createdAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Sides({ sides }: { readonly sides: NotesPage["sides"] }) {
  return (["Environments", "Tags"] as const).map((group) => {
    const own = sides.filter((side) => side.group === group);
    if (own.length === 0) return null;
    return (
      <optgroup key={group} label={group}>
        {own.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </optgroup>
    );
  });
}
