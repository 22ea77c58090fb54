import type { InspectedApp } from "#lib/adapters/marathon/client.ts";
import type { MarathonChange } from "#lib/adapters/marathon/model.ts";
import { isBerthError } from "#lib/core/errors.ts";

import { type EnvironmentLease, fence } from "../environments/lease.ts";
import type { OpenDeployment, Snapshot } from "../environments/snapshot.ts";
import type { WorkerContext } from "../workers/context.ts";

/**
 * Has Marathon replace the tasks of the release that is live already, once: the version before is written down first, so that after a crash
 * a restart that was begun is not begun again. Null: nothing of it runs, and it has to be launched as any other release.
 */
export async function restartTasks(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
): Promise<MarathonChange | null> {
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  const app = await marathon.getApp(snapshot.appId);
  if (app === null || app.instances === 0 || app.labels["berth.release"] !== deployment.releaseId) return null;
  const before = deployment.marathonVersion ?? app.configVersion;
  if (deployment.marathonVersion === null)
    await context.database.$transaction(async (tx) => {
      await fence(tx, lease);
      await tx.deployment.update({ where: { id: deployment.id }, data: { marathonVersion: before } });
    });
  if (app.configVersion !== before) return { version: app.version, deploymentId: app.deployments[0] ?? "" };
  return marathon.restartApp(snapshot.appId);
}

/** A restart that failed or was cancelled may still be under way at the cluster: it is told to go back. Answers whether it was. */
export async function abandonRestart(context: WorkerContext, snapshot: Snapshot, app: InspectedApp): Promise<boolean> {
  if (app.deployments.length === 0) return false;
  const left = await context.database.deployment.findFirst({
    where: {
      environmentId: snapshot.id,
      trigger: "restart",
      status: { in: ["failed", "cancelled"] },
      marathonDeploymentId: { in: [...app.deployments] },
    },
    select: { marathonDeploymentId: true },
  });
  if (left?.marathonDeploymentId == null) return false;
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  try {
    await marathon.cancelDeployment(left.marathonDeploymentId, { force: false });
  } catch (error) {
    if (!isBerthError(error, "marathon_locked", "not_found")) throw error;
  }
  return true;
}
