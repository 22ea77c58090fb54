import type { Difference, InspectedApp } from "#lib/adapters/marathon/client.ts";
import { isBerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { systemActor } from "../access/policy.ts";
import { writeAudit } from "../audit/write.ts";
import { appSpecOf } from "../deployments/release.ts";
import type { WorkerContext } from "../workers/context.ts";
import { type EnvironmentLease, fence } from "./lease.ts";
import type { Snapshot } from "./snapshot.ts";

/** The first correction comes at once; whoever changes the app again and again is not fought: the pauses grow. */
const pausesMs = [0, 30_000, 120_000, 600_000] as const;
const countedMs = 60 * 60_000;
const shownAtMost = 3;
const rememberAtMost = 10_000;

/** App versions that were compared and found right, by environment: the same version cannot have become another app. */
const foundRight = new Map<string, string>();

/** What somebody did to the app behind Berth's back; null when it is as its live release says. */
export async function driftOf(context: WorkerContext, snapshot: Snapshot, app: InspectedApp | null): Promise<Difference[] | null> {
  const live = snapshot.liveRelease;
  if (live === null) return null;
  if (app === null) return [{ field: "app", wanted: "there", seen: "deleted" }];
  // Nobody has touched it since. Where a newer Berth would say it otherwise, the app waits for its next release.
  if (await wasFoundRight(context, snapshot, app)) return null;
  const version = `${live.id} ${app.version}`;
  const differences = await app.differencesFrom(await appSpecOf(context, snapshot, live));
  if (differences.length > 0) return differences;
  remember(snapshot.id, version);
  // For the slow pass, which compares versions only, and for the next life of this process.
  await recordVersion(context, snapshot, app.version);
  return null;
}

/** Whether this very version of the app was found to be as it should, or made so. */
export async function wasFoundRight(context: WorkerContext, snapshot: Snapshot, app: InspectedApp): Promise<boolean> {
  const version = `${snapshot.liveReleaseId ?? ""} ${app.version}`;
  if (foundRight.get(snapshot.id) === version) return true;
  if ((await versionFoundRight(context, snapshot)) !== app.version) return false;
  remember(snapshot.id, version);
  return true;
}

function remember(environmentId: string, version: string): void {
  foundRight.delete(environmentId);
  foundRight.set(environmentId, version);
  if (foundRight.size > rememberAtMost) foundRight.delete(foundRight.keys().next().value ?? "");
}

async function versionFoundRight(context: WorkerContext, snapshot: Snapshot): Promise<string | null> {
  const last = await context.database.deployment.findFirst({
    where: { environmentId: snapshot.id, releaseId: snapshot.liveReleaseId, status: "live" },
    orderBy: { number: "desc" },
    select: { marathonVersion: true },
  });
  return last?.marathonVersion ?? null;
}

async function recordVersion(context: WorkerContext, snapshot: Snapshot, version: string): Promise<void> {
  await context.database.$executeRaw`
    UPDATE deployment SET marathon_version = ${version} WHERE marathon_version IS DISTINCT FROM ${version} AND id =
      (SELECT id FROM deployment WHERE release_id = ${snapshot.liveReleaseId}::uuid AND status = 'live' ORDER BY number DESC LIMIT 1)`;
}

/** One sentence about the differences, for the health detail and the timeline. Never shows a variable's value. */
export function wordsOf(differences: readonly Difference[]): string {
  const parts = differences.slice(0, shownAtMost).map(({ field, wanted, seen }) => {
    if (field === "app") return "the app was deleted";
    return wanted === null || seen === null ? `${field} was changed` : `${field} is ${seen}, not ${wanted}`;
  });
  const more = differences.length - parts.length;
  return `Changed outside Berth: ${parts.join("; ")}${more > 0 ? `; and ${more} more` : ""}`.slice(0, 500);
}

/**
 * Puts a drifted app right, by policy: not while somebody else's deployment of it runs, and not more often than the pauses allow. Answers
 * what it waits for, in words, or null when Marathon was asked.
 */
export async function heal(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  app: InspectedApp | null,
  differences: readonly Difference[],
): Promise<string | null> {
  const live = snapshot.liveRelease;
  if (live === null) return null;
  const words = wordsOf(differences);
  await tellDrift(context, lease, snapshot, words);
  const foreign = await foreignDeployments(context, snapshot, app);
  if (foreign.length > 0) return `${words}. Left alone while a deployment that is not Berth's runs.`;
  const pauseMs = await pauseLeft(context, snapshot);
  if (pauseMs > 0) return `${words}. It was put right before; Berth waits ${Math.ceil(pauseMs / 1000)} s until it does so again.`;
  context.log.warn({ environment: snapshot.name, appId: snapshot.appId, differences: words }, "The app drifted; putting it right.");
  try {
    const { marathon } = await context.clusters.of(snapshot.clusterId);
    const change = await marathon.putApp(await appSpecOf(context, snapshot, live), {});
    await recordHealing(context, lease, snapshot, differences, change.version);
    return null;
  } catch (error) {
    if (isBerthError(error, "marathon_locked", "already_exists")) return `${words}. Waiting for Marathon to finish a deployment of it.`;
    throw error;
  }
}

/** Running deployments of the app that Berth did not start. */
export async function foreignDeployments(context: WorkerContext, snapshot: Snapshot, app: InspectedApp | null): Promise<string[]> {
  const { marathon } = await context.clusters.of(snapshot.clusterId);
  const unknown = (app?.deployments ?? []).filter((id) => !marathon.isOwn(id));
  if (unknown.length === 0) return [];
  const ours = await context.database.deployment.findMany({
    where: { environmentId: snapshot.id, marathonDeploymentId: { in: unknown } },
    select: { marathonDeploymentId: true },
  });
  return unknown.filter((id) => !ours.some((row) => row.marathonDeploymentId === id));
}

/** Told once for the same words: the looks in between say nothing new. */
async function tellDrift(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot, words: string): Promise<void> {
  const last = await context.database.event.findFirst({
    where: { environmentId: snapshot.id, kind: { in: ["environment.drifted", "environment.healed"] } },
    orderBy: { at: "desc" },
    select: { kind: true, message: true },
  });
  if (last?.kind === "environment.drifted" && last.message === words) return;
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await appendEvent(tx, { kind: "environment.drifted", projectId: snapshot.projectId, environmentId: snapshot.id, message: words });
  });
}

