import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { type LoadedEnvironment, lockVisibleEnvironment, policyObject } from "../../environments/load.ts";
import { freezeOf } from "../../freezes/standing.ts";
import { requestRollback } from "../rollback.ts";
import { rollbackInput } from "../schema.ts";

/**
 * Back to a release that once answered healthily here. While the stage is frozen it waits; with a reason to override, a second person has to
 * agree and it goes at once.
 */
export const rollback = defineCommand({
  name: "environment.rollback",
  input: rollbackInput,
  async load(tx, { environment: id, release: wanted }, actor) {
    const environment = await lockVisibleEnvironment(tx, actor, id);
    const { stage } = await tx.environment.findUniqueOrThrow({
      where: { id },
      select: { stage: { select: { id: true, title: true } } },
    });
    const release = await tx.release.findFirst({
      where: { environmentId: id, ...(typeof wanted === "number" ? { number: wanted } : { id: wanted }) },
      select: {
        id: true,
        number: true,
        imageId: true,
        commit: true,
        fingerprint: true,
        servedAt: true,
        image: { select: { digest: true, removedAt: true } },
      },
    });
    const freeze = await freezeOf(tx, { projectId: environment.projectId, stageId: stage.id, at: new Date() });
    return { environment, stage, release, freeze };
  },
  verb: "deploy",
  object: ({ environment }) => policyObject(environment),
  gate({ environment, stage, release, freeze }, { keep, overrideReason }) {
    if (environment.desired === "destroyed") throw new BerthError("conflict", { detail: "It is being destroyed." });
    if (release === null) throw new BerthError("not_found", { detail: "This environment has no such release." });
    if (release.servedAt === null) throw new BerthError("never_served");
    if (keep !== "image" && release.image.removedAt !== null) throw new BerthError("image_gone");
    if (release.id === environment.liveReleaseId && environment.desired === "running" && keep === undefined)
      throw new BerthError("conflict", { detail: `Release #${release.number} is what runs.` });
    if (overrideReason !== undefined && freeze === null)
      throw new BerthError("invalid_input", { fields: { overrideReason: `${stage.title} is not frozen; there is nothing to override.` } });
  },
  async perform(tx, { environment, stage, release }, { keep = null, reason = null, overrideReason }, actor) {
    if (release === null) throw new BerthError("not_found");
    const asked = { environment, stage, release, keep, reason };
    if (overrideReason !== undefined) {
      const promotionId = await askToOverride(tx, actor, asked, overrideReason);
      return { environmentId: environment.id, deploymentId: null, promotionId };
    }
    const deploymentId = await requestRollback(tx, actor, environment, { fromReleaseId: release.id, keep, reason });
    await appendEvent(tx, {
      kind: "rollback.started",
      projectId: environment.projectId,
      environmentId: environment.id,
      deploymentId,
      actorName: actor.name,
      message: `Rollback to release #${release.number} asked for${reason === null ? "" : `: ${reason}`}`,
      detail: { release: release.number, by: "person" },
    });
    return { environmentId: environment.id, deploymentId, promotionId: null };
  },
  subject: ({ environment, release }, { keep, reason, overrideReason }, { deploymentId, promotionId }) => ({
    objectType: "environment",
    objectId: environment.id,
    projectId: environment.projectId,
    environmentId: environment.id,
    detail: {
      release: release?.number ?? null,
      keep: keep ?? null,
      reason: reason ?? null,
      override: overrideReason ?? null,
      deployment: deploymentId,
      promotion: promotionId,
    },
  }),
});

interface Asked {
  readonly environment: LoadedEnvironment;
  readonly stage: { readonly id: string; readonly title: string };
  readonly release: {
    readonly id: string;
    readonly number: number;
    readonly imageId: string;
    readonly commit: string;
    readonly fingerprint: string;
    readonly image: { readonly digest: string };
  };
  readonly keep: string | null;
  readonly reason: string | null;
}

async function askToOverride(
  tx: Transaction,
  actor: { id: string | null; name: string },
  { environment, stage, release, keep, reason }: Asked,
  overrideReason: string,
): Promise<string> {
  const live =
    environment.liveReleaseId === null
      ? null
      : await tx.release.findUnique({ where: { id: environment.liveReleaseId }, select: { commit: true } });
  const { id } = await tx.promotion.create({
    data: {
      kind: "rollback",
      projectId: environment.projectId,
      fromEnvironmentId: environment.id,
      toEnvironmentId: environment.id,
      fromReleaseId: release.id,
      imageId: release.imageId,
      digest: release.image.digest,
      fingerprint: release.fingerprint,
      commit: release.commit,
      baseCommit: live?.commit ?? null,
      toStageId: stage.id,
      refId: environment.refId,
      keep,
      askedById: actor.id,
      askedByName: actor.name,
      reason,
      overrideReason,
      noteCode: "approval_pending",
      note: "A second person has to agree.",
    },
    select: { id: true },
  });
  await appendEvent(tx, {
    kind: "promotion.requested",
    projectId: environment.projectId,
    environmentId: environment.id,
    actorName: actor.name,
    message: `Rollback to release #${release.number} in spite of a freeze asked for`,
    detail: { promotion: id, release: release.number, approval: true, askedBy: actor.id },
  });
  return id;
}
