import { BerthError } from "#lib/core/errors.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { type Blocker, type BlockerCode, byItself, inOrder } from "../blockers/blocker.ts";
import { verdictBlocker } from "../blockers/verdict.ts";
import { freezeOf } from "../freezes/standing.ts";
import { pipelineStageSelection, whyNoWay } from "./stages.ts";

interface Wish {
  readonly environmentId: string;
  readonly toStageId: string;
  readonly at: Date;
}

/** What passes without anybody asking again: a promotion waits for it. Everything else refuses. */
const passing: readonly BlockerCode[] = ["frozen", "approval_pending"];

export function isPassing(blocker: Pick<Blocker, "code">): boolean {
  return passing.includes(blocker.code);
}

const sourceSelection = {
  id: true,
  name: true,
  projectId: true,
  desired: true,
  health: true,
  destroyedAt: true,
  pullRequestId: true,
  ref: { select: { id: true, kind: true, name: true } },
  stage: { select: pipelineStageSelection },
  project: { select: { defaultBranch: true } },
  liveRelease: { select: { id: true, number: true, image: { select: { removedAt: true } } } },
} as const;

/**
 * Everything that keeps what is live in an environment from being carried into a stage, in order; empty: it may go. What the registry says is
 * not among it: the worker asks when it starts. Throws `not_found` for ids that are not of one project.
 */
export async function promotionBlockers(tx: Transaction | Database, { environmentId, toStageId, at }: Wish): Promise<Blocker[]> {
  const source = await tx.environment.findUnique({ where: { id: environmentId }, select: sourceSelection });
  if (source === null || source.destroyedAt !== null) throw new BerthError("not_found");
  const stages = await tx.stage.findMany({ where: { projectId: source.projectId, removedAt: null }, select: pipelineStageSelection });
  const to = stages.find((stage) => stage.id === toStageId);
  if (to === undefined) throw new BerthError("not_found");
  const blockers: Blocker[] = [];
  const noWay = whyNoWay(stages, source.stage, to, source.ref, source.project.defaultBranch);
  if (source.pullRequestId !== null)
    blockers.push({
      code: "not_allowed",
      words: "It came with a pull request; what is merged goes its own way.",
      clearedBy: "whoever merges it",
      expectedAt: null,
    });
  if (noWay !== null)
    blockers.push({ code: "not_allowed", words: noWay, clearedBy: "whoever edits the project's pipeline", expectedAt: null });
  blockers.push(...livenessOf(source));
  if (to.verdictRequired && source.liveRelease !== null) {
    const blocker = await verdictBlocker(tx, { ...source, stageKind: source.stage.kind });
    if (blocker !== null) blockers.push(blocker);
  }
  blockers.push(...(await approvalBlockers(tx, source.id, toStageId)));
  const freeze = await freezeOf(tx, { projectId: source.projectId, stageId: toStageId, at });
  if (freeze !== null)
    blockers.push({
      code: "frozen",
      words: `${to.title} is frozen: ${freeze.title}.`,
      clearedBy: `${byItself}, when the window ends; sooner with a reason and a second person`,
      expectedAt: freeze.until,
    });
  return inOrder(blockers);
}

interface Source {
  readonly name: string;
  readonly desired: string;
  readonly health: string;
  readonly liveRelease: { readonly image: { readonly removedAt: Date | null } } | null;
}

function livenessOf(source: Source): Blocker[] {
  const deployer = `whoever may deploy ${source.name}`;
  if (source.liveRelease === null || source.desired !== "running" || source.health !== "healthy") {
    const words =
      source.liveRelease === null
        ? `Nothing is live in ${source.name}.`
        : source.desired === "running"
          ? `${source.name} is not healthy.`
          : `${source.name} is stopped.`;
    return [{ code: "not_live", words, clearedBy: deployer, expectedAt: null }];
  }
  if (source.liveRelease.image.removedAt !== null)
    return [{ code: "image_gone", words: "Its image was removed.", clearedBy: deployer, expectedAt: null }];
  return [];
}

/** A promotion that was asked for already and waits for its second person. */
async function approvalBlockers(tx: Transaction | Database, fromEnvironmentId: string, toStageId: string): Promise<Blocker[]> {
  const asked = await tx.promotion.findFirst({
    where: { fromEnvironmentId, toStageId, kind: "promotion", status: "requested" },
    select: { askedByName: true },
  });
  if (asked === null) return [];
  const words = `${asked.askedByName} asked for it; a second person has not agreed yet.`;
  return [{ code: "approval_pending", words, clearedBy: "a second person who may promote, not the commit's author", expectedAt: null }];
}

/** Refuses with the first blocker that does not pass by itself. */
export function refuseBlocked(blockers: readonly Blocker[]): void {
  const first = blockers.find((blocker) => !isPassing(blocker));
  if (first !== undefined)
    throw new BerthError(errorCodeOf(first.code), { detail: `${first.words} Who can clear it: ${first.clearedBy}.` });
}

/** The refusal's code is the blocker's where people may meet it here. */
export function errorCodeOf(code: BlockerCode) {
  switch (code) {
    case "verdict_missing":
    case "verdict_void":
    case "rejected":
    case "not_testable":
    case "not_live":
    case "image_gone":
    case "own_commit":
      return code;
    case "registry_down":
      return "registry_unavailable" as const;
    case "not_allowed":
      return "no_way_there" as const;
    default:
      return "conflict" as const;
  }
}
