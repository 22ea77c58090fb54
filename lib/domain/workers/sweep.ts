import { z } from "zod";

import { listImages, removeImage } from "#lib/adapters/docker/images.ts";
import type { ObservedApp } from "#lib/adapters/marathon/client.ts";
import { describeError } from "#lib/core/errors.ts";
import { openBuildStatuses } from "#lib/core/states.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { imageTagOf } from "../builds/recipe.ts";
import { currentTasks } from "../deployments/verify.ts";
import { incidentOf } from "../environments/incident.ts";
import { forgetOldMessages } from "../notifications/outbox.ts";
import { notePlacements } from "../utilisation/placements.ts";
import type { WorkerContext } from "./context.ts";

/** An app or image of ours that no row wants is left alone for this long: its row may be on its way. */
const orphanGraceMs = 60_000;
/** By cluster, then by app. */
const orphansSeen = new Map<string | null, Map<string, number>>();

/**
 * The slow pass over one cluster that makes everything correct when notifications were lost: one list call, compared with all rows; what
 * differs is rung at, and what belongs to no row is removed after a grace.
 */
export async function sweepEnvironments(context: WorkerContext, clusterId: string | null): Promise<void> {
  const { marathon } = await context.clusters.of(clusterId);
  const listed = await marathon.listApps({ labels: { "berth.instance": context.instance } });
  notePlacements(clusterId, listed);
  const apps = new Map(listed.map((app) => [app.id, app]));
  const environments = await context.database.environment.findMany({
    where: { destroyedAt: null, clusterId },
    select: {
      id: true,
      appId: true,
      desired: true,
      health: true,
      liveReleaseId: true,
      instances: true,
      askedInstances: true,
      resetDelayAt: true,
      incident: true,
      liveRelease: {
        select: { deployments: { where: { status: "live" }, orderBy: { number: "desc" }, take: 1, select: { marathonVersion: true } } },
      },
      route: { select: { state: true, targets: true } },
      _count: { select: { deployments: { where: { status: { in: ["queued", "preparing", "deploying", "verifying"] } } } } },
    },
  });
  for (const environment of environments) {
    const app = apps.get(environment.appId);
    apps.delete(environment.appId);
    if (needsLook(environment, app) && !context.wakers.wake(environment.id)) {
      await enqueue(context.database, { task: "reconcile-environment", payload: { environmentId: environment.id } });
    }
  }
  await removeOrphanApps(context, clusterId, [...apps.values()]);
}

interface SweptEnvironment {
  readonly desired: string;
  readonly health: string;
  readonly liveReleaseId: string | null;
  readonly instances: number;
  readonly askedInstances: number | null;
  readonly resetDelayAt: Date | null;
  readonly incident: unknown;
  /** The version of the app that was last found to be as it should. */
  readonly liveRelease: { readonly deployments: readonly { readonly marathonVersion: string | null }[] } | null;
  readonly route: { readonly state: string; readonly targets: unknown } | null;
  readonly _count: { readonly deployments: number };
}

/** Whether rows and cluster differ. Errs on the side of looking: a look too many changes nothing. */
export function needsLook(environment: SweptEnvironment, app: ObservedApp | undefined): boolean {
  if (environment._count.deployments > 0 || environment.desired === "destroyed") return true;
  if (environment.desired === "stopped") return environment.health !== "stopped" || (app !== undefined && app.instances > 0);
  if (environment.liveReleaseId === null) return app !== undefined;
  if (app === undefined || app.labels["berth.release"] !== environment.liveReleaseId || app.deployments.length > 0) return true;
  if (app.instances !== environment.instances || environment.askedInstances !== null || environment.resetDelayAt !== null) return true;
  const version = environment.liveRelease?.deployments[0]?.marathonVersion ?? "";
  if (version !== "" && version !== app.version) return true;
  const tasks = currentTasks(app);
  const answering = tasks.filter((task) => task.healthy !== false).map((task) => `${task.host}:${task.ports[0] ?? 0}`);
  if (environment.incident !== null && incidentOf(environment.incident)?.open === true) return true;
  if (environment.health !== "healthy" || answering.length !== app.instances) return true;
  return answering.toSorted().join() !== routedTo(environment.route?.targets).toSorted().join();
}

