import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import type { WorkerContext } from "../workers/context.ts";
import { type EnvironmentLease, fence } from "./lease.ts";
import { type Next, type Snapshot, idle, wait } from "./snapshot.ts";

const tasksEndPollMs = 500;

/** Takes an environment down, each step safe to repeat: what waits, the route, the app with its containers, then the row; images follow in a job. */
export async function takeDown(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot): Promise<Next> {
  if (snapshot.route !== null) {
    await context.database.$transaction(async (tx) => {
      await fence(tx, lease);
      await tx.route.deleteMany({ where: { environmentId: snapshot.id } });
    });
  }
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  const app = await marathon.getApp(snapshot.appId);
  if (app !== null) {
    if (app.labels["berth.environment"] === snapshot.id) await marathon.deleteApp(snapshot.appId);
    return wait(tasksEndPollMs);
  }
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    const now = new Date();
    await tx.deployment.updateMany({
      where: { environmentId: snapshot.id, status: "queued" },
      data: { status: "cancelled", errorCode: "environment_gone", endedAt: now },
    });
    await tx.variable.deleteMany({ where: { environmentId: snapshot.id } });
    await tx.logChunk.deleteMany({ where: { logId: snapshot.runtimeLogId } });
    await tx.environment.update({ where: { id: snapshot.id }, data: { destroyedAt: now, liveReleaseId: null, health: "missing" } });
    await appendEvent(tx, {
      kind: "environment.destroyed",
      projectId: snapshot.projectId,
      environmentId: snapshot.id,
      message: "Destroyed",
    });
    await enqueue(tx, { task: "collect-images", payload: { projectId: snapshot.projectId } });
  });
  return idle;
}
