import type { InspectedApp } from "#lib/adapters/marathon/client.ts";
import { describeError, isBerthError } from "#lib/core/errors.ts";
import { cleanLogLine } from "#lib/core/log-text.ts";
import { createRedactor } from "#lib/core/redaction.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { openVariables } from "../deployments/release.ts";
import type { WorkerContext } from "../workers/context.ts";
import { type Incident, incidentOf, newsOf, withLoss } from "./incident.ts";
import { type EnvironmentLease, fence } from "./lease.ts";
import type { Snapshot } from "./snapshot.ts";

const tailBytes = 4 * 1024;
const tailLines = 20;
/** Clocks differ by a little, and pages count down by themselves. */
const sameTryMs = 3_000;

/**
 * Keeps count of tasks that ended by themselves and says once what happened: one entry when the lost task was replaced, one when it ends
 * again and again. The cluster itself starts the next one.
 */
export async function noteLosses(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  app: InspectedApp,
  answering: number,
): Promise<void> {
  const before = incidentOf(snapshot.incident);
  const lost = lossOf(snapshot, app, before);
  if (lost === null && (before === null || (!before.open && answering >= snapshot.instances))) return;
  let now = before;
  if (lost !== null) now = { ...withLoss(before, lost, new Date()), tail: await lastWords(context, snapshot, lost.taskId) };
  if (now === null) return;
  const open = answering < snapshot.instances && (now.open || lost !== null);
  now = { ...now, open, nextTryAt: open ? await nextTry(context, snapshot, app, now.nextTryAt) : null };
  const news = newsOf(now);
  if (news !== null) now = { ...now, told: news.told };
  if (JSON.stringify(now) !== JSON.stringify(before)) await keepIncident(context, lease, snapshot, now, news?.message ?? null);
}

/** Whether what happens to the environment's health is told by its incident already. */
export function isToldByIncident(snapshot: Snapshot, app: InspectedApp | null): boolean {
  const incident = incidentOf(snapshot.incident);
  return incident?.open === true || (app !== null && lossOf(snapshot, app, incident) !== null);
}

function lossOf(snapshot: Snapshot, app: InspectedApp, before: Incident | null): { taskId: string; reason: string } | null {
  const { lastFailure: failure } = app;
  const servedAt = snapshot.liveRelease?.servedAt ?? null;
  if (failure === null || servedAt === null || failure.taskId === before?.taskId) return null;
  // Tries of an earlier configuration, or from before it ever answered, belong to their deployment.
  if (failure.version < app.configVersion || Date.parse(failure.timestamp) < servedAt.getTime()) return null;
  const reason = failure.message.trim();
  return { taskId: failure.taskId, reason: reason === "" ? failure.state : reason };
}

async function nextTry(context: WorkerContext, snapshot: Snapshot, app: InspectedApp, known: string | null): Promise<string | null> {
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  const waiting = (await marathon.queue()).find((item) => item.appId === app.id);
  if (waiting === undefined || waiting.delaySeconds <= 0) return null;
  const at = Date.now() + waiting.delaySeconds * 1000;
  return known !== null && Math.abs(Date.parse(known) - at) < sameTryMs ? known : new Date(at).toISOString();
}

/** The last lines of a task that is gone; nothing where they cannot be read. */
async function lastWords(context: WorkerContext, snapshot: Snapshot, taskId: string): Promise<string> {
  try {
    const redact = createRedactor(snapshot.liveRelease === null ? [] : Object.values(await openVariables(context, snapshot.liveRelease)));
    const { taskLogs } = await context.clusters.of(snapshot.clusterId);
    const texts: string[] = [];
    for (const stream of ["stdout", "stderr"] as const) {
      const read = await taskLogs.tail({ taskId, agentId: null, host: null }, stream, tailBytes);
      if (read !== null && read.length > 0) texts.push(read.toString("utf8").trimEnd());
    }
    const lines = texts.join("\n").split("\n");
    return lines
      .slice(-tailLines)
      .map((line) => redact(cleanLogLine(line)))
      .join("\n")
      .slice(-tailBytes);
  } catch (error) {
    context.log.debug({ environment: snapshot.name, reason: describeError(error) }, "The last lines of a lost task could not be read.");
    return "";
  }
}

async function keepIncident(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  incident: Incident,
  message: string | null,
): Promise<void> {
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await tx.environment.update({ where: { id: snapshot.id }, data: { incident } });
    const kind = incident.open ? "environment.task_lost" : "environment.task_replaced";
    await appendEvent(tx, { kind, projectId: snapshot.projectId, environmentId: snapshot.id, message });
  });
}

/** Ends the cluster's pause before the next try, because somebody asked for it. The wish goes when Marathon was told. */
export async function tryNow(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot): Promise<void> {
  const askedAt = snapshot.resetDelayAt;
  if (askedAt === null) return;
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  try {
    await marathon.resetDelay(snapshot.appId);
  } catch (error) {
    // A cluster that refuses would be asked for ever.
    if (!isBerthError(error, "marathon_refused", "marathon_failed")) throw error;
    context.log.warn({ environment: snapshot.name, reason: describeError(error) }, "The pause could not be ended.");
  }
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await tx.environment.updateMany({ where: { id: snapshot.id, resetDelayAt: askedAt }, data: { resetDelayAt: null } });
    await appendEvent(tx, { kind: "environment.trying", projectId: snapshot.projectId, environmentId: snapshot.id });
  });
}
