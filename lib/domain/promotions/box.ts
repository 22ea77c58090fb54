import { BerthError } from "#lib/core/errors.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { policyObject } from "../environments/load.ts";
import { freezeOf } from "../freezes/standing.ts";
import type { Reader } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { type Plan, getPromotionPlan } from "./dry-run.ts";
import { isGated } from "./gated.ts";
import { type PromotionSummary, promotionSummaryOf, summarySelection } from "./queries.ts";
import { nextStage, pipelineStageSelection } from "./stages.ts";

export interface ImageCheckView {
  readonly state: "same" | "drift" | "unknown";
  readonly digest: string;
  readonly registryDigest: string | null;
  readonly approvedDigest: string | null;
  readonly appImage: string | null;
  readonly tasks: number;
  readonly matching: number;
  readonly detail: string | null;
  readonly checkedAt: Date;
}

/** What the environment's page says of where its release may go, where it came from, and whether it is what it should be. */
export interface PromotionBox {
  readonly environmentId: string;
  readonly project: string;
  /** The stage behind this one, for whoever may view it; null at the end, or where nothing is to be carried. */
  readonly next: { readonly stage: string; readonly title: string } | null;
  /** For whoever may promote there; null for all others, and while nothing is live. */
  readonly plan: Plan | null;
  /** A freeze of the next stage. */
  readonly frozen: { readonly title: string; readonly until: Date | null } | null;
  /** Promotions from and to here, newest first. */
  readonly promotions: readonly PromotionSummary[];
  readonly imageCheck: ImageCheckView | null;
  /** Whether a stage that only promotions lead into. */
  readonly gated: boolean;
}

const shownAtMost = 5;

/** The box of an environment's page. */
export async function getPromotionBox(reader: Reader, actor: Actor, environmentId: string): Promise<PromotionBox> {
  const { database } = reader;
  const row = await database.environment.findUnique({
    where: { id: environmentId },
    select: {
      id: true,
      projectId: true,
      destroyedAt: true,
      liveReleaseId: true,
      stage: { select: pipelineStageSelection },
      imageCheck: true,
      liveRelease: { select: { image: { select: { digest: true } } } },
      project: { select: { slug: true, deletedAt: true } },
    },
  });
  if (row === null || row.project.deletedAt !== null) throw new BerthError("not_found");
  const { projectId } = row;
  authorise(actor, "view", policyObject({ projectId, stageKind: row.stage.kind }));
  const stages = await database.stage.findMany({ where: { projectId, removedAt: null }, select: pipelineStageSelection });
  const found = row.destroyedAt === null ? nextStage(stages, row.stage) : null;
  const next =
    found !== null && leadsThere(row.stage, found) && may(actor, "view", policyObject({ projectId, stageKind: found.kind })) ? found : null;
  const mayPromote = next !== null && may(actor, "promote", policyObject({ projectId, stageKind: next.kind }));
  const visible = kindsWhere(actor, "view", projectId);
  const [plan, frozen, promotions] = await Promise.all([
    mayPromote && row.liveReleaseId !== null ? getPromotionPlan(reader, actor, environmentId, next.id) : null,
    next === null ? null : freezeOf(database, { projectId, stageId: next.id, at: new Date() }),
    database.promotion.findMany({
      where: {
        OR: [{ fromEnvironmentId: environmentId }, { toEnvironmentId: environmentId }],
        toStage: { kind: { in: visible } },
        fromEnvironment: { stage: { kind: { in: visible } } },
      },
      orderBy: { createdAt: "desc" },
      take: shownAtMost,
      select: summarySelection,
    }),
  ]);
  return {
    environmentId,
    project: row.project.slug,
    next: next === null ? null : { stage: next.name, title: next.title },
    plan,
    frozen,
    promotions: promotions.map(promotionSummaryOf),
    imageCheck: checkView(row.imageCheck, row.liveRelease?.image.digest ?? null),
    gated: isGated(row.stage),
  };
}

/** A branch's environment has no way into a stage of tags: nothing to offer. */
function leadsThere(from: { refKind: string | null }, to: { perRef: boolean; refKind: string | null }): boolean {
  return !to.perRef || from.refKind === to.refKind;
}

type CheckRow = Omit<ImageCheckView, "state"> & { readonly state: string };

/** What was seen of an earlier release says nothing of the one that is live. */
function checkView(row: CheckRow | null, liveDigest: string | null): ImageCheckView | null {
  if (row === null || row.digest !== liveDigest) return null;
  const state = row.state === "same" || row.state === "drift" ? row.state : "unknown";
  return {
    state,
    digest: row.digest,
    registryDigest: row.registryDigest,
    approvedDigest: row.approvedDigest,
    appImage: row.appImage,
    tasks: row.tasks,
    matching: row.matching,
    detail: row.detail,
    checkedAt: row.checkedAt,
  };
}
