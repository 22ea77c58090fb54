import type { Database } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { freezesOf } from "../freezes/standing.ts";
import { differencesOf } from "../promotions/differences.ts";
import { nextStage, whyNoWay } from "../promotions/stages.ts";
import type { Standing } from "../verdicts/standing.ts";
import type { StagePlaces } from "./places.ts";
import type { CardRow } from "./rows.ts";

/** What lies between a card and the stage behind it. */
export interface Onward {
  readonly stage: { readonly id: string; readonly title: string };
  /** `none`: nothing runs there yet; `same`: the same image runs there already. */
  readonly state: "none" | "same" | "differs";
  /** What the card has and the stage behind lacks; null: not compared yet. */
  readonly commits: number | null;
  /** What the stage behind has and the card lacks; null: not compared yet. */
  readonly back: number | null;
  /** The stage behind has all that the card has, and more: carrying it there would go back. */
  readonly isOlder: boolean;
  /** Variables that are not the same; null for whoever may not see them there. */
  readonly variables: number | null;
  readonly frozen: string | null;
  readonly mayPromote: boolean;
  /** Nothing that the board knows of keeps it here: it is approved where that is asked for, and nothing is frozen. */
  readonly ready: boolean;
}

/** The card's way through the pipeline, before anything is compared. */
interface Way {
  readonly card: CardRow;
  readonly next: StagePlaces;
  readonly targetId: string | null;
}

/** Where each environment would be carried: the ways of these refs through the stages that the actor may see. */
export function waysOf(
  actor: Actor,
  project: { readonly id: string; readonly defaultBranch: string | null },
  stages: readonly StagePlaces[],
  shown: readonly { readonly id: string; readonly stageId: string; readonly refId: string | null }[],
): Map<string, { next: StagePlaces; targetId: string | null }> {
  const ways = new Map<string, { next: StagePlaces; targetId: string | null }>();
  for (const place of shown) {
    const stage = stages.find(({ id }) => id === place.stageId);
    const next = stage === undefined ? null : nextStage(stages, stage);
    if (next === null || !may(actor, "view", { type: "environment", projectId: project.id, stageKind: next.kind })) continue;
    const target = next.environments.find(({ refId }) => !next.perRef || refId === place.refId);
    ways.set(place.id, { next, targetId: target?.id ?? null });
  }
  return ways;
}

interface Question {
  readonly actor: Actor;
  readonly project: { readonly id: string; readonly defaultBranch: string | null };
  readonly stages: readonly StagePlaces[];
  readonly ways: ReadonlyMap<string, { next: StagePlaces; targetId: string | null }>;
  readonly rows: ReadonlyMap<string, CardRow>;
  readonly standings: ReadonlyMap<string, Standing>;
}

/** What lies between each card and the stage behind it, by the card's id. Two statements at most; none where there is no way on. */
export async function readOnward(database: Database, question: Question): Promise<Map<string, Onward>> {
  const { actor, project, stages, rows } = question;
  const found: Way[] = [];
  for (const [id, { next, targetId }] of question.ways) {
    const card = rows.get(id);
    const from = stages.find((stage) => stage.id === card?.stageId);
    if (card === undefined || from === undefined || card.liveRelease === null) continue;
    if (whyNoWay(stages, from, next, card.ref, project.defaultBranch) === null) found.push({ card, next, targetId });
  }
  if (found.length === 0) return new Map();
  const [commits, freezes] = await Promise.all([
    readCommits(database, project.id, found, rows),
    freezesOf(database, { projectId: project.id, stageIds: [...new Set(found.map(({ next }) => next.id))], at: new Date() }),
  ]);
  return new Map(
    found.map(({ card, next, targetId }) => {
      const object = { type: "environment", projectId: project.id, stageKind: next.kind } as const;
      const frozen = freezes.get(next.id)?.title ?? null;
      const standing = question.standings.get(card.id)?.state ?? "none";
      const target = targetId === null ? null : (rows.get(targetId)?.liveRelease ?? null);
      const seesVariables = may(actor, "configure", object) || may(actor, "promote", object);
      return [
        card.id,
        {
          stage: { id: next.id, title: next.title },
          ...between(card, target, seesVariables, commits),
          frozen,
          mayPromote: may(actor, "promote", object),
          ready: frozen === null && (!next.verdictRequired || standing === "approved"),
        },
      ];
    }),
  );
}

function between(
  card: CardRow,
  target: CardRow["liveRelease"],
  seesVariables: boolean,
  ranges: ReadonlyMap<string, Between>,
): Pick<Onward, "state" | "commits" | "back" | "isOlder" | "variables"> {
  if (target === null || card.liveRelease === null) return { state: "none", commits: null, back: null, isOlder: false, variables: null };
  const same = target.image.digest === card.liveRelease.image.digest;
  const { commits, back } =
    target.commit === card.liveRelease.commit
      ? { commits: 0, back: 0 }
      : (ranges.get(pairOf(target.commit, card.liveRelease.commit)) ?? { commits: null, back: null });
  return {
    state: same ? "same" : "differs",
    commits,
    back,
    isOlder: commits === 0 && back !== null && back > 0,
    variables: seesVariables ? differencesOf(fieldsOf(target.variables), fieldsOf(card.liveRelease.variables)).length : null,
  };
}

function fieldsOf(variables: unknown): Record<string, unknown> {
  return typeof variables === "object" && variables !== null ? { ...variables } : {};
}

const pairOf = (from: string, to: string) => `${from} ${to}`;

interface Between {
  readonly commits: number;
  readonly back: number;
}

/** How many commits lie between, as far as the worker has compared them. */
async function readCommits(
  database: Database,
  projectId: string,
  ways: readonly Way[],
  rows: ReadonlyMap<string, CardRow>,
): Promise<Map<string, Between>> {
  const pairs = ways.flatMap(({ card, targetId }) => {
    const from = rows.get(targetId ?? "")?.liveRelease?.commit;
    const to = card.liveRelease?.commit;
    return from === undefined || to === undefined || from === to ? [] : [{ fromCommit: from, toCommit: to }];
  });
  if (pairs.length === 0) return new Map();
  const ranges = await database.commitRange.findMany({
    where: { projectId, OR: pairs, complete: true },
    select: { fromCommit: true, toCommit: true, inCount: true, outCount: true },
  });
  return new Map(
    ranges.map(({ fromCommit, toCommit, inCount, outCount }) => [pairOf(fromCommit, toCommit), { commits: inCount, back: outCount }]),
  );
}
