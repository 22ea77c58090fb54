import { randomBytes } from "node:crypto";

import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { lockValue } from "#lib/platform/crypto/symmetric.ts";

import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";
import { inboundForges } from "../forges.ts";
import { hookScope } from "../scope.ts";

const input = z.strictObject({ project: z.string().min(1).max(64), forge: z.enum(inboundForges) });
const projectObject = ({ id }: { readonly id: string }) => ({ type: "project", projectId: id }) as const;

/** Makes the secret with which a forge signs its webhooks, or a new one in its place. It is in the answer and nowhere else in clear. */
export const rotateInboundSecret = defineCommand({
  name: "webhook_in.rotate",
  input,
  load: async (tx, { project, forge }) => {
    const { id, slug } = await loadProject(tx, project);
    const before = await tx.inboundHook.count({ where: { projectId: id, forge } });
    return { id, slug, existed: before > 0 };
  },
  verb: "administer",
  object: projectObject,
  async perform(tx, { id, slug }, { forge }, actor, settings) {
    if (settings.webhookKey === undefined) throw new BerthError("unavailable", { detail: "The key for webhooks is missing." });
    const secret = `whsec_${randomBytes(32).toString("base64")}`;
    const locked = lockValue(settings.webhookKey, hookScope(id, forge), secret);
    const data = { ...locked, createdByName: actor.name, createdAt: new Date() };
    await tx.inboundHook.upsert({
      where: { projectId_forge: { projectId: id, forge } },
      create: { projectId: id, forge, ...data },
      update: data,
    });
    return { url: `${settings.dashboardOrigin}/webhooks/${forge}/${slug}`, secret };
  },
  subject: ({ id, existed }, { forge }) => ({
    objectType: "project",
    objectId: id,
    projectId: id,
    detail: { forge },
    before: { secret: existed ? "masked" : null },
    after: { secret: "masked, new" },
  }),
});

/** Takes no webhooks of a forge any more. */
export const removeInboundHook = defineCommand({
  name: "webhook_in.remove",
  input,
  load: (tx, { project }) => loadProject(tx, project),
  verb: "administer",
  object: projectObject,
  async perform(tx, { id }, { forge }) {
    const { count } = await tx.inboundHook.deleteMany({ where: { projectId: id, forge } });
    if (count === 0) throw new BerthError("not_found");
    return { forge };
  },
  subject: ({ id }, { forge }) => ({ objectType: "project", objectId: id, projectId: id, detail: { forge }, after: { secret: null } }),
});
