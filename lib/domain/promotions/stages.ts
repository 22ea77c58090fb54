import type { RefKind, StageKind, StageStart } from "#lib/platform/database/client.ts";

import { stageTakes } from "../stages/gates.ts";
import { isGated } from "./gated.ts";

/** A stage as far as the way through the pipeline goes. */
export interface PipelineStage {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly kind: StageKind;
  readonly position: number;
  readonly refKind: RefKind | null;
  readonly refPattern: string;
  readonly perRef: boolean;
  readonly starts: StageStart;
  readonly verdictRequired: boolean;
}

export const pipelineStageSelection = {
  id: true,
  name: true,
  title: true,
  kind: true,
  position: true,
  refKind: true,
  refPattern: true,
  perRef: true,
  starts: true,
  verdictRequired: true,
} as const;

interface SourceRef {
  readonly kind: RefKind;
  readonly name: string;
}

/** The stage a promotion from `from` leads to: the first gated one behind it. Null at the end of the pipeline. */
export function nextStage<S extends PipelineStage>(stages: readonly S[], from: { readonly position: number }): S | null {
  const later = stages.filter((stage) => stage.position > from.position && isGated(stage));
  return later.toSorted((one, other) => one.position - other.position)[0] ?? null;
}

/** Why there is no way from a stage into another, whatever runs there; null: there is one. */
export function whyNoWay(
  stages: readonly PipelineStage[],
  from: PipelineStage,
  to: PipelineStage,
  ref: SourceRef | null,
  defaultBranch: string | null,
): string | null {
  if (to.position <= from.position) return `${to.title} does not come after ${from.title}.`;
  if (!isGated(to)) return `${to.title} is not reached by promotion.`;
  const skipped = nextStage(stages, from);
  if (skipped !== null && skipped.id !== to.id) return `${skipped.title} comes first; it cannot be skipped.`;
  if (!to.perRef) return null;
  if (ref === null) return `${to.title} has an environment for each ref, and ${from.title} has none.`;
  return stageTakes(to, ref, defaultBranch) ? null : `${to.title} does not take ${ref.kind} ${ref.name}.`;
}
