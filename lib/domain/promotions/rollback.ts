import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { requestDeployment } from "../deployments/request.ts";
import type { LoadedEnvironment } from "../environments/load.ts";

interface Back {
  readonly fromReleaseId: string;
  /** `configuration` or `image` stays as it is today; null: both go back. */
  readonly keep: string | null;
  readonly reason: string | null;
  /** The promotion that let it through a freeze. */
  readonly id?: string;
}

/**
 * Asks for a deployment of an earlier release of the environment: of all of it, of its image with today's configuration, or of its
 * configuration with today's image. The caller has locked the environment's row. Throws `conflict` where there is no image of today.
 */
export async function requestRollback(
  tx: Transaction,
  actor: Actor,
  environment: LoadedEnvironment,
  back: Back,
  trigger: "rollback" | "auto_rollback" = "rollback",
): Promise<string> {
  const selection = {
    id: true,
    imageId: true,
    commit: true,
    deployments: { orderBy: { number: "desc" }, take: 1, select: { subject: true, refName: true } },
  } as const;
  const target = await tx.release.findUniqueOrThrow({ where: { id: back.fromReleaseId }, select: selection });
  const live =
    environment.liveReleaseId === null
      ? null
      : await tx.release.findUniqueOrThrow({ where: { id: environment.liveReleaseId }, select: selection });
  if (back.keep === "image" && live === null) throw new BerthError("conflict", { detail: "Nothing is live whose image could stay." });
  const runs = back.keep === "image" && live !== null ? live : target;
  const what =
    back.keep === null
      ? { releaseId: target.id }
      : { imageId: runs.imageId, ...(back.keep === "image" ? { configurationReleaseId: target.id } : {}) };
  return requestDeployment(tx, actor, {
    environment,
    trigger,
    commit: runs.commit,
    subject: runs.deployments[0]?.subject ?? null,
    refName: runs.deployments[0]?.refName ?? "",
    reason: back.reason,
    ...(back.id === undefined ? {} : { promotionId: back.id }),
    ...what,
  });
}
