import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { pipelineFileOf } from "../pipeline-files/load.ts";

/** What berth.json at a commit asks testers of a stage to look at: the items for all stages, then those of this one. Each once. */
export async function checklistOf(
  database: Transaction | Database,
  place: { readonly projectId: string; readonly commit: string; readonly stageName: string },
): Promise<string[]> {
  const file = await pipelineFileOf(database, place.projectId, place.commit);
  const stages = new Map(Object.entries(file?.stages ?? {}));
  return [...new Set([...(file?.checklist ?? []), ...(stages.get(place.stageName)?.checklist ?? [])])];
}
