import { isErrorCode } from "#lib/core/error-catalogue.ts";
import { BerthError, isBerthError } from "#lib/core/errors.ts";
import { isBuildOver } from "#lib/core/states.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { ensureBuild } from "../builds/ensure.ts";
import { passChecks, tellChecksFailed } from "../checks/pass.ts";
import { type EnvironmentLease, fence } from "../environments/lease.ts";
import { type Next, type OpenDeployment, type Snapshot, again, idle, wait } from "../environments/snapshot.ts";
import { captureTaskTail } from "../logs/capture.ts";
import { noteKeptOld } from "../promotions/auto-rollback.ts";
import { isGated } from "../promotions/gated.ts";
import { whyNotApproved } from "../promotions/still-approved.ts";
import { tagPromoted } from "../promotions/tag.ts";
import { showPage, showWork } from "../routes/write.ts";
import type { WorkerContext } from "../workers/context.ts";
import { copyRelease } from "./copy-release.ts";
import { endDeployment, moveDeployment } from "./end.ts";
import { isHeld } from "./hold.ts";
import { appSpecOf, createRelease } from "./release.ts";
import { restartTasks } from "./restart.ts";
import { beginStep, noteStep } from "./steps.ts";
import { auditRefusal, whyNotAnyMore } from "./still-allowed.ts";
import { verify } from "./verify.ts";

/** Errors of Marathon's that end a deployment; all others are waited out. */
const final = [
  "registry_refused",
  "image_gone",
  "app_setting_owned",
  "app_power_refused",
  "invalid_input",
  "marathon_refused",
  "marathon_unauthorised",
  "secret_unreadable",
  "image_missing",
] as const;
/** A release that did not come up, as opposed to one that could not be tried. */
const unhealthy = ["app_exited", "app_not_listening", "app_unhealthy", "no_resources"] as const;
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
    if (!isBerthError(error, ...final, ...unhealthy, "marathon_locked")) throw error;
    await fail(context, lease, snapshot, deployment, error);
    return again;
  }
}

/** Waits for the build; then fixes image and configuration as a release. */
async function prepare(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot, deployment: OpenDeployment): Promise<Next> {
  if (deployment.imageId !== null) return carryIn(context, lease, snapshot, deployment);
  if (await endedAsForeign(context, lease, snapshot, deployment)) return again;
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
  const reused = build.endedAt !== null && deployment.startedAt !== null && build.endedAt < deployment.startedAt;
  return fixRelease(context, lease, snapshot, deployment, build.image, reused ? "This commit was built before" : null);
}

/** An image that was tested elsewhere, or answered here before, is taken as it is: nothing is fetched, built or pushed. */
async function carryIn(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot, deployment: OpenDeployment): Promise<Next> {
  const { image, promotion } = deployment;
  if (image === null || image.removedAt !== null) {
    await fail(context, lease, snapshot, deployment, new BerthError("image_gone"));
    return again;
  }
  const refusal = promotion === null || !snapshot.stage.verdictRequired ? null : await whyNotApproved(context.database, promotion.id);
  if (refusal !== null) {
    await fail(context, lease, snapshot, deployment, refusal);
    return again;
  }
  const from = promotion === null ? "Carried over: it answered here before" : "Carried over: the very image that was promoted";
  return fixRelease(context, lease, snapshot, deployment, image, from);
}

/** Fixes image and configuration as a release. `skipped`: why nothing was fetched, built and pushed; null: it was. */
async function fixRelease(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
  image: NonNullable<OpenDeployment["image"]>,
  skipped: string | null,
): Promise<Next> {
  if (await endedAsForbidden(context, lease, snapshot, deployment)) return again;
  const passing = await passChecks(context, lease, snapshot, deployment, { image, skipped });
  if (passing.kind === "failed") {
    await fail(context, lease, snapshot, deployment, passing.error, (tx) => tellChecksFailed(tx, deployment, image, passing.error));
    return again;
  }
  // A window that began while it was built counts as much as one that was there before.
  if (passing.kind === "waiting") return idle;
  if (await isHeld(context, lease, snapshot, deployment)) {
    if (!snapshot.deployments.some(({ status }) => status === "queued")) return idle;
    const detail = "A newer deployment waits for the end of the freeze in its place.";
    await fail(context, lease, snapshot, deployment, new BerthError("cancelled", { detail }));
    return again;
  }
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    const { configurationReleaseId } = deployment;
    const releaseId =
      configurationReleaseId === null
        ? await createRelease(tx, snapshot, deployment, image)
        : await copyRelease(tx, deployment, configurationReleaseId, image);
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
  await tagPromoted(context, lease, snapshot, deployment);
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  try {
    const restarted = deployment.trigger === "restart" ? await restartTasks(context, lease, snapshot, deployment) : null;
    const result =
      restarted ?? (await marathon.putApp(spec, { force: waitedMs > lockPatienceMs && (await isLockOurs(context, snapshot)) }));
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
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  const app = await marathon.getApp(snapshot.appId);
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

/** Ends a deployment that would build for a stage into which only promotions lead, asked for before the stage became one; answers whether it did. */
export async function endedAsForeign(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
): Promise<boolean> {
  if (deployment.imageId !== null || deployment.releaseId !== null || !isGated(snapshot.stage)) return false;
  await fail(context, lease, snapshot, deployment, new BerthError("only_by_promotion"));
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
    if (unhealthy.some((code) => code === error.code)) await noteKeptOld(tx, snapshot, deployment, error.detail ?? error.title);
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
