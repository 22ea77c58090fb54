import { BerthError } from "#lib/core/errors.ts";
import type { Database, StageKind, Transaction } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { policyObject } from "../environments/load.ts";

export const promotionSelection = {
  id: true,
  kind: true,
  projectId: true,
  fromEnvironmentId: true,
  fromReleaseId: true,
  imageId: true,
  digest: true,
  fingerprint: true,
  commit: true,
  toStageId: true,
  refId: true,
  toEnvironmentId: true,
  keep: true,
  status: true,
  askedById: true,
  askedByName: true,
  reason: true,
  overrideReason: true,
  noteCode: true,
  note: true,
  toStage: { select: { id: true, name: true, title: true, kind: true, approvalsRequired: true } },
  fromEnvironment: { select: { name: true, stage: { select: { kind: true } } } },
  approvals: { orderBy: { at: "asc" }, select: { personId: true, personName: true, words: true, at: true } },
} as const;

async function read(tx: Transaction | Database, id: string) {
  return tx.promotion.findFirst({ where: { id, project: { deletedAt: null } }, select: promotionSelection });
}

export type LoadedPromotion = NonNullable<Awaited<ReturnType<typeof read>>>;

/** Whether somebody may know of a promotion: he may view where it goes. That there is a way on says nothing to who may not view its end. */
export function maySeePromotion(
  actor: Actor,
  promotion: { readonly projectId: string; readonly toStage: { readonly kind: StageKind } },
): boolean {
  return may(actor, "view", policyObject({ projectId: promotion.projectId, stageKind: promotion.toStage.kind }));
}

/** A promotion, its row locked for the transaction. Throws `not_found` for who may not know of it. */
export async function lockVisiblePromotion(tx: Transaction, actor: Actor, id: string): Promise<LoadedPromotion> {
  const seen = await read(tx, id);
  if (seen === null || !maySeePromotion(actor, seen)) throw new BerthError("not_found");
  return lockPromotion(tx, id);
}

/** The same for Berth itself. */
export async function lockPromotion(tx: Transaction, id: string): Promise<LoadedPromotion> {
  await tx.$queryRaw`SELECT 1 FROM promotion WHERE id = ${id}::uuid FOR UPDATE`;
  const promotion = await read(tx, id);
  if (promotion === null) throw new BerthError("not_found");
  return promotion;
}

/** How many second people have to agree: as the stage says, and one where a freeze is overridden. A rollback by itself needs none. */
export function approvalsNeeded(promotion: {
  readonly kind: string;
  readonly overrideReason: string | null;
  readonly toStage: { readonly approvalsRequired: number };
}): number {
  const byStage = promotion.kind === "promotion" ? promotion.toStage.approvalsRequired : 0;
  return Math.max(byStage, promotion.overrideReason === null ? 0 : 1);
}

/** Yeses that count: of whoever did not ask for it. */
export function approvalsGiven(promotion: Pick<LoadedPromotion, "approvals" | "askedById">): number {
  return promotion.approvals.filter(({ personId }) => personId !== promotion.askedById).length;
}
