import { isErrorCode } from "#lib/core/error-catalogue.ts";
import { BerthError, isBerthError } from "#lib/core/errors.ts";
import { isBuildOver } from "#lib/core/states.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { ensureBuild } from "../builds/ensure.ts";
import { type EnvironmentLease, fence } from "../environments/lease.ts";
import { type Next, type OpenDeployment, type Snapshot, again, idle, wait } from "../environments/snapshot.ts";
import { captureTaskTail } from "../logs/capture.ts";
import { showPage, showWork } from "../routes/write.ts";
import type { WorkerContext } from "../workers/context.ts";
import { endDeployment, moveDeployment } from "./end.ts";
import { appSpecOf, createRelease } from "./release.ts";
import { restartTasks } from "./restart.ts";
import { beginStep, finishStep, noteStep, skipStep } from "./steps.ts";
import { auditRefusal, whyNotAnyMore } from "./still-allowed.ts";
import { verify } from "./verify.ts";

/** Errors of Marathon's that end a deployment; all others are waited out. */
const final = ["marathon_refused", "marathon_unauthorised", "secret_unreadable", "image_missing"] as const;
const lockedRetryMs = 250;
/** A lock of a deployment of ours that does not go away is broken after this long; nobody else's ever is. */
const lockPatienceMs = 60_000;

/** One step of a running deployment. */
export async function advanceDeployment(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
): Promise<Next> {
  if (deployment.cancelRequestedAt !== null || snapshot.desired === "destroyed") {
    await fail(context, lease, snapshot, deployment, new BerthError("cancelled"));
    return again;
  }
  try {
    if (deployment.status === "preparing") return await prepare(context, lease, snapshot, deployment);
    if (deployment.status === "deploying") return await launch(context, lease, snapshot, deployment);
    return await verify(context, lease, snapshot, deployment);
  } catch (error) {
    if (!isBerthError(error, ...final, "app_exited", "app_not_listening", "app_unhealthy", "no_resources", "marathon_locked")) throw error;
    await fail(context, lease, snapshot, deployment, error);
    return again;
  }
}

/** Waits for the build; then fixes image and configuration as a release. */
async function prepare(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot, deployment: OpenDeployment): Promise<Next> {
  const { build } = deployment;
  if (build === null || (build.status === "built" && (build.image === null || build.image.removedAt !== null))) {
    await context.database.$transaction(async (tx) => {
      await fence(tx, lease);
      const { id } = await ensureBuild(tx, {
        projectId: deployment.projectId,
        commit: deployment.commit,
        refName: deployment.refName,
        requestedByName: deployment.requestedByName,
      });
      await tx.deployment.update({ where: { id: deployment.id }, data: { buildId: id } });
    });
    return again;
  }
  if (!isBuildOver(build.status)) {
    const step = build.status === "building" || build.status === "pushing" ? "Building" : "Waiting for the build";
    if (snapshot.route?.note !== step)
      await context.database.$transaction((tx) => showWork(tx, context.settings, snapshot, "building", step, deployment.id));
    return idle;
  }
  if (build.status !== "built" || build.image === null) {
    const code = build.errorCode !== null && isErrorCode(build.errorCode) ? build.errorCode : "build_failed";
    await fail(context, lease, snapshot, deployment, new BerthError(code, build.errorText === null ? {} : { detail: build.errorText }));
    return again;
  }
  if (await endedAsForbidden(context, lease, snapshot, deployment)) return again;
  const { image } = build;
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    const reused = build.endedAt !== null && deployment.startedAt !== null && build.endedAt < deployment.startedAt;
    for (const step of ["fetch", "build", "push"] as const) {
      if (reused) await skipStep(tx, deployment, step, "This commit was built before");
      else await finishStep(tx, deployment, step);
    }
    const releaseId = await createRelease(tx, snapshot, deployment, image);
    // The wish is written down before Marathon hears of it: after a crash the same release is asked for again.
    await moveDeployment(tx, deployment, "deploying", { releaseId, intentAt: new Date() });
    await beginStep(tx, deployment, "start");
    await showWork(tx, context.settings, snapshot, "starting", "Starting", deployment.id);
  });
  return again;
}

