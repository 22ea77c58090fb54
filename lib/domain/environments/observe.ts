import type { ObservedApp } from "#lib/adapters/marathon/client.ts";
import { isBerthError } from "#lib/core/errors.ts";
import type { Serving } from "#lib/core/states.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { appSpecOf } from "../deployments/release.ts";
import { currentTasks } from "../deployments/verify.ts";
import { type Target, routeTo, showPage } from "../routes/write.ts";
import type { WorkerContext } from "../workers/context.ts";
import { type EnvironmentLease, fence } from "./lease.ts";
import { type Next, type Snapshot, idle, wait } from "./snapshot.ts";

const probeTimeoutMs = 3_000;
const settleMs = 1_000;

/** Compares what should run with what does, puts the app right when it is not as its live release says, and keeps route and health true. */
export async function observe(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot): Promise<Next> {
  const app = await context.marathon.getApp(snapshot.appId);
  if (snapshot.liveRelease === null) return removeLeftover(context, snapshot, app);
  const corrected = await correct(context, snapshot, app);
  if (corrected !== null) return corrected;
  if (app === null) return wait(settleMs);
  const targets = await answeringTargets(context, snapshot, app);
  const seen = judge(app, targets.length);
  await record(context, lease, snapshot, targets, seen);
  return seen.health === "starting" ? wait(settleMs) : idle;
}

/** An app without a live release is what a failed first deployment left behind. */
async function removeLeftover(context: WorkerContext, snapshot: Snapshot, app: ObservedApp | null): Promise<Next> {
  if (app !== null && app.labels["berth.environment"] === snapshot.id) await context.marathon.deleteApp(snapshot.appId);
  return idle;
}

/** Null when the app is as it should be. After a failed deployment Marathon is told to go back: that keeps the old tasks where they still run. */
async function correct(context: WorkerContext, snapshot: Snapshot, app: ObservedApp | null): Promise<Next | null> {
  const live = snapshot.liveRelease;
  if (live === null || (app !== null && app.labels["berth.release"] === live.id && app.instances === live.instances)) return null;
  try {
    const [running] = app?.deployments ?? [];
    if (running !== undefined && (await isOurDeployment(context, snapshot, running))) {
      await context.marathon.cancelDeployment(running, { force: false });
      return wait(settleMs);
    }
    context.log.warn({ environment: snapshot.name, appId: snapshot.appId }, "The app is not as its live release says; putting it right.");
    await context.marathon.putApp(await appSpecOf(context, snapshot, live), {});
    return wait(settleMs);
  } catch (error) {
    if (isBerthError(error, "marathon_locked", "not_found")) return wait(settleMs);
    throw error;
  }
}

async function isOurDeployment(context: WorkerContext, snapshot: Snapshot, marathonDeploymentId: string): Promise<boolean> {
  return (
    (await context.database.deployment.count({
      where: { environmentId: snapshot.id, marathonDeploymentId, status: { in: ["failed", "cancelled"] } },
    })) > 0
  );
}

/** Tasks that answer: healthy by Marathon's check, or, where Marathon does not know yet, by a look of our own. */
async function answeringTargets(context: WorkerContext, snapshot: Snapshot, app: ObservedApp): Promise<Target[]> {
  const path = snapshot.liveRelease?.healthPath ?? "/";
  const answers = await Promise.all(
    currentTasks(app).map(async (task) => {
      const target = { taskId: task.id, host: task.host, port: task.ports[0] ?? 0 };
      if (task.healthy !== null) return task.healthy ? [target] : [];
      const result = await context.probe({ host: target.host, port: target.port, path, hostHeader: snapshot.host }, probeTimeoutMs);
      return result.kind === "answered" && result.status < 400 ? [target] : [];
    }),
  );
  return answers.flat().toSorted((one, other) => (one.taskId < other.taskId ? -1 : 1));
}

function judge(app: ObservedApp, answering: number): { health: Serving; detail: string | null } {
  if (answering >= app.instances) return { health: "healthy", detail: null };
  const failure = app.lastFailure;
  if (answering > 0) return { health: "healthy", detail: `${answering} of ${app.instances} instances answer` };
  if (app.tasks.some((task) => task.healthy === false)) return { health: "unhealthy", detail: "The health check fails" };
  if (failure !== null && !app.tasks.some((task) => task.state === "running")) return { health: "crashing", detail: failure.message };
  return { health: "starting", detail: null };
}

async function record(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  targets: readonly Target[],
  seen: { health: Serving; detail: string | null },
): Promise<void> {
  const live = snapshot.liveRelease;
  if (live === null) return;
  const sameRoute =
    targets.length > 0
      ? snapshot.route?.state === "live" && sameTargets(snapshot.route.targets, targets)
      : snapshot.route !== null && snapshot.route.state !== "live";
  const sameHealth = snapshot.health === seen.health && snapshot.healthDetail === seen.detail;
  if (sameRoute && sameHealth) return;
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
        message: healthWords[seen.health] ?? null,
      });
    }
  });
}

const healthWords: Partial<Record<Serving, string>> = {
  healthy: "Healthy",
  unhealthy: "The health check fails",
  crashing: "It ends again and again",
  starting: "Starting again",
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
