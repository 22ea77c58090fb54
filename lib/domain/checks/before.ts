import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { pipelineFileOf } from "../pipeline-files/load.ts";
import { type PlannedCheck, planOf } from "./plan.ts";
import { readChecks } from "./schema.ts";

/**
 * What has to pass before an environment of a stage starts with an image of a commit: what the page says, then what the commit's own file says.
 * A file can only add: the page's checks are nobody's to take away by a commit.
 */
export async function checksBefore(
  tx: Transaction | Database,
  place: { readonly projectId: string; readonly stageId: string; readonly commit: string },
): Promise<PlannedCheck[]> {
  const stage = await tx.stage.findUniqueOrThrow({ where: { id: place.stageId }, select: { name: true, checks: true } });
  const file = await pipelineFileOf(tx, place.projectId, place.commit);
  return planOf([...readChecks(stage.checks), ...(file?.checks ?? []), ...(file?.stages?.[stage.name]?.checks ?? [])]);
}
