import type { ObservedApp, ObservedTask } from "#lib/adapters/marathon/model.ts";

import type { WorkerContext } from "../workers/context.ts";
import type { ClusterLook } from "./cluster-look.ts";
import { copyLastWords, copyLog, noteInLog } from "./copy-log.ts";
import { endAttempt } from "./end-run.ts";
import { taskPrefix } from "./job-app.ts";
import { type RunLease, writeRun } from "./lease.ts";
import { type StepRun, isPlaceGone } from "./read-run.ts";
import { sightOf } from "./sight.ts";

interface Watched {
  readonly look: ClusterLook;
  readonly app: ObservedApp;
  readonly now: Date;
}

/** The app is there: copies its output, sees its end, and ends it where somebody wants that or its time is over. */
export async function watchRun(context: WorkerContext, lease: RunLease, run: StepRun, watched: Watched): Promise<void> {
  const { app, now } = watched;
  const sight = sightOf(app, run.taskId);
  switch (sight.kind) {
    case "alive":
      return await goOn(context, lease, run, watched, sight.task, sight.isRunning);
    case "second":
      // Whoever had it replaced did so outside of Berth. It is not let go on; the app is put away with the attempt.
      return await endAttempt(
        context.database,
        lease,
        run,
        { status: "failed", reason: "Its task was killed and replaced outside of Berth." },
        now,
      );
    case "failed": {
      const reason = sight.exitCode === null ? sight.message : exitWords(sight.exitCode, run.job.startKind);
      const known = run.taskId ?? sight.taskId;
      await lastWords(context, lease, run, watched, known);
      if (sight.exitCode === null) await noteInLog(context, run, sight.message);
      const status = endingOf(run, now)?.status ?? "failed";
      return await endAttempt(
        context.database,
        lease,
        run,
        { status: app.instances === 0 ? status : "failed", exitCode: sight.exitCode, reason },
        now,
      );
    }
    case "put-away":
      await lastWords(context, lease, run, watched, run.taskId);
      return await endAttempt(
        context.database,
        lease,
        run,
        endingOf(run, now) ?? { status: "failed", reason: "It was scaled to nothing outside of Berth." },
        now,
      );
    case "none":
      return await withoutTask(context, lease, run, watched);
  }
}

/** What a shell and the engine say with these numbers is no secret to those who know; others are told. */
function exitWords(exitCode: number, startKind: string): string {
  const ended = `It ended with exit code ${exitCode}`;
  const shell = startKind === "command" ? ", or the image has no /bin/sh" : "";
  if (exitCode === 127) return `${ended}: a program was not found${shell}.`;
  if (exitCode === 126) return `${ended}: a program may not be executed.`;
  if (exitCode === 137) return `${ended}: it was killed.`;
  return `${ended}.`;
}

/** Why the run is to end although its task lives; null: it may go on. */
function endingOf(run: StepRun, now: Date): { readonly status: "stopped" | "timed_out"; readonly reason: string } | null {
  if (run.stopRequestedAt !== null) return { status: "stopped", reason: `Stopped by ${run.stopRequestedByName ?? "somebody"}.` };
  if (isPlaceGone(run)) return { status: "stopped", reason: "The environment was taken down." };
  const limit = run.job.timeLimitSeconds;
  if (run.startedAt !== null && now.getTime() - run.startedAt.getTime() > limit * 1000)
    return { status: "timed_out", reason: `It ran longer than its limit of ${limit} seconds.` };
  return null;
}

async function goOn(
  context: WorkerContext,
  lease: RunLease,
  run: StepRun,
  { look, app, now }: Watched,
  task: ObservedTask,
  isRunning: boolean,
): Promise<void> {
  const begins = isRunning && run.status === "waiting";
  if (run.taskId === null || run.agentId !== task.agentId || begins) {
    await writeRun(context.database, lease, {
      taskId: task.id,
      agentId: task.agentId,
      host: task.host,
      ...(begins ? { status: "running" as const, startedAt: task.startedAt ?? now, reason: null, exitCode: null } : {}),
    });
    if (begins) await say(context, run);
  }
  if (isRunning) await copyLog(context, look.parts, lease, run, { taskId: task.id, agentId: task.agentId, host: task.host });
  const started = begins ? { ...run, startedAt: task.startedAt ?? now } : run;
  if (endingOf(started, now) !== null && app.instances > 0) await look.parts.marathon.scaleApp(app.id, 0, { force: true });
}

async function say(context: WorkerContext, run: StepRun): Promise<void> {
  const { environment } = run.job;
  await context.database.event.createMany({
    data: [{ kind: "job.started", projectId: environment.projectId, environmentId: environment.id }],
  });
}

/** No task and no failure: it waits for room, or it came, ended well and went between two looks. */
async function withoutTask(context: WorkerContext, lease: RunLease, run: StepRun, watched: Watched): Promise<void> {
  const { look, app, now } = watched;
  if (endingOf(run, now) !== null) {
    await look.parts.marathon.scaleApp(app.id, 0, { force: true });
    return;
  }
  const delay = await look.delayOf(app.id);
  const found = delay !== null && delay.seconds === 0 ? null : await look.parts.taskLogs.find(taskPrefix(app.id));
  // Only what has ended by itself is held back.
  const hasEnded = found?.state === "TASK_FINISHED" || found?.state === "TASK_FAILED" || (delay !== null && delay.seconds > 0);
  if (!hasEnded) return await waitForRoom(context, lease, run, watched, delay?.reasons ?? []);
  await lastWords(context, lease, run, watched, run.taskId ?? found?.taskId ?? null);
  const failed = found?.state === "TASK_FAILED";
  const startedAt = run.startedAt ?? run.intentAt ?? now;
  await writeRun(context.database, lease, { startedAt });
  await endAttempt(
    context.database,
    lease,
    run,
    failed ? { status: "failed", reason: "It failed; the cluster does not say how." } : { status: "succeeded", exitCode: 0 },
    now,
  );
}

async function waitForRoom(
  context: WorkerContext,
  lease: RunLease,
  run: StepRun,
  { look, app, now }: Watched,
  reasons: readonly string[],
): Promise<void> {
  const asked = run.intentAt?.getTime() ?? now.getTime();
  if (run.taskId !== null || now.getTime() - asked <= run.job.startDeadlineSeconds * 1000) {
    const reason = reasons.length === 0 ? run.reason : `Waits for room in the cluster (${reasons.slice(0, 3).join(", ")}).`;
    if (reason !== run.reason) await writeRun(context.database, lease, { reason });
    return;
  }
  await look.parts.marathon.scaleApp(app.id, 0, { force: true });
  await endAttempt(
    context.database,
    lease,
    run,
    { status: "skipped", reason: "The cluster had no room for it within its start deadline." },
    now,
  );
}

/** Keeps the rest of the output before the task is forgotten. */
async function lastWords(
  context: WorkerContext,
  lease: RunLease,
  run: StepRun,
  { look, app }: Watched,
  taskId: string | null,
): Promise<void> {
  const known = run.agentId === null ? await look.parts.taskLogs.find(taskPrefix(app.id)).catch(() => null) : null;
  const id = taskId ?? known?.taskId ?? null;
  if (id === null) return;
  const place = { taskId: id, agentId: run.agentId ?? known?.agentId ?? null, host: run.host ?? known?.host ?? null };
  if (run.taskId !== id || run.agentId !== place.agentId) await writeRun(context.database, lease, place);
  await copyLastWords(context, look.parts, lease, run, place);
}
