import { z } from "zod";

import { BerthError, describeError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { appSpecOf } from "../deployments/release.ts";
import { readSnapshot } from "../environments/snapshot.ts";
import type { WorkerContext } from "../workers/context.ts";
import { jobDefinition } from "./job-app.ts";
import { countsOf, outsideName, readJob, type SyncedJob } from "./outside-job.ts";
import { recordOutsideRuns } from "./outside-runs.ts";
import type { OutsideScheduler } from "./outside-scheduler.ts";
import { readStoredSchedule } from "./stored.ts";

const jobsAtOnce = 500;
const stateSchema = z.object({ releaseId: z.string(), revision: z.number(), enabled: z.boolean() }).nullable().catch(null);

/** Brings another scheduler's jobs to what ours are, starts and stops what somebody wants, and writes down what ran. */
export async function syncOutsideJobs(context: WorkerContext): Promise<void> {
  const scheduler = context.outsideJobs ?? null;
  const jobs = await context.database.job.findMany({
    where: { executor: { not: "apps" } },
    orderBy: { createdAt: "asc" },
    take: jobsAtOnce,
    select: { id: true, executor: true },
  });
  for (const { id, executor } of jobs) {
    try {
      if (scheduler === null || scheduler.kind !== executor)
        throw new BerthError("unavailable", { detail: `Berth is not set up with ${executor} any more: nobody runs this job.` });
      await syncJob(context, scheduler, id);
      await say(context, id, null);
    } catch (error) {
      await say(context, id, error instanceof BerthError ? `${error.title} ${error.detail ?? ""}`.trim() : describeError(error));
    }
  }
}

async function say(context: WorkerContext, id: string, problem: string | null): Promise<void> {
  await context.database.job.updateMany({
    where: { id, OR: [{ outsideProblem: { not: problem } }, ...(problem === null ? [] : [{ outsideProblem: null }])] },
    data: { outsideProblem: problem?.slice(0, 500) ?? null },
  });
}

async function syncJob(context: WorkerContext, scheduler: OutsideScheduler, id: string): Promise<void> {
  const job = await readJob(context.database, id);
  const name = outsideName(job);
  const isGone = job.deletedAt !== null || job.environment.destroyedAt !== null || job.environment.project.deletedAt !== null;
  if (isGone) return await takeAway(context, scheduler, job, name);
  if (job.environment.liveReleaseId === null) return;
  await bringUp(context, scheduler, job, name);
  for (const run of job.runs) await stepRun(context, scheduler, job, run, name);
  const said = await scheduler.look(name);
  // Somebody took it away there: it is made again with the next look.
  if (said === null) await context.database.job.update({ where: { id }, data: { outsideRevision: 0 }, select: { id: true } });
  else await recordOutsideRuns(context.database, await readJob(context.database, id), said);
}

async function takeAway(context: WorkerContext, scheduler: OutsideScheduler, job: SyncedJob, name: string): Promise<void> {
  if (job.outsideRevision === job.revision) return;
  for (const run of job.runs) {
    await scheduler.stop(name, run.outsideId);
    await context.database.jobRun.updateMany({
      where: { id: run.id, status: { in: ["waiting", "running"] } },
      data: { status: "stopped", endedAt: new Date(), reason: "The job was deleted." },
    });
  }
  await scheduler.remove(name);
  await context.database.job.update({ where: { id: job.id }, data: { outsideRevision: job.revision }, select: { id: true } });
}

/** Tells it the job, where the job, the live release or the environment's state changed since it was told. */
async function bringUp(context: WorkerContext, scheduler: OutsideScheduler, job: SyncedJob, name: string): Promise<void> {
  const enabled = !job.paused && job.environment.desired === "running";
  const known = stateSchema.parse(job.outsideState);
  const isSame = known?.releaseId === job.environment.liveReleaseId && known?.enabled === enabled && job.outsideRevision === job.revision;
  if (isSame) return;
  const snapshot = await readSnapshot(context.database, job.environmentId);
  const release = snapshot?.liveRelease ?? null;
  if (snapshot === null || release === null) return;
  const live = await appSpecOf(context, snapshot, release);
  const app = jobDefinition(live, { id: `/${name}`, job, run: { id: job.id, number: 0 }, instance: context.instance });
  await scheduler.put({
    name,
    description: `${job.name} of ${job.environment.name}, kept by Berth`,
    schedule: readStoredSchedule(job),
    timeZone: job.timeZone,
    enabled,
    concurrency: job.concurrency,
    startDeadlineSeconds: job.startDeadlineSeconds,
    retries: job.retries,
    app,
  });
  const counts = countsOf(job.outsideState);
  await context.database.job.update({
    where: { id: job.id },
    data: {
      outsideRevision: job.revision,
      // A job that is changed is counted anew there.
      outsideState: {
        releaseId: release.id,
        revision: job.revision,
        enabled,
        ...(counts === null ? {} : { counts: { succeeded: 0, failed: 0 } }),
      },
    },
    select: { id: true },
  });
}

type OpenRun = SyncedJob["runs"][number];

/** What somebody wants of one run: to begin it, or to end it. */
async function stepRun(context: WorkerContext, scheduler: OutsideScheduler, job: SyncedJob, run: OpenRun, name: string): Promise<void> {
  const { database } = context;
  const end = async (status: "stopped" | "failed", reason: string) => {
    await database.$transaction(async (tx) => {
      const { count } = await tx.jobRun.updateMany({
        where: { id: run.id, status: { in: ["waiting", "running"] } },
        data: { status, reason, endedAt: new Date() },
      });
      if (count > 0) await appendEvent(tx, { kind: "job.ended", projectId: job.environment.projectId, environmentId: job.environmentId });
    });
  };
  if (run.stopRequestedAt !== null) {
    if (run.intentAt !== null || run.outsideId !== null) await scheduler.stop(name, run.outsideId);
    return await end("stopped", `Stopped by ${run.stopRequestedByName ?? "somebody"}.`);
  }
  if (run.trigger !== "hand" || run.outsideId !== null) return;
  if (run.intentAt !== null) {
    // It was asked, and nobody wrote down the answer: it is not asked twice.
    if (Date.now() - run.intentAt.getTime() > job.startDeadlineSeconds * 1000)
      await end("failed", "Berth was ended while it asked for this run; whether it began is not known.");
    return;
  }
  const { count } = await database.jobRun.updateMany({ where: { id: run.id, intentAt: null }, data: { intentAt: new Date() } });
  if (count === 0) return;
  const outsideId = (await scheduler.run(name)) ?? `hand-${run.number}`;
  await database.jobRun.updateMany({
    where: { id: run.id, status: "waiting" },
    data: { outsideId, status: "running", startedAt: new Date(), releaseId: job.environment.liveReleaseId },
  });
}
