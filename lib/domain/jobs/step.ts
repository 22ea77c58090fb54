import { BerthError, describeError, isBerthError } from "#lib/core/errors.ts";

import { actorOfPerson } from "../access/authenticate.ts";
import { may } from "../access/policy.ts";
import { LeaseLost } from "../builds/lease.ts";
import { appSpecOf } from "../deployments/release.ts";
import { policyObject } from "../environments/load.ts";
import { readSnapshot } from "../environments/snapshot.ts";
import type { WorkerContext } from "../workers/context.ts";
import type { ClusterLook } from "./cluster-look.ts";
import { noteInLog } from "./copy-log.ts";
import { endAttempt } from "./end-run.ts";
import { jobAppId, jobDefinition } from "./job-app.ts";
import { type RunLease, claimRun, stillFresh, writeRun } from "./lease.ts";
import { type StepRun, isPlaceGone, readRun } from "./read-run.ts";
import { watchRun } from "./watch-run.ts";

/** What was asked a moment ago may not show yet. */
const askAgainAfterMs = 2_000;

/**
 * One idempotent step of one run: begin, look, or end it. Everything it needs is in rows and in the cluster, so that a worker that ends
 * between two steps, or within one, leaves nothing that another cannot take up.
 */
export async function stepRun(context: WorkerContext, id: string, look: ClusterLook, now: Date = new Date()): Promise<void> {
  const lease = await claimRun(context.database, id, context.poolId());
  if (lease === null) return;
  const run = await readRun(context.database, id);
  if (run === null) return;
  try {
    if (run.intentAt === null || run.appId === null) await begin(context, lease, run, look, now);
    else {
      const app = look.apps.get(run.appId);
      if (app === undefined) await withoutApp(context, lease, run, look, now);
      else await watchRun(context, lease, run, { look, app, now });
    }
  } catch (error) {
    if (error instanceof LeaseLost || isPassing(error)) {
      context.log.debug({ runId: id, reason: describeError(error) }, "A run's step did not work; it comes again.");
      return;
    }
    context.log.info({ runId: id, reason: describeError(error) }, "A run could not be started.");
    await fail(context, lease, run, error, now);
  }
}

/** A cluster that is away for a moment, or busy, is no fault of the job's. */
function isPassing(error: unknown): boolean {
  return (
    isBerthError(error, "marathon_unavailable", "marathon_locked", "marathon_too_many", "marathon_unauthorised", "unavailable") ||
    !(error instanceof BerthError)
  );
}

async function fail(context: WorkerContext, lease: RunLease, run: StepRun, error: unknown, now: Date): Promise<void> {
  const reason = error instanceof BerthError ? `${error.title} ${error.detail ?? ""}`.trim() : describeError(error);
  await noteInLog(context, run, reason);
  await endAttempt(context.database, lease, run, { status: "failed", reason }, now);
}

/** Before anything was asked of the cluster. */
async function begin(context: WorkerContext, lease: RunLease, run: StepRun, look: ClusterLook, now: Date): Promise<void> {
  const { job } = run;
  const end = async (status: "stopped" | "skipped" | "failed", reason: string) =>
    endAttempt(context.database, lease, run, { status, reason }, now);
  if (run.stopRequestedAt !== null) return end("stopped", `Stopped by ${run.stopRequestedByName ?? "somebody"} before it began.`);
  if (isPlaceGone(run)) return end("stopped", "The environment was taken down.");
  if (run.notBefore !== null && run.notBefore > now) return;
  const refusal = await whyNotAnyMore(context, run);
  if (refusal !== null) return end("stopped", refusal);
  if (job.environment.desired !== "running") return end("skipped", "The environment was stopped.");
  const isLate = now.getTime() - run.dueAt.getTime() > job.startDeadlineSeconds * 1000;
  if (run.trigger === "schedule" && run.attempt === 1 && isLate)
    return end("skipped", `It could not begin within its start deadline of ${job.startDeadlineSeconds} seconds.`);
  if (job.concurrency === "replace" && (await hasEarlier(context, run))) return;
  const started = await launch(context, lease, run, look, now);
  if (!started) await end("skipped", "Nothing was live in the environment: there was no image to run.");
}