/** Asks Marathon for the release's app. */
async function launch(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot, deployment: OpenDeployment): Promise<Next> {
  if (deployment.release === null) throw new BerthError("internal", { detail: "A deployment without its release." });
  const spec = await appSpecOf(context, snapshot, deployment.release);
  const waitedMs = Date.now() - (deployment.intentAt?.getTime() ?? Date.now());
  try {
    const restarted = deployment.trigger === "restart" ? await restartTasks(context, lease, snapshot, deployment) : null;
    const result =
      restarted ?? (await context.marathon.putApp(spec, { force: waitedMs > lockPatienceMs && (await isLockOurs(context, snapshot)) }));
    await context.database.$transaction(async (tx) => {
      await fence(tx, lease);
      await tx.deployment.update({
        where: { id: deployment.id },
        data: { marathonVersion: result.version, marathonDeploymentId: result.deploymentId },
      });
      await moveDeployment(tx, deployment, "verifying");
    });
    return again;
  } catch (error) {
    if (!isBerthError(error, "marathon_locked", "already_exists")) throw error;
    if (waitedMs > lockPatienceMs * 5) throw error;
    if (waitedMs > 2_000)
      await context.database.$transaction((tx) =>
        noteStep(tx, deployment, "start", "Waiting for Marathon to finish its earlier deployment of this app"),
      );
    return wait(lockedRetryMs);
  }
}

async function isLockOurs(context: WorkerContext, snapshot: Snapshot): Promise<boolean> {
  const app = await context.marathon.getApp(snapshot.appId);
  if (app === null || app.deployments.length === 0) return false;
  const ours = await context.database.deployment.count({
    where: { environmentId: snapshot.id, marathonDeploymentId: { in: [...app.deployments] } },
  });
  return ours === app.deployments.length;
}

/** Ends a deployment whose asker has lost the right to it; answers whether it did. */
export async function endedAsForbidden(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
): Promise<boolean> {
  const refusal = await whyNotAnyMore(context.database, deployment, snapshot.stage.kind);
  if (refusal === null) return false;
  await fail(context, lease, snapshot, deployment, refusal.error, (tx) => auditRefusal(tx, deployment, refusal));
  return true;
}

/** Ends the deployment. What was live stays; the app is put right by the next look (see observe). */
export async function fail(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
  error: BerthError,
  /** What else is written in the transaction of the end. */
  note: (tx: Transaction) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  if (deployment.status === "verifying") await captureTaskTail(context, snapshot, deployment);
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await endDeployment(tx, deployment, error);
    await note(tx);
    if (deployment.buildId !== null) await releaseBuild(tx, deployment.buildId);
    if (deployment.trigger === "start" && snapshot.desired === "running")
      await tx.environment.update({ where: { id: snapshot.id }, data: { desired: "stopped" } });
    else if (snapshot.liveReleaseId === null) {
      const note = error.code === "cancelled" ? "The deployment was cancelled." : (error.detail ?? error.title);
      await showPage(tx, context.settings, snapshot, { state: "failed", note, deploymentId: deployment.id });
    }
  });
}

/** A build nobody waits for any more is cancelled. */
async function releaseBuild(tx: Parameters<typeof fence>[0], buildId: string): Promise<void> {
  const others = await tx.deployment.count({ where: { buildId, status: { in: ["queued", "preparing"] } } });
  if (others > 0) return;
  const now = new Date();
  await tx.build.updateMany({
    where: { id: buildId, status: { in: ["fetching", "building", "pushing"] } },
    data: { cancelRequestedAt: now },
  });
  await tx.build.updateMany({
    where: { id: buildId, status: "queued" },
    data: { status: "cancelled", cancelRequestedAt: now, endedAt: now, errorCode: "build_cancelled" },
  });
}
