import { BerthError } from "#lib/core/errors.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { usualTimes } from "../deployments/usual.ts";
import { policyObject } from "../environments/load.ts";
import { freezeOf } from "../freezes/standing.ts";
import type { Reader } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { promotionBlockers } from "../promotions/blockers.ts";
import { nextStage, pipelineStageSelection, whyNoWay } from "../promotions/stages.ts";
import { type Blocker, inOrder } from "./blocker.ts";
import { whoCan } from "./clearers.ts";
import { openDeployments, readFacts } from "./facts.ts";
import { movingBlockers } from "./moving.ts";
import { partBlockers } from "./parts.ts";
import { verdictBlocker } from "./verdict.ts";

type Facts = NonNullable<Awaited<ReturnType<typeof readFacts>>>;

/**
 * Why is it waiting? Everything that keeps an environment, or what is live there, from moving on, in order, with who can clear it and when it
 * will probably be cleared. Empty: nothing is in the way. Without `onward` only what happens here counts, not what comes after. Throws
 * `not_found` for what may not be viewed.
 */
export async function blockersOf(
  reader: Pick<Reader, "database">,
  actor: Actor,
  environmentId: string,
  { onward: asksOnward = true }: { readonly onward?: boolean } = {},
): Promise<Blocker[]> {
  const { database } = reader;
  const facts = await readFacts(database, environmentId);
  if (facts === null) throw new BerthError("not_found");
  const place = { projectId: facts.projectId, stageKind: facts.stage.kind };
  authorise(actor, "view", policyObject(place));
  const at = new Date();
  const { running, queued } = openDeployments(facts);
  const isMoving = running !== null || queued !== null;
  const [usual, deployers, parts, frozen, buildsBefore, onward] = await Promise.all([
    usualTimes(database, facts.projectId, kindsWhere(actor, "view", facts.projectId)),
    whoCan(database, place, "deploy"),
    isMoving ? partBlockers(database, environmentId, at) : [],
    isMoving ? freezeOf(database, { projectId: facts.projectId, stageId: facts.stage.id, at }) : null,
    running?.build?.status === "queued" ? countBuildsBefore(reader, running.build) : 0,
    asksOnward ? onwardBlockers(reader, actor, facts, at) : [],
  ]);
  return inOrder([...parts, ...movingBlockers(facts, { at, usual, buildsBefore, frozen, deployers }), ...onward]);
}

async function countBuildsBefore({ database }: Pick<Reader, "database">, build: { id: string; createdAt: Date }): Promise<number> {
  return database.build.count({
    where: {
      id: { not: build.id },
      OR: [{ status: { in: ["fetching", "building", "pushing"] } }, { status: "queued", createdAt: { lt: build.createdAt } }],
    },
  });
}

/** What keeps what is live from being carried into the next stage; nothing where no stage comes next, or it does not take this ref. */
async function onwardBlockers({ database }: Pick<Reader, "database">, actor: Actor, facts: Facts, at: Date): Promise<Blocker[]> {
  if (facts.liveRelease === null) return [];
  const stages = await database.stage.findMany({ where: { projectId: facts.projectId, removedAt: null }, select: pipelineStageSelection });
  const to = nextStage(stages, facts.stage);
  if (to === null || whyNoWay(stages, facts.stage, to, facts.ref, facts.project.defaultBranch) !== null) return [];
  const place = { id: facts.id, name: facts.name, projectId: facts.projectId, stageKind: facts.stage.kind };
  const verdict = to.verdictRequired ? await verdictBlocker(database, place) : null;
  const gates = await promotionBlockers(database, { environmentId: facts.id, toStageId: to.id, at });
  // A stage that he may not view does not exist for him: it is not named, and neither is what goes on there.
  const seen = may(actor, "view", policyObject({ projectId: facts.projectId, stageKind: to.kind })) ? gates : [];
  return [...(verdict === null ? [] : [verdict]), ...seen.filter(({ code }) => code !== "not_live")];
}