const targetsSchema = z.array(z.object({ host: z.string(), port: z.number() })).catch([]);

function routedTo(targets: unknown): string[] {
  return targetsSchema.parse(targets).map(({ host, port }) => `${host}:${port}`);
}

async function removeOrphanApps(context: WorkerContext, clusterId: string | null, apps: readonly ObservedApp[]): Promise<void> {
  const before = orphansSeen.get(clusterId);
  const seen = new Map(apps.map((app) => [app.id, before?.get(app.id) ?? Date.now()]));
  orphansSeen.set(clusterId, seen);
  for (const app of apps) {
    const since = seen.get(app.id) ?? Date.now();
    if (Date.now() - since < orphanGraceMs) continue;
    if (await isWantedElsewhere(context, app)) continue;
    context.log.warn({ appId: app.id, clusterId }, "An app of ours that no environment wants is removed.");
    const { marathon } = await context.clusters.of(clusterId);
    await marathon.deleteApp(app.id);
    seen.delete(app.id);
  }
}

/** A cluster that is attached under two names shows each the apps of the other. */
async function isWantedElsewhere(context: WorkerContext, app: ObservedApp): Promise<boolean> {
  const id = z.uuid().safeParse(app.labels["berth.environment"]).data;
  return id !== undefined && (await context.database.environment.count({ where: { id, destroyedAt: null } })) > 0;
}

/** Removes images of ours on the engine that no row knows any more: what a crash between row and engine left behind. */
export async function sweepImages(context: WorkerContext): Promise<void> {
  // In this order: a build that ends meanwhile is found in the rows of images, one that runs in those of builds.
  const listed = await listImages(context.engine, { label: `berth.instance=${context.instance}` });
  const open = await context.database.build.findMany({
    where: { status: { in: [...openBuildStatuses] } },
    select: { commit: true, recipe: true },
  });
  const beingMade = new Set(open.map(imageTagOf));
  const known = new Set(
    (await context.database.image.findMany({ where: { removedAt: null }, select: { engineId: true } })).map((image) => image.engineId),
  );
  for (const image of listed) {
    const isOpen = image.references.some((reference) => beingMade.has(reference.slice(reference.lastIndexOf(":") + 1)));
    if (known.has(image.engineId) || isOpen || Date.now() - image.createdAt.getTime() < orphanGraceMs) continue;
    const names = [...image.references, ...image.repoDigests];
    for (const name of names.length > 0 ? names : [image.engineId]) {
      await removeImage(context.engine, name).catch((error: unknown) =>
        context.log.info({ reason: describeError(error) }, "An image is still in use."),
      );
    }
  }
}

/** Forgets what is too old to matter, and has every project look for images it needs no more. */
export async function sweepRows(context: WorkerContext): Promise<void> {
  await context.database.$executeRaw`DELETE FROM sign_in_attempt WHERE at < now() - interval '1 day'`;
  await context.database.$executeRaw`DELETE FROM session WHERE expires_at < now() - interval '7 days'`;
  await context.database.$executeRaw`DELETE FROM hand_off WHERE expires_at < now()`;
  await context.database.$executeRaw`DELETE FROM gateway_pass WHERE expires_at < now()`;
  await context.database.$executeRaw`DELETE FROM event WHERE at < now() - interval '90 days'`;
  await forgetOldMessages(context.database);
  const projects = await context.database.project.findMany({ where: { images: { some: { removedAt: null } } }, select: { id: true } });
  for (const { id } of projects) await enqueue(context.database, { task: "collect-images", payload: { projectId: id } });
  // Pushes to our own repositories ring by themselves; this finds one whose ring was lost with its process.
  const own = await context.database.project.findMany({ where: { repositoryKind: "builtin", deletedAt: null }, select: { id: true } });
  for (const { id } of own) await enqueue(context.database, { task: "sync-refs", payload: { projectId: id } });
}
