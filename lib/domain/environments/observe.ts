import type { InspectedApp, ObservedApp, ObservedTask } from "#lib/adapters/marathon/client.ts";
import { isBerthError } from "#lib/core/errors.ts";
import type { Serving } from "#lib/core/states.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { appSpecOf } from "../deployments/release.ts";
import { abandonRestart } from "../deployments/restart.ts";
import { currentTasks, waitingReason } from "../deployments/verify.ts";
import { rollBackWhenSick } from "../promotions/auto-rollback.ts";
import { type Target, routeTo, showPage } from "../routes/write.ts";
import type { WorkerContext } from "../workers/context.ts";
import { driftOf, foreignDeployments, heal } from "./drift.ts";
import { type EnvironmentLease, fence } from "./lease.ts";
import { isToldByIncident, noteLosses, tryNow } from "./recover.ts";
import { finishScaling, isToBeScaled, scaleToWish, stayingTargets } from "./scale-step.ts";
import { type Next, type ReleaseWithImage, type Snapshot, again, idle, wait } from "./snapshot.ts";

const probeTimeoutMs = 3_000;
const settleMs = 1_000;

/** Compares what should run with what does, puts the app right when it is not as its live release says, and keeps route and health true. */
export async function observe(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot): Promise<Next> {
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  const app = await marathon.getApp(snapshot.appId);
  if (snapshot.liveRelease === null) return removeLeftover(context, snapshot, app);
  const attempt = app === null ? null : await ownAttempt(context, snapshot, app);
  if (app !== null && attempt !== null) return goBack(context, snapshot, app, attempt);
  if (app !== null && (await abandonRestart(context, snapshot, app))) return wait(settleMs);
  if (app !== null) await tryNow(context, lease, snapshot);
  const scales = app !== null && (await isToBeScaled(context, snapshot, app));
  const drift = scales ? null : await driftOf(context, snapshot, app);
  const waitsFor = drift === null ? null : await heal(context, lease, snapshot, app, drift);
  if (drift !== null && waitsFor === null) return wait(settleMs);
  const answering = app === null ? [] : await answeringTargets(context, snapshot, app);
  const targets = app === null ? [] : stayingTargets(snapshot, app, answering);
  const seen = app === null ? ({ health: "missing", detail: null } as const) : await judge(context, snapshot, app, targets.length);
  const quiet = isToldByIncident(snapshot, app);
  const rerouted = await record(context, lease, snapshot, targets, { health: seen.health, detail: waitsFor ?? seen.detail, quiet });
  if (app !== null && (await rollBackWhenSick(context, lease, snapshot, seen))) return again;
  if (app !== null) {
    await noteLosses(context, lease, snapshot, app, targets.length);
    if (scales) return await scaleToWish(context, lease, snapshot, app, rerouted);
    await finishScaling(context, lease, snapshot, app, targets.length);
  }
  // What drifted and has to wait is looked at again by the slow pass.
  return seen.health === "starting" && waitsFor === null ? wait(settleMs) : idle;
}

/** An app without a live release is what a failed first deployment left behind. */
async function removeLeftover(context: WorkerContext, snapshot: Snapshot, app: ObservedApp | null): Promise<Next> {
  if (app === null || app.labels["berth.environment"] !== snapshot.id) return idle;
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  await marathon.deleteApp(snapshot.appId);
  return idle;
}

