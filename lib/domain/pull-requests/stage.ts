import type { StageKind, StageStart } from "#lib/platform/database/client.ts";

import { isGated } from "../promotions/gated.ts";

/** What `pullStage` reads of a project's stages. */
export const pullStageSelection = {
  where: { removedAt: null },
  orderBy: { position: "asc" },
  select: { id: true, name: true, kind: true, instances: true, perRef: true, starts: true, verdictRequired: true },
} as const;

interface Candidate {
  readonly kind: StageKind;
  readonly perRef: boolean;
  readonly starts: StageStart;
  readonly verdictRequired: boolean;
}

/** The stage in which pull requests run: the first of the review kind with an environment for each ref; null: there is none. */
export function pullStage<S extends Candidate>(stages: readonly S[]): S | null {
  return stages.find((stage) => stage.kind === "review" && stage.perRef && !isGated(stage)) ?? null;
}
