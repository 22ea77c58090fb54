import type { ObservedApp, ObservedTask } from "#lib/adapters/marathon/client.ts";
import { BerthError, isBerthError } from "#lib/core/errors.ts";

import { type EnvironmentLease, fence } from "../environments/lease.ts";
import { type Next, type OpenDeployment, type Snapshot, again, wait, watch } from "../environments/snapshot.ts";
import { routeTo } from "../routes/write.ts";
import { tellVoided } from "../verdicts/void.ts";
import type { ProbeResult, WorkerContext } from "../workers/context.ts";
import { moveDeployment } from "./end.ts";
import { appSpecOf } from "./release.ts";
import { beginStep, finishStep, noteStep } from "./steps.ts";

const probeTimeoutMs = 5_000;
/** Time for a second try of an app that ended once, before its end is taken for an answer. */
const exitPatienceMs = 2_500;
const [shortestLookMs, longestLookMs] = [40, 1_000];

/** Tasks of the app's newest configuration that run: a change of scale gives the app a new version but not its tasks. */
export function currentTasks(app: ObservedApp): ObservedTask[] {
  return app.tasks.filter((task) => task.state === "running" && task.version >= app.configVersion && task.ports[0] !== undefined);
}

/** Looks whether the release answers; when it does, leads the route there and calls the deployment live. */
export async function verify(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
): Promise<Next> {
  const { release } = deployment;
  if (release === null) throw new BerthError("internal", { detail: "A deployment without its release." });
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  const app = await marathon.getApp(snapshot.appId);
  const elapsedMs = Date.now() - (deployment.intentAt?.getTime() ?? Date.now());
  const limitMs = snapshot.project.healthTimeoutSeconds * 1000;
  if (app === null || app.labels["berth.release"] !== release.id)
    return await wishAgain(context, snapshot, deployment, elapsedMs > limitMs);
  const tasks = currentTasks(app);
  const entered = tasks.length > 0 && (await enterVerify(context, lease, deployment));
  const results = await Promise.all(tasks.map((task) => probeTask(context, snapshot, release.healthPath, task)));
  const good = tasks.filter((_task, position) => isHealthy(results[position]));
  // Scaled meanwhile, it goes live with the number it was launched with; the next look brings it to the new one.
  if (good.length >= Math.max(1, Math.min(app.instances, snapshot.instances))) {
    await goLive(context, lease, snapshot, deployment, good);
    return again;
  }
  await checkFailure(context, snapshot, app, tasks, results, {
    elapsedMs,
    limitMs,
    since: deployment.intentAt,
    port: release.port,
    path: release.healthPath,
  });
  const pauseMs = Math.min(longestLookMs, Math.max(shortestLookMs, elapsedMs / 8));
  const explained = elapsedMs > 5_000 && (await explainWait(context, snapshot, app, deployment, tasks, results));
  return entered || explained ? wait(pauseMs) : watch(pauseMs);
}

/** The answer to our wish was lost, or somebody changed the app behind our back. A deployment of theirs is let finish, within our own limit. */
async function wishAgain(context: WorkerContext, snapshot: Snapshot, deployment: OpenDeployment, isLate: boolean): Promise<Next> {
  if (deployment.release === null) throw new BerthError("internal", { detail: "A deployment without its release." });
  if (isLate)
    throw new BerthError("marathon_locked", { detail: "The app was changed at the cluster again and again while Berth deployed it." });
  try {
    const { marathon } = await context.clusters.of(snapshot.clusterId);
    const change = await marathon.putApp(await appSpecOf(context, snapshot, deployment.release), {});
    // Only a deployment that is known as ours may be ended when it is stuck.
    await context.database.deployment.updateMany({
      where: { id: deployment.id },
      data: { marathonVersion: change.version, marathonDeploymentId: change.deploymentId },
    });
  } catch (error) {
    if (!isBerthError(error, "marathon_locked", "already_exists")) throw error;
  }
  return wait(longestLookMs);
}

function isHealthy(result: ProbeResult | undefined): boolean {
  return result?.kind === "answered" && result.status >= 200 && result.status < 400;
}

async function probeTask(context: WorkerContext, snapshot: Snapshot, path: string, task: ObservedTask): Promise<ProbeResult> {
  return context.probe({ host: task.host, port: task.ports[0] ?? 0, path, hostHeader: snapshot.host }, probeTimeoutMs);
}

