import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { pipelineFileOf } from "../pipeline-files/load.ts";
import { readAppSettings } from "./resolve.ts";
import type { AppSettings } from "./schema.ts";

/** What each layer of a stage says. */
export interface StageLayers {
  readonly file: AppSettings;
  readonly project: AppSettings;
  readonly stage: AppSettings;
}

/** The layers of a project's stage as they are now, with what berth.json says at a commit; and the powers that were allowed. */
export async function loadLayers(
  tx: Transaction | Database,
  place: { readonly projectId: string; readonly stageId: string | null; readonly commit: string | null },
): Promise<StageLayers & { readonly allowedPowers: readonly string[] }> {
  const project = await tx.project.findUniqueOrThrow({
    where: { id: place.projectId },
    select: { appSettings: true, allowedPowers: true },
  });
  const stage =
    place.stageId === null ? null : await tx.stage.findUniqueOrThrow({ where: { id: place.stageId }, select: { appSettings: true } });
  return {
    file: await loadFileLayer(tx, place.projectId, place.commit),
    project: readAppSettings(project.appSettings),
    stage: readAppSettings(stage?.appSettings ?? {}),
    allowedPowers: project.allowedPowers,
  };
}

/** What berth.json says at a commit, as far as it has been read. */
async function loadFileLayer(tx: Transaction | Database, projectId: string, commit: string | null): Promise<AppSettings> {
  return commit === null ? {} : ((await pipelineFileOf(tx, projectId, commit))?.app ?? {});
}
