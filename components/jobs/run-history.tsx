import { Section } from "#components/ui/card.tsx";
import { Duration } from "#components/ui/duration.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { JobPage } from "#lib/domain/jobs/queries.ts";

import { jobHref } from "./address.ts";
import { RunBadge } from "./run-badge.tsx";

/** Every time a job ran, or should have, the newest first. */
export function RunHistory({ page }: { readonly page: JobPage }) {
  const { job, runs, shown } = page;
  return (
    <Section title="History" description="The newest hundred runs are kept." bodyClassName="">
      {runs.length === 0 ? (
        <EmptyState title="It has not run yet">Run it now, or wait for its time.</EmptyState>
      ) : (
        <Table label="Runs" className="sm:min-w-2xl">
          <thead>
            <tr>
              <Th>Run</Th>
              <Th>Result</Th>
              <Th className="w-full max-sm:hidden">Why</Th>
              <Th className="max-sm:hidden">Release</Th>
              <Th className="max-sm:hidden">By</Th>
              <Th className="text-right max-sm:hidden">Took</Th>
              <Th className="text-right">Due</Th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <Tr key={run.id} className={run.id === shown?.id ? "bg-hover relative" : "relative"}>
                <Td>
                  <Link
                    href={jobHref(job.project, job.environment.name, job.name, run.number)}
                    aria-current={run.id === shown?.id ? "true" : undefined}
                    className="rounded-xs font-medium after:absolute after:inset-0 after:content-[''] hover:underline"
                  >
                    #{run.number}
                  </Link>
                </Td>
                <Td>
                  <RunBadge status={run.status} stopping={run.stopping} />
                </Td>
                <Td className="text-muted max-w-0 truncate text-xs max-sm:hidden">
                  {run.reason ?? ""}
                  {run.attempt > 1 && <span className="text-faint"> (attempt {run.attempt})</span>}
                </Td>
                <Td className="text-muted text-xs whitespace-nowrap max-sm:hidden">{run.release === null ? "–" : `#${run.release}`}</Td>
                <Td className="text-muted text-xs whitespace-nowrap max-sm:hidden">
                  <bdi>{run.trigger === "schedule" ? "schedule" : (run.by ?? "Berth")}</bdi>
                </Td>
                <Td className="text-muted text-right text-xs whitespace-nowrap tabular-nums max-sm:hidden">
                  {run.startedAt === null ? "–" : <Duration from={run.startedAt} to={run.endedAt} />}
                </Td>
                <Td className="text-faint text-right text-xs whitespace-nowrap">
                  <RelativeTime at={run.dueAt} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}
