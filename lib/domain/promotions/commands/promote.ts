import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { lockVisibleEnvironment, policyObject } from "../../environments/load.ts";
import { promotionBlockers, refuseBlocked } from "../blockers.ts";
import { approvalsNeeded } from "../load.ts";
import { promoteInput } from "../schema.ts";

const openStatuses = ["requested", "waiting", "started"] as const;

/** Asks for what is live in an environment to be carried into a later stage: the same image, never rebuilt. The worker takes it there. */
export const promote = defineCommand({
  name: "promotion.request",
  input: promoteInput,
  async load(tx, { environment: id, to }, actor) {
    const environment = await lockVisibleEnvironment(tx, actor, id);
    const stage = await tx.stage.findFirst({
      where: { projectId: environment.projectId, removedAt: null, OR: [{ name: to }, ...(isId(to) ? [{ id: to }] : [])] },
      select: { id: true, name: true, title: true, kind: true, perRef: true, approvalsRequired: true },
    });
    if (stage === null) throw new BerthError("not_found");
    const refId = stage.perRef ? environment.refId : null;
    const blockers = await promotionBlockers(tx, { environmentId: id, toStageId: stage.id, at: new Date() });
    const live = await liveReleaseOf(tx, environment.liveReleaseId);
    const open = await tx.promotion.findFirst({
      where: { toStageId: stage.id, refId, status: { in: [...openStatuses] } },
      select: { askedByName: true, fromEnvironment: { select: { name: true } } },
    });
    const running = await tx.environment.findFirst({
      where: { stageId: stage.id, refId, destroyedAt: null },
      select: { liveRelease: { select: { commit: true } } },
    });
    return { environment, stage, refId, blockers, live, open, baseCommit: running?.liveRelease?.commit ?? null };
  },
  verb: "promote",
  object: ({ environment, stage }) => policyObject({ projectId: environment.projectId, stageKind: stage.kind }),
  gate({ stage, blockers, live, open }, { digest, overrideReason }) {
    if (open !== null)
      throw new BerthError("conflict", {
        detail: `${open.askedByName} is promoting ${open.fromEnvironment.name} to ${stage.title} already.`,
      });
    refuseBlocked(blockers);
    if (digest !== undefined && live?.image.digest !== digest)
      throw new BerthError("conflict", { detail: "Another image is live there than the one you looked at." });
    if (overrideReason !== undefined && !blockers.some(({ code }) => code === "frozen"))
      throw new BerthError("invalid_input", { fields: { overrideReason: `${stage.title} is not frozen; there is nothing to override.` } });
  },
  async perform(tx, { environment, stage, refId, blockers, live, baseCommit }, { reason, overrideReason = null }, actor) {
    if (live === null) throw new BerthError("not_live");
    const waits = approvalsNeeded({ kind: "promotion", overrideReason, toStage: stage }) > 0;
    const frozen = blockers.find(({ code }) => code === "frozen");
    const { id } = await tx.promotion.create({
      data: {
        projectId: environment.projectId,
        fromEnvironmentId: environment.id,
        fromReleaseId: live.id,
        imageId: live.imageId,
        digest: live.image.digest,
        fingerprint: live.fingerprint,
        commit: live.commit,
        baseCommit,
        toStageId: stage.id,
        refId,
        status: waits ? "requested" : "waiting",
        askedById: actor.id,
        askedByName: actor.name,
        reason: reason ?? null,
        overrideReason,
        noteCode: waits ? "approval_pending" : (frozen?.code ?? null),
        note: waits ? "A second person has to agree." : (frozen?.words ?? null),
      },
      select: { id: true },
    });
    await appendEvent(tx, {
      kind: "promotion.requested",
      projectId: environment.projectId,
      environmentId: environment.id,
      actorName: actor.name,
      message: "Promotion asked for",
      detail: { promotion: id, to: stage.name, digest: live.image.digest, approval: waits, askedBy: actor.id },
    });
    await enqueue(tx, { task: "advance-promotion", payload: { promotionId: id } });
    return { promotionId: id, environmentId: environment.id };
  },
  subject: ({ environment, stage, live }, { reason, overrideReason }, { promotionId }) => ({
    objectType: "promotion",
    objectId: promotionId,
    objectName: `${environment.name} to ${stage.title}`,
    projectId: environment.projectId,
    stageKind: stage.kind,
    detail: { to: stage.name, digest: live?.image.digest ?? null, reason: reason ?? null, override: overrideReason ?? null },
  }),
});

function isId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

async function liveReleaseOf(tx: Transaction, id: string | null) {
  if (id === null) return null;
  return tx.release.findUnique({
    where: { id },
    select: { id: true, imageId: true, commit: true, fingerprint: true, image: { select: { digest: true } } },
  });
}
