import { clsx } from "clsx";

import { CommitRef } from "#components/ui/commit-ref.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { Duration } from "#components/ui/duration.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RefName } from "#components/ui/ref-name.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StatusBadge } from "#components/ui/status-badge.tsx";
import { Table, Th } from "#components/ui/table.tsx";
import { durationText } from "#components/ui/time-text.ts";
import type { BuildCell, BuildColumn, BuildRow } from "#lib/domain/builds/queries.ts";

/** One row per build, one column per step and stage, each with how it went and how long it took. */
export function BuildTable({ columns, rows }: { readonly columns: readonly BuildColumn[]; readonly rows: readonly BuildRow[] }) {
  if (rows.length === 0)
    return (
      <EmptyState title="Nothing was built yet">
        Push a branch and preview it, or push a tag: each commit that is built gets a row here.
      </EmptyState>
    );
  return (
    <Table label="Builds" className="min-w-max">
      <thead>
        <tr>
          <Th className="bg-surface sticky left-0 z-10">Build</Th>
          {columns.map(({ key, title, averageMs }) => (
            <Th key={key} className="py-1.5 text-center">
              <span className="block">{title}</span>
              <span className="block font-normal tabular-nums">
                {averageMs === null ? <span aria-label="no average yet">–</span> : `⌀ ${durationText(averageMs)}`}
              </span>
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className="border-b last:border-0" data-build={row.id}>
            <th scope="row" className="bg-surface sticky left-0 z-10 max-w-44 px-4 py-2.5 text-left font-normal sm:max-w-72">
              <BuildHead row={row} />
            </th>
            {columns.map(({ key, title }) => (
              <td key={key} className="p-1 align-middle">
                <Cell cell={row.cells[key]} title={title} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function BuildHead({ row }: { readonly row: BuildRow }) {
  const kind = row.refName.startsWith("refs/tags/") ? "tag" : "branch";
  const pull = /^refs\/(?:pull|merge-requests)\/(\d+)\/head$/.exec(row.refName)?.[1];
  return (
    <div className="min-w-0 space-y-0.5 text-sm">
      <CommitRef commit={row.commit} subject={row.subject} className="max-w-full" />
      <div className="text-muted flex flex-wrap items-center gap-x-2.5 gap-y-0.5 text-xs">
        {pull === undefined ? (
          <RefName kind={kind} name={row.refName.replace(/^refs\/(?:heads|tags)\//, "")} className="max-w-full" />
        ) : (
          <span>Pull request #{pull}</span>
        )}
        <span className="text-faint">
          <RelativeTime at={row.createdAt} />
        </span>
        {row.digest !== null && <Digest digest={row.digest} />}
        {row.handedOverBy !== null && (
          <span>
            handed over by <bdi>{row.handedOverBy}</bdi>
          </span>
        )}
      </div>
    </div>
  );
}

const grounds: Readonly<Record<string, string>> = {
  done: "bg-good-soft",
  passed: "bg-good-soft",
  live: "bg-good-soft",
  failed: "bg-bad-soft",
  running: "bg-busy-soft",
  queued: "bg-busy-soft",
  preparing: "bg-busy-soft",
  deploying: "bg-busy-soft",
  verifying: "bg-busy-soft",
};

function Cell({ cell, title }: { readonly cell: BuildCell | undefined; readonly title: string }) {
  if (cell === undefined)
    return (
      <span className="text-faint block text-center">
        <span aria-hidden>·</span>
        <span className="sr-only">not yet</span>
      </span>
    );
  const body = (
    <>
      <StatusBadge status={cell.status} quiet />
      <span className="text-muted block text-xs tabular-nums">
        {cell.startedAt !== null && cell.status !== "skipped" ? <Duration from={cell.startedAt} to={cell.endedAt} /> : "\u00A0"}
      </span>
    </>
  );
  const look = clsx("block min-w-24 rounded-sm px-2 py-1.5 text-center", grounds[cell.status] ?? "bg-sunken");
  if (cell.href === null)
    return (
      <span className={look} title={cell.about ?? undefined}>
        {body}
      </span>
    );
  return (
    <Link href={cell.href} className={clsx(look, "hover:underline")} title={cell.about ?? undefined}>
      <span className="sr-only">{title}: </span>
      {body}
    </Link>
  );
}
