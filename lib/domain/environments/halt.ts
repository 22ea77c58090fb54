import { isBerthError } from "#lib/core/errors.ts";

import { showPage } from "../routes/write.ts";
import type { WorkerContext } from "../workers/context.ts";
import { foreignDeployments } from "./drift.ts";
import { type EnvironmentLease, fence } from "./lease.ts";
import { type Next, type Snapshot, idle, wait } from "./snapshot.ts";

const lockedRetryMs = 500;

/** Brings a stopped environment to rest: the page first, then no instances. */
export async function halt(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot): Promise<Next> {
  if (snapshot.route?.state !== "stopped" || snapshot.health !== "stopped") {
    await context.database.$transaction(async (tx) => {
      await fence(tx, lease);
      await showPage(tx, context.settings, snapshot, { state: "stopped", note: null, deploymentId: null });
      await tx.environment.update({ where: { id: snapshot.id }, data: { health: "stopped", healthDetail: null } });
    });
  }
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  const app = await marathon.getApp(snapshot.appId);
  if (app === null || app.instances === 0) return idle;
  try {
    // A scaling of ours that waits for room would never end by itself.
    const isOurs = app.instances === snapshot.askedInstances || (await foreignDeployments(context, snapshot, app)).length === 0;
    await marathon.scaleApp(snapshot.appId, 0, { force: app.deployments.length > 0 && isOurs });
    return idle;
  } catch (error) {
    if (isBerthError(error, "marathon_locked")) return wait(lockedRetryMs);
    throw error;
  }
}
