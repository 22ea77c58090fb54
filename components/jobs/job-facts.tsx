import type { ReactNode } from "react";

import { RelativeTime } from "#components/ui/relative-time.tsx";
import { durationText } from "#components/ui/time-text.ts";
import type { JobRow } from "#lib/domain/jobs/rows.ts";

import { NextRun } from "./job-list.tsx";
import { concurrencyWords, executorWords, secondsText } from "./words.ts";

/** What a job runs, when, and within which limits. */
export function JobFacts({ job, next }: { readonly job: JobRow; readonly next: readonly Date[] }) {
  const other = executorWords[job.executor];
  return (
    <section aria-label="About this job" className="bg-surface shadow-card rounded-md border p-4 text-sm">
      <p className="font-medium">{job.words}</p>
      {job.schedule !== null && (
        <p className="text-faint text-xs">
          <code className="font-mono">{job.schedule}</code> · {job.timeZone}
        </p>
      )}
      {job.start !== null && <Start start={job.start} />}
      <dl className="mt-4 space-y-2 border-t pt-3">
        <Fact label="Next run">
          <NextRun job={job} />
        </Fact>
        {next.length > 1 && (
          <Fact label="Then">
            <ul>
              {next.slice(1).map((at) => (
                <li key={at.getTime()}>
                  <RelativeTime at={at} />
                </li>
              ))}
            </ul>
          </Fact>
        )}
        <Fact label="Usually takes">{job.usualMs === null ? "not known yet" : durationText(job.usualMs)}</Fact>
        <Fact label="Still running when due">{concurrencyWords[job.concurrency]}</Fact>
        <Fact label="Time limit">{secondsText(job.timeLimitSeconds)}</Fact>
        <Fact label="Start deadline">{secondsText(job.startDeadlineSeconds)}</Fact>
        <Fact label="After a failure">
          {job.retries === 0
            ? "not tried again"
            : `${job.retries} more ${job.retries === 1 ? "attempt" : "attempts"}, pause ${secondsText(job.retryPauseSeconds)}`}
        </Fact>
        <Fact label="Gets">
          {job.cpus} CPU · {job.mem} MiB
        </Fact>
        {other !== null && <Fact label="Scheduler">{other}</Fact>}
        <Fact label="Changed">
          <RelativeTime at={job.changedAt} /> by <bdi>{job.changedBy ?? "Berth"}</bdi>
        </Fact>
      </dl>
    </section>
  );
}

function Start({ start }: { readonly start: NonNullable<JobRow["start"]> }) {
  if (start.startKind === "image") return <p className="text-muted mt-2 text-xs">Runs what the image starts by itself.</p>;
  const text = start.startKind === "command" ? (start.command ?? "") : start.arguments.join("\n");
  return (
    <pre className="bg-sunken mt-3 max-h-40 overflow-auto rounded-sm border px-2.5 py-2 font-mono text-xs break-words whitespace-pre-wrap">
      {text}
    </pre>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt className="text-faint shrink-0 text-xs">{label}</dt>
      <dd className="text-muted min-w-0 text-right text-xs">{children}</dd>
    </div>
  );
}
