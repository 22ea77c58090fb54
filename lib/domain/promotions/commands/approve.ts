import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { policyObject } from "../../environments/load.ts";
import { authorsOf, isOwnWork } from "../../verdicts/own-work.ts";
import { approvalsGiven, approvalsNeeded, lockVisiblePromotion } from "../load.ts";
import { approveInput } from "../schema.ts";

/** A second person's yes to a promotion: never of who asked for it, nor of who wrote the commit. */
export const approvePromotion = defineCommand({
  name: "promotion.approve",
  input: approveInput,
  async load(tx, { promotion: id }, actor) {
    const promotion = await lockVisiblePromotion(tx, actor, id);
    const authors = await authorsOf(tx, [promotion.imageId]);
    return { promotion, actor, isAuthor: isOwnWork(authors.get(promotion.imageId), actor) };
  },
  verb: "promote",
  object: ({ promotion }) => policyObject({ projectId: promotion.projectId, stageKind: promotion.toStage.kind }),
  gate({ promotion, actor, isAuthor }) {
    if (promotion.status !== "requested") throw new BerthError("conflict", { detail: "It does not wait for a second person." });
    if (actor.id === null || actor.id === promotion.askedById)
      throw new BerthError("own_commit", { detail: "You asked for it: a second person has to agree." });
    if (isAuthor) throw new BerthError("own_commit", { detail: "You wrote the commit that is carried." });
    if (promotion.approvals.some(({ personId }) => personId === actor.id))
      throw new BerthError("conflict", { detail: "You have agreed already." });
  },
  async perform(tx, { promotion }, { words = null }, actor) {
    await tx.promotionApproval.create({
      data: { promotionId: promotion.id, personId: actor.id ?? "", personName: actor.name, words },
      select: { id: true },
    });
    if (approvalsGiven(promotion) + 1 >= approvalsNeeded(promotion))
      await tx.promotion.update({ where: { id: promotion.id }, data: { status: "waiting", noteCode: null, note: null } });
    await appendEvent(tx, {
      kind: "promotion.approved",
      projectId: promotion.projectId,
      environmentId: promotion.fromEnvironmentId,
      actorName: actor.name,
      message: `${promotion.kind === "rollback" ? "Rollback" : "Promotion"} agreed to`,
      detail: { promotion: promotion.id, to: promotion.toStage.name, askedBy: promotion.askedById },
    });
    await enqueue(tx, { task: "advance-promotion", payload: { promotionId: promotion.id } });
    return { promotionId: promotion.id };
  },
  subject: ({ promotion }, { words }) => ({
    objectType: "promotion",
    objectId: promotion.id,
    objectName: `${promotion.fromEnvironment.name} to ${promotion.toStage.title}`,
    projectId: promotion.projectId,
    stageKind: promotion.toStage.kind,
    detail: { to: promotion.toStage.name, digest: promotion.digest, words: words ?? null },
  }),
});
