import { CalendarClock, Play, Plus } from "lucide-react";

import { ActionButton } from "#components/ui/action-button.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { buttonClass } from "#components/ui/button-class.ts";
import { Section } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import { durationText } from "#components/ui/time-text.ts";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { JobsPage } from "#lib/domain/jobs/queries.ts";
import type { JobRow } from "#lib/domain/jobs/rows.ts";

import { jobHref } from "./address.ts";
import { JobButton } from "./job-button.tsx";
import { RunBadge } from "./run-badge.tsx";

/** The jobs of an environment: when each runs next, how it went last, and how long it usually takes. */
export function EnvironmentJobs({
  environment,
  createJob,
  runJob,
}: {
  readonly environment: JobsPage;
  readonly createJob: FormAction;
  readonly runJob: FormAction;
}) {
  const { jobs, jobDefaults, id, mayConfigure } = environment;
  const mayMake = mayConfigure && environment.destroyedAt === null;
  const add = (look: string) => (
    <JobButton action={createJob} values={{ environment: id }} defaults={jobDefaults} className={look}>
      <Plus aria-hidden />
      New job
    </JobButton>
  );
  return (
    <Section
      title="Jobs"
      description="Commands that run to their end in the image of what is live here, with its variables."
      bodyClassName=""
      action={mayMake && jobs.length > 0 && add(buttonClass({ size: "sm" }))}
    >
      {jobs.length === 0 ? (
        <EmptyState
          icon={<CalendarClock aria-hidden />}
          title="No jobs"
          action={mayMake ? add(buttonClass({ variant: "primary" })) : undefined}
        >
          A job is a nightly import, a report, a migration: by a schedule, or started by hand.
        </EmptyState>
      ) : (
        <JobTable jobs={jobs} runJob={runJob} />
      )}
    </Section>
  );
}

/** The jobs of all environments of a project. */
export function ProjectJobs({
  jobs,
  more,
  runJob,
}: {
  readonly jobs: readonly JobRow[];
  readonly more: boolean;
  readonly runJob: FormAction;
}) {
  return (
    <Section title="Jobs" description="Of all environments you may see, the next to run first." bodyClassName="">
      {jobs.length === 0 ? (
        <EmptyState icon={<CalendarClock aria-hidden />} title="No jobs">
          Jobs are made on the page of an environment, under “Jobs”.
        </EmptyState>
      ) : (
        <>
          <JobTable jobs={jobs} runJob={runJob} withPlace />
          {more && <p className="text-faint border-t px-4 py-3 text-xs">There are more; see the environments’ own pages.</p>}
        </>
      )}
    </Section>
  );
}

function JobTable({
  jobs,
  runJob,
  withPlace = false,
}: {
  readonly jobs: readonly JobRow[];
  readonly runJob: FormAction;
  readonly withPlace?: boolean;
}) {
  return (
    <Table label="Jobs" className="sm:min-w-3xl">
      <thead>
        <tr>
          <Th className="w-full">Job</Th>
          <Th className="max-sm:hidden">Next run</Th>
          <Th>Last run</Th>
          <Th className="text-right max-sm:hidden">Usually takes</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <Tr key={job.id}>
            <Td className="max-w-0">
              <Link
                href={jobHref(job.project, job.environment.name, job.name)}
                className="block truncate rounded-xs font-medium hover:underline"
              >
                {job.name}
              </Link>
              <p className="text-faint truncate text-xs">
                {withPlace && (
                  <>
                    <bdi>{job.environment.name}</bdi> ·{" "}
                  </>
                )}
                {job.words}
                {job.scheduleKind !== "none" && ` · ${job.timeZone}`}
              </p>
            </Td>
            <Td className="text-muted text-xs whitespace-nowrap max-sm:hidden">
              <NextRun job={job} />
            </Td>
            <Td className="text-xs whitespace-nowrap">
              <LastRun job={job} />
            </Td>
            <Td className="text-muted text-right text-xs whitespace-nowrap tabular-nums max-sm:hidden">
              {job.usualMs === null ? "–" : durationText(job.usualMs)}
            </Td>
            <Td className="text-right">
              {job.run !== undefined && (
                <ActionButton action={runJob} values={{ job: job.id }} reason={job.run.reason} size="sm" label={`Run ${job.name} now`}>
                  <Play aria-hidden />
                  <span className="max-sm:sr-only">Run now</span>
                </ActionButton>
              )}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

/** When it runs next, or why it does not. */
export function NextRun({ job }: { readonly job: JobRow }) {
  if (job.paused) return <Badge tone="warn">Paused</Badge>;
  if (job.nextAt !== null) return <RelativeTime at={job.nextAt} />;
  return <>{job.scheduleKind === "none" ? "by hand" : "none left"}</>;
}

function LastRun({ job }: { readonly job: JobRow }) {
  const run = job.active[0] ?? job.last;
  if (run === null) return <span className="text-faint">never</span>;
  return (
    <Link
      href={jobHref(job.project, job.environment.name, job.name, run.number)}
      className="inline-flex flex-wrap items-center gap-x-2 gap-y-0.5 rounded-xs hover:underline"
    >
      <RunBadge status={run.status} stopping={run.stopping} />
      <span className="text-faint">
        <RelativeTime at={run.endedAt ?? run.startedAt ?? run.dueAt} />
      </span>
    </Link>
  );
}