/** The release of this environment that the app is, when it is not the live one: what a deployment that failed left, not somebody's doing. */
async function ownAttempt(context: WorkerContext, snapshot: Snapshot, app: ObservedApp): Promise<ReleaseWithImage | null> {
  const releaseId = app.labels["berth.release"];
  if (releaseId === undefined || releaseId === snapshot.liveReleaseId || !isUuid(releaseId)) return null;
  return await context.database.release.findFirst({ where: { id: releaseId, environmentId: snapshot.id }, include: { image: true } });
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** After a failed deployment Marathon is told to go back: that keeps the old tasks where they still run. Somebody else's deployment is left alone. */
async function goBack(context: WorkerContext, snapshot: Snapshot, app: InspectedApp, attempt: ReleaseWithImage): Promise<Next> {
  const live = snapshot.liveRelease;
  if (live === null) return idle;
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  try {
    const foreign = await foreignDeployments(context, snapshot, app);
    // One whose answer was lost is not known by its id; it is ours when it leads to exactly what was asked for.
    if (foreign.length > 0 && (await app.differencesFrom(await appSpecOf(context, snapshot, attempt))).length > 0) return wait(settleMs);
    const [running] = app.deployments;
    if (running !== undefined) {
      await marathon.cancelDeployment(running, { force: false });
      return wait(settleMs);
    }
    context.log.warn({ environment: snapshot.name, appId: snapshot.appId }, "The app is not as its live release says; putting it right.");
    await marathon.putApp(await appSpecOf(context, snapshot, live), {});
    return wait(settleMs);
  } catch (error) {
    if (isBerthError(error, "marathon_locked", "not_found")) return wait(settleMs);
    throw error;
  }
}

/** While a deployment replaces tasks, the ones before go on answering until they are ended. */
function servingTasks(app: ObservedApp): ObservedTask[] {
  if (app.deployments.length === 0) return currentTasks(app);
  return app.tasks.filter((task) => task.state === "running" && task.ports[0] !== undefined);
}

/** Tasks that answer: healthy by Marathon's check, or, where Marathon does not know yet, by a look of our own. */
async function answeringTargets(context: WorkerContext, snapshot: Snapshot, app: ObservedApp): Promise<Target[]> {
  const path = snapshot.liveRelease?.healthPath ?? "/";
  const answers = await Promise.all(
    servingTasks(app).map(async (task) => {
      const target = { taskId: task.id, host: task.host, port: task.ports[0] ?? 0 };
      if (task.healthy !== null) return task.healthy ? [target] : [];
      const result = await context.probe({ host: target.host, port: target.port, path, hostHeader: snapshot.host }, probeTimeoutMs);
      return result.kind === "answered" && result.status < 400 ? [target] : [];
    }),
  );
  return answers.flat().toSorted((one, other) => (one.taskId < other.taskId ? -1 : 1));
}

async function judge(
  context: WorkerContext,
  snapshot: Snapshot,
  app: ObservedApp,
  answering: number,
): Promise<{ health: Serving; detail: string | null }> {
  if (answering >= snapshot.instances) return { health: "healthy", detail: null };
  const failure = app.lastFailure;
  if (answering > 0) {
    const isShort = app.instances === snapshot.instances && app.staged + app.running < snapshot.instances;
    // Why the others do not come is worth knowing, and nothing to fail for.
    const reason = isShort ? await waitingReason(context, snapshot, app).catch(() => "") : "";
    return { health: "healthy", detail: `${answering} of ${snapshot.instances} instances answer${reason === "" ? "" : `. ${reason}`}` };
  }
  if (app.tasks.some((task) => task.healthy === false)) return { health: "unhealthy", detail: "The health check fails" };
  if (failure !== null && !app.tasks.some((task) => task.state === "running")) return { health: "crashing", detail: failure.message };
  return { health: "starting", detail: null };
}

/** Writes down what was seen; answers whether the route has changed. `quiet`: another entry of the timeline tells of it. */
async function record(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  targets: readonly Target[],
  seen: { health: Serving; detail: string | null; quiet: boolean },
): Promise<boolean> {
  const live = snapshot.liveRelease;
  if (live === null) return false;
  const sameRoute =
    targets.length > 0
      ? snapshot.route?.state === "live" && sameTargets(snapshot.route.targets, targets)
      : snapshot.route !== null && snapshot.route.state !== "live";
  const sameHealth = snapshot.health === seen.health && snapshot.healthDetail === seen.detail;
  if (sameRoute && sameHealth) return false;
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    if (!sameRoute) {
      if (targets.length > 0) await routeTo(tx, snapshot, live.id, targets);
      else
        await showPage(tx, context.settings, snapshot, {
          state: seen.health === "crashing" ? "failed" : "starting",
          note: seen.detail,
          deploymentId: null,
        });
    }
    if (!sameHealth) {
      await tx.environment.update({
        where: { id: snapshot.id },
        data: { health: seen.health, healthDetail: seen.detail, changedAt: new Date() },
      });
      await appendEvent(tx, {
        kind: `environment.${seen.health}`,
        projectId: snapshot.projectId,
        environmentId: snapshot.id,
        message: seen.quiet || snapshot.health === seen.health ? null : (healthWords[seen.health] ?? null),
      });
    }
  });
  return !sameRoute;
}

const healthWords: Partial<Record<Serving, string>> = {
  healthy: "Healthy",
  unhealthy: "The health check fails",
  crashing: "It ends again and again",
  starting: "Starting again",
  missing: "The app is not there",
};

function sameTargets(stored: unknown, targets: readonly Target[]): boolean {
  const plain = (list: readonly Target[]) => JSON.stringify(list.map((target) => [target.taskId, target.host, target.port]));
  return (
    Array.isArray(stored) &&
    plain(stored.filter(isTarget).toSorted((one, other) => (one.taskId < other.taskId ? -1 : 1))) === plain(targets)
  );
}

function isTarget(value: unknown): value is Target {
  return (
    typeof value === "object" &&
    value !== null &&
    "taskId" in value &&
    "host" in value &&
    "port" in value &&
    typeof value.taskId === "string"
  );
}
