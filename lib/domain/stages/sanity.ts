import type { RefKind, StageKind, StageStart } from "#lib/platform/database/client.ts";

/** A stage as far as it has to fit into its pipeline. */
export interface Fitting {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly kind: StageKind;
  readonly refKind: RefKind | null;
  readonly refPattern: string;
  readonly perRef: boolean;
  readonly starts: StageStart;
  readonly verdictRequired: boolean;
  readonly approvalsRequired: number;
  readonly ttlHours: number | null;
}

export type FieldProblems = Readonly<Record<string, string>>;

/** What is wrong with a stage, whatever stands around it, by field. Pure. */
function alone(stage: Fitting): Record<string, string> {
  const problems: Record<string, string> = {};
  const promoted = stage.starts === "by_promotion";
  if (!promoted && stage.verdictRequired)
    problems["verdictRequired"] = "Only a stage that starts by promotion can ask for a verdict first.";
  if (!promoted && stage.approvalsRequired > 0) problems["approvalsRequired"] = "Only a promotion can be approved by a second person.";
  if (!promoted && !stage.perRef) problems["perRef"] = "A single environment is filled by promotions only.";
  if (stage.perRef && stage.refKind === null) problems["refKind"] = "Say whether its environments are of branches or of tags.";
  if (stage.refKind === "tag" && stage.refPattern.startsWith(":")) problems["refPattern"] = "Only branches have a default.";
  if (stage.kind === "production" && stage.ttlHours !== null) problems["ttlHours"] = "Production stays until somebody takes it down.";
  if (stage.kind === "production" && !promoted) problems["starts"] = "Into production only promotions lead.";
  return problems;
}

/**
 * Why a pipeline does not make sense, seen from one of its stages: by field of that stage, empty where it does. `stages` in their order, the
 * one that changed among them as it shall be. Pure.
 */
export function problemsOf(stages: readonly Fitting[], changedId: string): FieldProblems {
  const position = stages.findIndex(({ id }) => id === changedId);
  const stage = stages[position];
  if (stage === undefined) return {};
  const problems = alone(stage);
  const others = stages.filter(({ id }) => id !== changedId);
  const namesake = others.find(({ name }) => name === stage.name);
  if (namesake !== undefined) problems["name"] = `${namesake.title} has this name already.`;
  const production = others.find(({ kind }) => kind === "production");
  if (stage.kind === "production" && production !== undefined)
    problems["kind"] = `${production.title} is production already; there is one.`;
  return { ...orderProblem(stages), ...problems };
}

/** Why stages cannot stand in this order, as a problem of the field `order`; empty where they can. Pure. */
export function orderProblem(stages: readonly Fitting[]): FieldProblems {
  const orphan = stages.find((stage, position) => stage.starts === "by_promotion" && !hasSource(stages.slice(0, position)));
  if (orphan !== undefined) return { order: `${orphan.title} starts by promotion: it needs a stage before it that builds.` };
  const production = stages.findIndex(({ kind }) => kind === "production");
  if (production >= 0 && production !== stages.length - 1)
    return { order: `${stages[production]?.title ?? "Production"} comes last: nothing can follow production.` };
  for (const [position, stage] of stages.entries()) {
    const feeding = stages[position - 1];
    if (stage.starts !== "by_promotion" || feeding === undefined || !stage.perRef || feeding.perRef) continue;
    return { order: `${stage.title} has an environment for each ref, but ${feeding.title} before it has a single one.` };
  }
  return {};
}

function hasSource(before: readonly Fitting[]): boolean {
  return before.some(({ starts }) => starts !== "by_promotion");
}
