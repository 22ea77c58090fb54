import { BerthError, isBerthError } from "#lib/core/errors.ts";

import { type EnvironmentLease, fence } from "../environments/lease.ts";
import type { OpenDeployment, Snapshot } from "../environments/snapshot.ts";
import type { WorkerContext } from "../workers/context.ts";
import { repositoryName } from "./registry-image.ts";

/** How long a registry may be away before a promotion fails for it. */
const patienceMs = 2 * 60_000;
const tagMaxLength = 128;

/** The tag of a promoted image: `uat-v2.2` where the stage has an environment for each ref, `production-7` by release where it has one. */
export function promotionTag(stage: string, ref: { readonly name: string; readonly slug: string } | null, release: number): string {
  if (ref === null) return `${stage}-${release}`;
  const plain = `${stage}-${ref.name}`;
  // A name that no tag may have is told apart by its slug, which is unique in the project.
  return /^\w[\w.-]*$/.test(plain) && plain.length <= tagMaxLength ? plain : `${stage}-${ref.slug}`;
}

/**
 * Gives a promoted image its tag in the registry: the same manifest under one more name, which may be repeated. Throws what the registry says
 * once it has been away for too long; before that, the next look tries again.
 */
export async function tagPromoted(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
): Promise<void> {
  const { promotion, release } = deployment;
  if (promotion === null || promotion.kind !== "promotion" || promotion.tag !== null || release === null) return;
  if (!release.image.pushed || context.registry === null) return;
  const tag = promotionTag(snapshot.stage.name, snapshot.ref, release.number);
  try {
    await context.registry.client.tag(repositoryName(context, release.image), release.image.digest, tag);
  } catch (error) {
    if (isBerthError(error, "image_missing")) throw new BerthError("image_gone", { cause: error });
    const waitedMs = Date.now() - (deployment.intentAt?.getTime() ?? Date.now());
    if (isBerthError(error, "registry_unavailable") && waitedMs > patienceMs)
      throw new BerthError("registry_refused", { detail: "The registry has not answered for two minutes.", cause: error });
    throw error;
  }
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await tx.promotion.update({ where: { id: promotion.id }, data: { tag } });
  });
}
