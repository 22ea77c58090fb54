import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { policyObject } from "../../environments/load.ts";
import { lockVisiblePromotion } from "../load.ts";
import { withdrawInput } from "../schema.ts";

/** Takes back a promotion that has not started. */
export const withdrawPromotion = defineCommand({
  name: "promotion.withdraw",
  input: withdrawInput,
  load: (tx, { promotion }, actor) => lockVisiblePromotion(tx, actor, promotion),
  verb: "promote",
  object: (promotion) => policyObject({ projectId: promotion.projectId, stageKind: promotion.toStage.kind }),
  gate({ status }) {
    if (status === "started") throw new BerthError("conflict", { detail: "It has started: cancel its deployment instead." });
    if (status !== "requested" && status !== "waiting") throw new BerthError("conflict", { detail: "It is over already." });
  },
  async perform(tx, promotion, { reason = null }, actor) {
    await tx.promotion.update({
      where: { id: promotion.id },
      data: { status: "withdrawn", endedAt: new Date(), endedByName: actor.name, noteCode: null, note: reason },
    });
    await appendEvent(tx, {
      kind: "promotion.withdrawn",
      projectId: promotion.projectId,
      environmentId: promotion.fromEnvironmentId,
      actorName: actor.name,
      message: `${promotion.kind === "rollback" ? "Rollback" : "Promotion"} withdrawn`,
      detail: { promotion: promotion.id, to: promotion.toStage.name, askedBy: promotion.askedById },
    });
    return { promotionId: promotion.id };
  },
  subject: (promotion, { reason }) => ({
    objectType: "promotion",
    objectId: promotion.id,
    objectName: `${promotion.fromEnvironment.name} to ${promotion.toStage.title}`,
    projectId: promotion.projectId,
    stageKind: promotion.toStage.kind,
    detail: { reason: reason ?? null },
    before: { status: promotion.status },
    after: { status: "withdrawn" },
  }),
});