async function pauseLeft(context: WorkerContext, snapshot: Snapshot): Promise<number> {
  const healings = await context.database.event.findMany({
    where: { environmentId: snapshot.id, kind: "environment.healed", at: { gt: new Date(Date.now() - countedMs) } },
    orderBy: { at: "desc" },
    select: { at: true },
    take: pausesMs.length,
  });
  const pauseMs = pausesMs[Math.min(healings.length, pausesMs.length - 1)] ?? 0;
  return healings[0] === undefined ? 0 : healings[0].at.getTime() + pauseMs - Date.now();
}

async function recordHealing(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  differences: readonly Difference[],
  version: string,
): Promise<void> {
  const fields = (side: "wanted" | "seen") => Object.fromEntries(differences.map((difference) => [difference.field, difference[side]]));
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await writeAudit(tx, systemActor, {
      action: "environment.heal",
      objectType: "environment",
      objectId: snapshot.id,
      projectId: snapshot.projectId,
      environmentId: snapshot.id,
      outcome: "allowed",
      reason: wordsOf(differences),
      before: fields("seen"),
      after: fields("wanted"),
    });
    await appendEvent(tx, {
      kind: "environment.healed",
      projectId: snapshot.projectId,
      environmentId: snapshot.id,
      message: `Put right again. ${wordsOf(differences)}`,
    });
  });
  await recordVersion(context, snapshot, version);
}
