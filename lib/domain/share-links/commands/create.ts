import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { hashToken, newRandomId } from "#lib/platform/crypto/tokens.ts";

import { defineCommand } from "../../command.ts";
import { lockVisibleEnvironment, policyObject } from "../../environments/load.ts";
import { environmentUrl } from "../../environments/url.ts";
import { mostLinks, shareLinkFields } from "../schema.ts";

/** A link that shows one environment to whoever has it. The address is in the answer and nowhere else. */
export const createShareLink = defineCommand({
  name: "share_link.create",
  input: z.strictObject({ environment: z.uuid(), ...shareLinkFields }),
  async load(tx, { environment }, actor) {
    const place = await lockVisibleEnvironment(tx, actor, environment);
    if (actor.id === null) throw new BerthError("forbidden");
    const open = await tx.shareLink.count({ where: { environmentId: place.id, revokedAt: null, expiresAt: { gt: new Date() } } });
    return { ...place, open, makerId: actor.id };
  },
  verb: "deploy",
  object: policyObject,
  gate({ open }) {
    if (open >= mostLinks)
      throw new BerthError("conflict", { detail: `This environment has ${mostLinks} links; revoke some that nobody needs any more.` });
  },
  async perform(tx, place, { note, expiresInHours }, _actor, settings) {
    const code = `berth_share_${newRandomId()}`;
    const expiresAt = new Date(Date.now() + expiresInHours * 3_600_000);
    const { id } = await tx.shareLink.create({
      data: { environmentId: place.id, hash: hashToken(code), note, createdById: place.makerId, expiresAt },
      select: { id: true },
    });
    return { id, url: `${environmentUrl(settings.previewOrigin, place.host)}/?share=${code}`, expiresAt };
  },
  subject: (place, { note }, { id, expiresAt }) => ({
    objectType: "share_link",
    objectId: id,
    objectName: note,
    projectId: place.projectId,
    environmentId: place.id,
    stageKind: place.stageKind,
    detail: { environment: place.name, expires: expiresAt.toISOString() },
  }),
});