/** What is asked of a run before it begins. */
type Asked = Pick<StepRun, "trigger" | "requestedById" | "requestedByName" | "attempt"> & {
  readonly job: {
    readonly environment: Pick<StepRun["job"]["environment"], "projectId"> & {
      readonly stage: Pick<StepRun["job"]["environment"]["stage"], "kind">;
    };
  };
};

/** Whether the one who started it by hand may still have it; the reason why not, else null. */
export async function whyNotAnyMore(context: Pick<WorkerContext, "database">, run: Asked): Promise<string | null> {
  if (run.trigger !== "hand" || run.requestedById === null || run.attempt > 1) return null;
  const { projectId, stage } = run.job.environment;
  const actor = await actorOfPerson(context.database, run.requestedById);
  if (actor !== null && may(actor, "deploy", policyObject({ projectId, stageKind: stage.kind }))) return null;
  return `${run.requestedByName ?? "Whoever"} asked for it and may not do so any more.`;
}

async function hasEarlier(context: WorkerContext, run: StepRun): Promise<boolean> {
  const earlier = await context.database.jobRun.findFirst({
    where: { jobId: run.jobId, status: { in: ["waiting", "running"] }, number: { lt: run.number } },
    select: { id: true },
  });
  return earlier !== null;
}

/** Writes down what is about to be asked, then asks. False: nothing is live here. */
async function launch(context: WorkerContext, lease: RunLease, run: StepRun, look: ClusterLook, now: Date): Promise<boolean> {
  const snapshot = await readSnapshot(context.database, run.job.environmentId);
  const release = snapshot?.liveRelease ?? null;
  if (snapshot === null || release === null) return false;
  const { environment } = run.job;
  // A job that was renamed meanwhile is found under its old name.
  const appId =
    run.appId ??
    jobAppId({
      project: environment.project.slug,
      stage: environment.stage.name,
      slug: environment.slug,
      job: run.job.name,
      run,
    });
  const live = await appSpecOf(context, snapshot, release);
  const definition = jobDefinition(live, { id: appId, job: run.job, run, instance: context.instance });
  if (run.attempt > 1 && run.intentAt === null) await noteInLog(context, run, `attempt ${run.attempt}`);
  await writeRun(context.database, lease, { intentAt: run.intentAt ?? now, appId, releaseId: release.id, logOffsets: {} });
  // Only made where there is none, and an ended one stays a while: a second start of the same attempt is refused by the cluster itself.
  stillFresh(lease);
  await look.parts.marathon.createApp(definition).catch((error: unknown) => {
    if (!isBerthError(error, "already_exists")) throw error;
  });
  return true;
}

/** It was asked for and is not there: the question was lost, or somebody took the app away. */
async function withoutApp(context: WorkerContext, lease: RunLease, run: StepRun, look: ClusterLook, now: Date): Promise<void> {
  const end = async (status: "stopped" | "skipped" | "failed", reason: string) =>
    endAttempt(context.database, lease, run, { status, reason }, now);
  if (run.taskId !== null) return end(run.stopRequestedAt === null ? "failed" : "stopped", "Its app was removed from the cluster.");
  if (run.stopRequestedAt !== null) return end("stopped", `Stopped by ${run.stopRequestedByName ?? "somebody"} before it began.`);
  if (isPlaceGone(run)) return end("stopped", "The environment was taken down.");
  const asked = run.intentAt?.getTime() ?? now.getTime();
  if (now.getTime() - asked > run.job.startDeadlineSeconds * 1000)
    return end("skipped", "The cluster did not take it within its start deadline.");
  if (now.getTime() - asked < askAgainAfterMs) return;
  if (!(await launch(context, lease, run, look, now))) await end("skipped", "Nothing is live in the environment any more.");
}
