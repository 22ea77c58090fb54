import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";
import { policyObject } from "../../environments/load.ts";

/** Ends a share link at once: for its maker, and for whoever may deploy there. What is open through it is cut. */
export const revokeShareLink = defineCommand({
  name: "share_link.revoke",
  input: z.strictObject({ id: z.uuid() }),
  async load(tx, { id }, actor) {
    const link = await tx.shareLink.findFirst({
      where: { id, revokedAt: null },
      select: {
        id: true,
        note: true,
        createdById: true,
        environment: { select: { id: true, name: true, projectId: true, stage: { select: { kind: true } } } },
      },
    });
    if (link === null) throw new BerthError("not_found");
    const { environment } = link;
    const own = link.createdById === actor.id;
    return { ...link, own, environment, projectId: environment.projectId, stageKind: environment.stage.kind };
  },
  verb: ({ own }) => (own ? "view" : "deploy"),
  object: policyObject,
  async perform(tx, { id }) {
    await tx.shareLink.update({ where: { id }, data: { revokedAt: new Date() }, select: { id: true } });
    return { id };
  },
  subject: (link) => ({
    objectType: "share_link",
    objectId: link.id,
    objectName: link.note,
    projectId: link.projectId,
    environmentId: link.environment.id,
    stageKind: link.stageKind,
    detail: { environment: link.environment.name },
  }),
});
