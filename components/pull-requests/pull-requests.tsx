import { environmentHref } from "#components/environments/address.ts";
import { Section } from "#components/ui/card.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StatusIcon } from "#components/ui/status-badge.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { PullRequestList, PullRequestRow } from "#lib/domain/pull-requests/queries.ts";

/** Pull requests from forks, where they are followed: what waits for a word, and what was approved. */
export function PullRequests({
  list,
  project,
  approve,
}: {
  readonly list: PullRequestList;
  readonly project: string;
  readonly approve: FormAction;
}) {
  if (!list.on || list.rows.length === 0) return null;
  return (
    <Section
      className="mb-4"
      title="Pull requests from forks"
      description="Nothing of them is built before somebody approves that very commit. They run without secrets."
      bodyClassName=""
    >
      <ul className="divide-y" aria-label="Pull requests">
        {list.rows.map((row) => (
          <li key={row.number} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 text-sm">
            <div className="min-w-0 flex-1 basis-64">
              <p className="foreign truncate font-medium" title={row.title ?? undefined}>
                <span className="text-faint tabular-nums">#{row.number}</span> <bdi>{row.title ?? "Not read yet"}</bdi>
              </p>
              <p className="text-muted flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-0.5 text-xs">
                <CommitRef commit={row.commit} subject={null} />
                <bdi className="max-w-40 truncate">{row.author ?? "unknown"}</bdi>
                <span className="text-faint">
                  <RelativeTime at={row.changedAt} />
                </span>
                {row.approval !== null && (
                  <span>
                    approved by <bdi>{row.approval.by}</bdi>
                  </span>
                )}
              </p>
            </div>
            <RunsIn row={row} project={project} />
            {list.mayApprove && row.approval === null && <Approve row={row} project={project} approve={approve} />}
            {list.mayApprove && row.approval !== null && row.environment === null && (
              <Approve row={row} project={project} approve={approve} word="Preview again" />
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function RunsIn({ row: { environment, commit }, project }: { readonly row: PullRequestRow; readonly project: string }) {
  if (environment === null) return null;
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5 text-xs">
      <StatusIcon status={environment.serving} className="size-3.5" />
      <Link href={environmentHref(project, environment.name)} className="truncate rounded-xs hover:underline">
        <span className="sr-only">{environment.serving}: </span>
        {environment.name}
      </Link>
      {environment.commit !== null && environment.commit !== commit && (
        <span className="text-warn">stays at {environment.commit.slice(0, 8)}</span>
      )}
    </span>
  );
}

function Approve({
  row,
  project,
  approve,
  word = "Approve and preview",
}: {
  readonly row: PullRequestRow;
  readonly project: string;
  readonly approve: FormAction;
  readonly word?: string;
}) {
  return (
    <ConfirmButton
      action={approve}
      values={{ project, number: String(row.number), commit: row.commit }}
      size="sm"
      label={`${word}: pull request ${row.number}`}
      words={{
        title: `Build and run pull request #${row.number}?`,
        changes: [
          <span key="commit">
            Approved is commit <code className="font-mono break-all">{row.commit}</code> and nothing else; a later push needs its own word.
          </span>,
          "Its Dockerfile and its code come from outside: read them first. It runs in review without secrets, and is never promoted.",
        ],
        undo: "Destroy its environment.",
        confirm: `Approve ${row.commit.slice(0, 12)}`,
        variant: "primary",
      }}
    >
      {word}
    </ConfirmButton>
  );
}