/** Answers whether it wrote anything. */
async function enterVerify(context: WorkerContext, lease: EnvironmentLease, deployment: OpenDeployment): Promise<boolean> {
  if (deployment.steps.some((step) => step.name === "verify" && step.status !== "waiting")) return false;
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await finishStep(tx, deployment, "start");
    await beginStep(tx, deployment, "verify");
  });
  return true;
}

async function goLive(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
  tasks: readonly ObservedTask[],
): Promise<void> {
  const releaseId = deployment.releaseId;
  if (releaseId === null) return;
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await finishStep(tx, deployment, "start");
    await finishStep(tx, deployment, "verify");
    await routeTo(
      tx,
      snapshot,
      releaseId,
      tasks.map((task) => ({ taskId: task.id, host: task.host, port: task.ports[0] ?? 0 })),
    );
    await finishStep(tx, deployment, "route");
    await tx.release.updateMany({ where: { id: releaseId, servedAt: null }, data: { servedAt: new Date() } });
    await tx.environment.update({
      where: { id: snapshot.id },
      data: { liveReleaseId: releaseId, health: "healthy", healthDetail: null, changedAt: new Date() },
    });
    await tellVoided(tx, snapshot, snapshot.liveReleaseId);
    await moveDeployment(tx, deployment, "live");
  });
  context.log.info({ environment: snapshot.name, deployment: deployment.id }, "A release is live.");
}

/** Throws the reason when it will not come up any more. Marathon has no limit for a deployment; ours is `limitMs`. */
async function checkFailure(
  context: WorkerContext,
  snapshot: Snapshot,
  app: ObservedApp,
  tasks: readonly ObservedTask[],
  results: readonly ProbeResult[],
  limits: { elapsedMs: number; limitMs: number; since: Date | null; port: number; path: string },
): Promise<void> {
  const failure = app.lastFailure;
  const isOurs =
    failure !== null && failure.version >= app.configVersion && (limits.since === null || new Date(failure.timestamp) >= limits.since);
  const nothingRuns = !app.tasks.some((task) => task.version >= app.configVersion && task.state !== "ended");
  if (isOurs && nothingRuns && limits.elapsedMs > exitPatienceMs) throw new BerthError("app_exited", { detail: failure.message });
  if (limits.elapsedMs < limits.limitMs) return;
  if (isOurs && tasks.length === 0) throw new BerthError("app_exited", { detail: failure.message });
  if (tasks.length === 0) {
    const reason = await waitingReason(context, snapshot, app).catch(() => "");
    throw new BerthError("no_resources", { detail: `No task of the app was started in time${reason === "" ? "" : `. ${reason}`}.` });
  }
  const answered = results.find((result) => result.kind === "answered");
  if (answered?.kind === "answered") throw new BerthError("app_unhealthy", { detail: `GET ${limits.path} answered ${answered.status}.` });
  throw new BerthError("app_not_listening", {
    detail: `Nothing listened on port ${limits.port} for ${Math.round(limits.limitMs / 1000)} seconds.`,
  });
}

/** Says on the page what it waits for; answers whether that was news. */
async function explainWait(
  context: WorkerContext,
  snapshot: Snapshot,
  app: ObservedApp,
  deployment: OpenDeployment,
  tasks: readonly ObservedTask[],
  results: readonly ProbeResult[],
): Promise<boolean> {
  const [step, text] =
    tasks.length === 0
      ? (["start", await waitingReason(context, snapshot, app)] as const)
      : ([
          "verify",
          results.map((result) =>
            result.kind === "answered" ? `It answers ${result.status}` : `It does not answer yet: ${result.reason}`,
          )[0] ?? "",
        ] as const);
  if (deployment.steps.some(({ name, detail }) => name === step && detail === text)) return false;
  await context.database.$transaction((tx) => noteStep(tx, deployment, step, text));
  return true;
}

/** What an app that lacks tasks waits for, in words. */
export async function waitingReason(context: WorkerContext, snapshot: Pick<Snapshot, "clusterId">, app: ObservedApp): Promise<string> {
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  const item = (await marathon.queue()).find((entry) => entry.appId === app.id);
  if (item === undefined) return "Marathon is starting it";
  if (item.delaySeconds > 0)
    return `Marathon waits ${Math.ceil(item.delaySeconds)} s before the next try${app.lastFailure === null ? "" : `: ${app.lastFailure.message}`}`;
  if (item.reasons.length > 0) return `The cluster has no room: ${item.reasons.join(", ")}`;
  return item.unusedOffers === 0 ? "No agent of the cluster has offered anything yet" : "Waiting for room in the cluster";
}
