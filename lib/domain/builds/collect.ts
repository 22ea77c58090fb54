import { removeImage } from "#lib/adapters/docker/images.ts";
import { describeError } from "#lib/core/errors.ts";

import type { WorkerContext } from "../workers/context.ts";

/** Releases per environment whose images stay, beside the live one, for going back. */
const keptReleases = 3;

const removalAttempts = 30;
const removalPauseMs = 500;

interface Unused {
  readonly id: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly engineId: string;
  readonly pushed: boolean;
}

/** Removes a project's images that no environment runs, may go back to, or is about to run. */
export async function collectImages(context: WorkerContext, projectId: string): Promise<void> {
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

async function findUnused(context: WorkerContext, projectId: string): Promise<Unused[]> {
  return context.database.$queryRaw<Unused[]>`
    SELECT i.id, i.repository, i.tag, i.digest, i.engine_id AS "engineId", i.pushed FROM image i
    WHERE i.project_id = ${projectId}::uuid AND i.removed_at IS NULL AND i.created_at < now() - interval '5 seconds'
      AND NOT EXISTS (
        SELECT 1 FROM release r JOIN environment e ON e.id = r.environment_id
        WHERE r.image_id = i.id AND e.destroyed_at IS NULL
          AND (e.live_release_id = r.id OR r.number > (SELECT max(number) FROM release n WHERE n.environment_id = e.id) - ${keptReleases}))
      AND NOT EXISTS (
        SELECT 1 FROM build b JOIN deployment d ON d.build_id = b.id
        WHERE b.image_id = i.id AND d.status IN ('queued', 'preparing', 'deploying', 'verifying'))
    LIMIT 200`;
}

/** The row first: once it says removed, nothing new is built on the image; then engine and registry, both of which may be repeated. */
async function removeOne(context: WorkerContext, image: Unused): Promise<void> {
  await context.database.$transaction(async (tx) => {
    await tx.image.update({ where: { id: image.id }, data: { removedAt: new Date() } });
    await tx.build.updateMany({ where: { imageId: image.id, expiredAt: null }, data: { expiredAt: new Date() } });
  });
  const sharing = await context.database.image.count({ where: { repository: image.repository, digest: image.digest, removedAt: null } });
  await removeFromEngine(context, `${image.repository}:${image.tag}`);
  if (sharing > 0) return;
  if (image.pushed && context.registry !== null) {
    await removeFromEngine(context, `${image.repository}@${image.digest}`);
    const name = image.repository.slice(context.registry.prefix.length + 1);
    await context.registry.client
      .deleteManifest(name, image.digest)
      .catch((error: unknown) => context.log.info({ reason: describeError(error) }, "The registry kept a manifest."));
  }
}

/** Containers of an app that was deleted take a few seconds to end, and hold their image for as long. What stays in use is left to the sweep. */
async function removeFromEngine(context: WorkerContext, reference: string): Promise<void> {
  for (let attempt = 0; attempt < removalAttempts; attempt += 1) {
    if (await removeImage(context.engine, reference)) return;
    await new Promise((resolve) => setTimeout(resolve, removalPauseMs));
  }
  context.log.info({ image: reference }, "An image is still in use; the sweep comes back to it.");
}
