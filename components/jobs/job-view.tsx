import { CirclePause, CirclePlay, Play, SquarePen, Trash2 } from "lucide-react";

import { LogPanel } from "#components/logs/log-panel.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { buttonClass } from "#components/ui/button-class.ts";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { Duration } from "#components/ui/duration.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import type { JobPage, RunDetail } from "#lib/domain/jobs/queries.ts";
import { isRunOver } from "#lib/domain/jobs/states.ts";

import type { JobActions } from "./actions.ts";
import { jobsHref } from "./address.ts";
import { JobButton } from "./job-button.tsx";
import { JobFacts } from "./job-facts.tsx";
import { RunBadge } from "./run-badge.tsx";
import { RunHistory } from "./run-history.tsx";

type Actions = Omit<JobActions, "createJob">;

/** One job: what it is, its history, and the log of one of its runs. */
export function JobView({ page, actions }: { readonly page: JobPage; readonly actions: Actions }) {
  const { job, shown } = page;
  return (
    <div className="space-y-5">
      <header className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0">
          <p className="text-faint text-xs">
            <Link href={jobsHref(page.project.slug, page.name)} className="rounded-xs hover:underline">
              Jobs
            </Link>
          </p>
          <h2 className="text-lg font-semibold break-words">{job.name}</h2>
        </div>
        <HeaderActions page={page} actions={actions} />
      </header>
      {job.problem !== null && (
        <p role="status" className="bg-warn-soft text-warn rounded-md px-4 py-3 text-sm">
          {job.problem}
        </p>
      )}
      <div className="grid gap-5 lg:grid-cols-[19rem_minmax(0,1fr)] lg:items-start">
        <JobFacts job={job} next={page.next} />
        <div className="min-w-0 space-y-5">
          {shown !== null && <Run run={shown} stopRun={actions.stopRun} />}
          <RunHistory page={page} />
        </div>
      </div>
    </div>
  );
}

function HeaderActions({ page, actions }: { readonly page: JobPage; readonly actions: Actions }) {
  const { job } = page;
  const values = { job: job.id };
  return (
    <div className="flex flex-wrap gap-2">
      {job.mayConfigure && job.scheduleKind !== "none" && (
        <ActionButton action={job.paused ? actions.resumeJob : actions.pauseJob} values={values} size="sm">
          {job.paused ? <CirclePlay aria-hidden /> : <CirclePause aria-hidden />}
          {job.paused ? "Resume" : "Pause"}
        </ActionButton>
      )}
      {job.mayConfigure && (
        <>
          <JobButton
            action={actions.updateJob}
            values={values}
            defaults={page.jobDefaults}
            edited={job}
            className={buttonClass({ size: "sm" })}
          >
            <SquarePen aria-hidden />
            Edit
          </JobButton>
          <ConfirmButton
            size="sm"
            action={actions.deleteJob}
            values={values}
            words={{
              title: `Delete the job ${job.name}?`,
              changes: ["It runs no more; what runs now is stopped.", "Its history and logs go with it."],
              undo: "It cannot be undone.",
              confirm: "Delete the job",
            }}
          >
            <Trash2 aria-hidden />
            Delete
          </ConfirmButton>
        </>
      )}
      {job.run !== undefined && (
        <ActionButton action={actions.runJob} values={values} reason={job.run.reason} size="sm" variant="primary">
          <Play aria-hidden />
          Run now
        </ActionButton>
      )}
    </div>
  );
}

/** The run that is looked at: how it went, and what it wrote. */
function Run({ run, stopRun }: { readonly run: RunDetail; readonly stopRun: Actions["stopRun"] }) {
  const over = isRunOver(run.status);
  return (
    <Section
      title={
        <span className="flex flex-wrap items-center gap-2">
          Run #{run.number}
          <RunBadge status={run.status} stopping={run.stopping} />
          {run.startedAt !== null && (
            <Duration from={run.startedAt} to={run.endedAt} className="text-muted text-xs font-normal tabular-nums" />
          )}
        </span>
      }
      description={run.reason ?? undefined}
      bodyClassName=""
      action={
        !over &&
        run.mayStop && (
          <ConfirmButton
            size="sm"
            action={stopRun}
            values={{ run: run.id }}
            words={{
              title: `Stop run #${run.number}?`,
              changes: ["Its container is ended: first asked, a moment later killed.", "It is not tried again."],
              undo: "What it has done so far stays done.",
              confirm: "Stop the run",
            }}
          >
            Stop
          </ConfirmButton>
        )
      }
    >
      {run.log === null ? (
        <EmptyState title={run.status === "skipped" ? "It did not run" : "There is no log to show"}>
          {run.status === "skipped"
            ? "A run that was skipped has no output."
            : "You may not read logs here, or another scheduler has them."}
        </EmptyState>
      ) : (
        <LogPanel
          key={run.id}
          title={`Log of run #${run.number}`}
          url={run.log.url}
          download={run.log.download}
          waiting={over ? "It wrote nothing." : "Waiting for the run to write something…"}
          className="h-[max(18rem,calc(60dvh-8rem))] rounded-t-none border-0"
        />
      )}
    </Section>
  );
}
