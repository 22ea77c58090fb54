import type { Database } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { type RunLease, writeRun } from "./lease.ts";
import type { StepRun } from "./read-run.ts";
import type { RunStatus } from "./states.ts";

interface End {
  readonly status: Exclude<RunStatus, "waiting" | "running">;
  readonly exitCode?: number | null;
  readonly reason?: string | null;
}

const reasonMaxLength = 500;

/**
 * Writes down how an attempt ended: the run's end, or the pause before its next attempt. Only what failed by itself is tried again, not what
 * was stopped, ran out of time or was skipped. Throws LeaseLost.
 */
export async function endAttempt(database: Database, lease: RunLease, run: StepRun, end: End, now = new Date()): Promise<void> {
  const { job } = run;
  const { environment } = job;
  const reason = end.reason?.slice(0, reasonMaxLength) ?? null;
  const again = end.status === "failed" && run.attempt <= job.retries && run.stopRequestedAt === null && job.deletedAt === null;
  await database.$transaction(async (tx) => {
    if (again) {
      await writeRun(tx, lease, {
        status: "waiting",
        attempt: run.attempt + 1,
        notBefore: new Date(now.getTime() + job.retryPauseSeconds * 1000),
        reason: `Attempt ${run.attempt} failed. ${reason ?? ""}`.trim(),
        exitCode: end.exitCode ?? null,
        startedAt: null,
        intentAt: null,
        appId: null,
        taskId: null,
        agentId: null,
        host: null,
        logOffsets: {},
      });
    } else {
      await writeRun(tx, lease, { status: end.status, endedAt: now, exitCode: end.exitCode ?? null, reason });
    }
    const failed = !again && (end.status === "failed" || end.status === "timed_out");
    await appendEvent(tx, {
      kind: failed ? "job.failed" : again ? "job.retried" : "job.ended",
      projectId: environment.projectId,
      environmentId: environment.id,
      actorName: run.requestedByName,
      message: failed ? `Run #${run.number} of job ${job.name} ${end.status === "timed_out" ? "ran out of time" : "failed"}` : null,
      detail: {
        job: job.id,
        name: job.name,
        run: run.id,
        number: run.number,
        status: again ? "waiting" : end.status,
        attempt: run.attempt,
        exitCode: end.exitCode ?? null,
        reason,
        createdById: job.createdById,
      },
    });
  });
}
