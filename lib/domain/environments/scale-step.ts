import type { InspectedApp, ObservedApp } from "#lib/adapters/marathon/client.ts";
import { isBerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import type { Target } from "../routes/write.ts";
import type { WorkerContext } from "../workers/context.ts";
import { foreignDeployments, wasFoundRight } from "./drift.ts";
import { type EnvironmentLease, fence } from "./lease.ts";
import { type Next, type Snapshot, idle, wait } from "./snapshot.ts";
import { countWords } from "./words-of-scaling.ts";

/** Time for visitors to be done with tasks that no route leads to any more. */
const drainMs = 1_000;
const settleMs = 1_000;

/**
 * Whether the app has another number of instances because somebody asked Berth for it, and not because somebody changed the app: nobody has
 * touched it since it was last found right, or it is where Berth itself was bringing it.
 */
export async function isToBeScaled(context: WorkerContext, snapshot: Snapshot, app: InspectedApp): Promise<boolean> {
  if (app.instances === snapshot.instances) return false;
  return app.instances === snapshot.askedInstances || (await wasFoundRight(context, snapshot, app));
}

/** The tasks that stay when instances leave: Marathon ends the youngest first. All of them while none is to leave. */
export function stayingTargets(snapshot: Snapshot, app: ObservedApp, targets: readonly Target[]): Target[] {
  const shrinks = app.instances > snapshot.instances || snapshot.askedInstances !== null;
  if (!shrinks || targets.length <= snapshot.instances) return [...targets];
  const startedAt = new Map(app.tasks.map((task) => [task.id, task.startedAt?.getTime() ?? Number.MAX_SAFE_INTEGER]));
  const age = (target: Target) => startedAt.get(target.taskId) ?? Number.MAX_SAFE_INTEGER;
  const staying = targets.toSorted((one, other) => age(one) - age(other)).slice(0, snapshot.instances);
  return targets.filter((target) => staying.includes(target));
}

/**
 * Asks Marathon for the number people want: no new release, nothing else is touched. Repeated after a crash it asks for the same number
 * again. `rerouted`: visitors were only now led away from the tasks that leave.
 */
export async function scaleToWish(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  app: InspectedApp,
  rerouted: boolean,
): Promise<Next> {
  if (rerouted && app.instances > snapshot.instances) return wait(drainMs);
  const foreign = await foreignDeployments(context, snapshot, app);
  // A deployment whose answer was lost is not known by its id: it is ours when it brings the app where it was asked to be.
  if (foreign.length > 0 && app.instances !== snapshot.askedInstances) return idle;
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await tx.environment.update({ where: { id: snapshot.id }, data: { askedInstances: snapshot.instances } });
  });
  try {
    // A scaling of ours that waits for room is in the way of going back: it may be given up.
    const { marathon } = await context.clusters.of(snapshot.clusterId);
    const change = await marathon.scaleApp(snapshot.appId, snapshot.instances, { force: app.deployments.length > 0 });
    await recordChange(context, snapshot, change);
    return wait(settleMs);
  } catch (error) {
    if (isBerthError(error, "marathon_locked")) return wait(settleMs);
    throw error;
  }
}

/** The app's new version is how Berth made it, and a running deployment of it is known as ours in the next life of this process too. */
async function recordChange(context: WorkerContext, snapshot: Snapshot, change: { version: string; deploymentId: string }): Promise<void> {
  if (change.version === "") return;
  const live = await context.database.deployment.findFirst({
    where: { environmentId: snapshot.id, releaseId: snapshot.liveReleaseId, status: "live" },
    orderBy: { number: "desc" },
    select: { id: true },
  });
  if (live === null) return;
  await context.database.deployment.updateMany({
    where: { id: live.id },
    data: { marathonVersion: change.version, ...(change.deploymentId === "" ? {} : { marathonDeploymentId: change.deploymentId }) },
  });
}

/** Ends a change of scale when it has arrived, and tells the timeline. */
export async function finishScaling(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  app: ObservedApp,
  answering: number,
): Promise<void> {
  const arrived = app.instances === snapshot.instances && answering >= snapshot.instances && app.deployments.length === 0;
  if (snapshot.askedInstances === null || !arrived) return;
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await tx.environment.update({ where: { id: snapshot.id }, data: { askedInstances: null } });
    await appendEvent(tx, {
      kind: "environment.scaled",
      projectId: snapshot.projectId,
      environmentId: snapshot.id,
      message: `Scaled: ${countWords(snapshot.instances)} ${snapshot.instances === 1 ? "answers" : "answer"}`,
    });
  });
}
