import { removeImage } from "#lib/adapters/docker/images.ts";
import { describeError } from "#lib/core/errors.ts";
import { Prisma } from "#lib/platform/database/client.ts";

import type { WorkerContext } from "../workers/context.ts";

/** Releases per environment whose images stay, beside the live one, for going back. */
const keptReleases = 3;
/** The same where only promotions lead, counted among those that once answered. */
const keptPromoted = 10;

const removalAttempts = 30;
const removalPauseMs = 500;

type CollectContext = Pick<WorkerContext, "database" | "log" | "engine" | "registry">;

interface Unused {
  readonly id: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly engineId: string;
  readonly pushed: boolean;
  /** Somebody else's: its manifest stays where they put it. */
  readonly handedOver: boolean;
}

/** Removes a project's images that no environment runs, may go back to, or is about to run. */
export async function collectImages(context: CollectContext, projectId: string): Promise<void> {
  for (const image of await findUnused(context, projectId)) {
    try {
      await removeOne(context, image);
    } catch (error) {
      context.log.info(
        { image: `${image.repository}:${image.tag}`, reason: describeError(error) },
        "An image could not be removed yet; the next sweep tries again.",
      );
    }
  }
}

async function findUnused(context: CollectContext, projectId: string): Promise<Unused[]> {
  return context.database.$queryRaw<Unused[]>`
    SELECT i.id, i.repository, i.tag, i.digest, i.engine_id AS "engineId", i.pushed,
      i.handed_over_by_name IS NOT NULL AS "handedOver" FROM image i
    WHERE i.project_id = ${projectId}::uuid AND ${unused}
    LIMIT 200`;
}

/** No environment runs it or may go back to it, nobody has approved it or promotes it, and no deployment is on its way to it. What CI handed over gets a week to be used. */
const unused = Prisma.sql`i.removed_at IS NULL
  AND (i.handed_over_by_name IS NULL OR i.created_at < now() - interval '7 days')
  AND NOT EXISTS (
    SELECT 1 FROM release r JOIN environment e ON e.id = r.environment_id
    WHERE r.image_id = i.id AND e.destroyed_at IS NULL
      AND (e.live_release_id = r.id OR r.number > (SELECT max(number) FROM release n WHERE n.environment_id = e.id) - ${keptReleases}))
  AND NOT EXISTS (
    SELECT 1 FROM release r JOIN environment e ON e.id = r.environment_id JOIN stage s ON s.id = e.stage_id
    WHERE r.image_id = i.id AND r.served_at IS NOT NULL AND e.destroyed_at IS NULL AND (s.starts = 'by_promotion' OR s.verdict_required)
      AND (SELECT count(*) FROM release n WHERE n.environment_id = e.id AND n.served_at IS NOT NULL AND n.number > r.number) < ${keptPromoted})
  AND NOT EXISTS (
    SELECT 1 FROM verdict v JOIN environment e ON e.id = v.environment_id
    WHERE v.image_id = i.id AND v.kind = 'approve' AND e.destroyed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM verdict later WHERE later.environment_id = e.id AND later.number > v.number))
  AND NOT EXISTS (SELECT 1 FROM promotion p WHERE p.image_id = i.id AND p.status IN ('requested', 'waiting', 'started'))
  AND NOT EXISTS (
    SELECT 1 FROM deployment d LEFT JOIN release r ON r.id = d.release_id
    WHERE (d.image_id = i.id OR r.image_id = i.id) AND d.status IN ('queued', 'preparing', 'deploying', 'verifying'))
  AND NOT EXISTS (
    SELECT 1 FROM build b JOIN deployment d ON d.build_id = b.id
    WHERE b.image_id = i.id AND d.status IN ('queued', 'preparing', 'deploying', 'verifying'))`;

/** The row first: once it says removed, nothing new is built on the image; then engine and registry, both of which may be repeated. */
async function removeOne(context: CollectContext, image: Unused): Promise<void> {
  if (!(await markRemoved(context, image))) return;
  const sharing = await context.database.image.count({ where: { repository: image.repository, digest: image.digest, removedAt: null } });
  await removeFromEngine(context, `${image.repository}:${image.tag}`);
  if (sharing > 0) return;
  if (image.pushed && context.registry !== null) {
    await removeFromEngine(context, `${image.repository}@${image.digest}`);
    if (image.handedOver) return;
    const name = image.repository.slice(context.registry.prefix.length + 1);
    await context.registry.client
      .deleteManifest(name, image.digest)
      .catch((error: unknown) => context.log.info({ reason: describeError(error) }, "The registry kept a manifest."));
  }
}

/**
 * The lock waits for whoever is just asking for a deployment of the build (see `ensureBuild`), and a second look then finds
 * that deployment. False when the image is wanted after all.
 */
async function markRemoved(context: CollectContext, image: Unused): Promise<boolean> {
  return context.database.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM build WHERE image_id = ${image.id}::uuid FOR UPDATE`;
    const removed = await tx.$executeRaw`UPDATE image i SET removed_at = now() WHERE i.id = ${image.id}::uuid AND ${unused}`;
    if (removed > 0) await tx.build.updateMany({ where: { imageId: image.id, expiredAt: null }, data: { expiredAt: new Date() } });
    return removed > 0;
  });
}

/** Containers of an app that was deleted take a few seconds to end, and hold their image for as long. What stays in use is left to the sweep. */
async function removeFromEngine(context: CollectContext, reference: string): Promise<void> {
  for (let attempt = 0; attempt < removalAttempts; attempt += 1) {
    if (await removeImage(context.engine, reference)) return;
    await new Promise((resolve) => setTimeout(resolve, removalPauseMs));
  }
  context.log.info({ image: reference }, "An image is still in use; the sweep comes back to it.");
}
