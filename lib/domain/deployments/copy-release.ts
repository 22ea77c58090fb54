import { randomUUID } from "node:crypto";

import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import type { OpenDeployment } from "../environments/snapshot.ts";

/** Makes a release of this image with the configuration of an earlier release of the environment: all of it, as it was then. */
export async function copyRelease(
  tx: Transaction,
  deployment: OpenDeployment,
  configurationReleaseId: string,
  image: { readonly id: string },
): Promise<string> {
  const { _max } = await tx.release.aggregate({ where: { environmentId: deployment.environmentId }, _max: { number: true } });
  const own = {
    id: randomUUID(),
    number: (_max.number ?? 0) + 1,
    image_id: image.id,
    commit: deployment.commit,
    created_at: new Date().toISOString(),
    created_by_name: deployment.requestedByName,
    served_at: null,
  };
  const copied = await tx.$executeRaw`
    INSERT INTO release SELECT copy.* FROM release earlier, jsonb_populate_record(earlier, ${JSON.stringify(own)}::jsonb) copy
    WHERE earlier.id = ${configurationReleaseId}::uuid AND earlier.environment_id = ${deployment.environmentId}::uuid`;
  if (copied === 0) throw new BerthError("internal", { detail: "The release whose configuration was asked for is not here." });
  return own.id;
}
