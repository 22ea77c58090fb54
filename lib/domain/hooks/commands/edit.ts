import { randomBytes, randomUUID } from "node:crypto";

import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";
import { sealSecret } from "../../projects/credential.ts";
import { loadProject } from "../../projects/load.ts";
import { hookObject, loadHook } from "../load.ts";
import { hookChanges, hookFields, mostHooks } from "../schema.ts";

/** Makes a webhook. The secret it signs with is in the answer and nowhere else in clear; Slack's kind has none. */
export const createHook = defineCommand({
  name: "webhook_out.create",
  input: z.strictObject({ project: z.string().min(1).max(64), ...hookFields }),
  async load(tx, { project }) {
    const { id: projectId } = await loadProject(tx, project);
    return { projectId, count: await tx.projectHook.count({ where: { projectId } }) };
  },
  verb: "administer",
  object: hookObject,
  gate({ count }) {
    if (count >= mostHooks) throw new BerthError("conflict", { detail: `A project has at most ${mostHooks} webhooks.` });
  },
  async perform(tx, { projectId }, { url, name, format, kinds }, actor) {
    const id = randomUUID();
    const secret = format === "signed" ? `whsec_${randomBytes(32).toString("base64")}` : null;
    const urlSecretId = await sealSecret(tx, `hook:${id}/url`, url);
    const keySecretId = secret === null ? null : await sealSecret(tx, `hook:${id}/key`, secret);
    const host = new URL(url).host;
    await tx.projectHook.createMany({
      data: [{ id, projectId, name, format, kinds, host, urlSecretId, keySecretId, createdByName: actor.name }],
    });
    return { id, secret, host };
  },
  subject: ({ projectId }, { name, format, kinds }, { id, host }) => ({
    objectType: "webhook_out",
    objectId: id,
    objectName: name,
    projectId,
    after: { name, format, host, kinds: kinds.join(" "), url: "masked", secret: format === "signed" ? "masked, new" : null },
  }),
});

/** Changes what a webhook is told, or switches it off and on. */
export const updateHook = defineCommand({
  name: "webhook_out.update",
  input: z.strictObject({ hook: z.uuid(), ...hookChanges }),
  load: (tx, { hook }) => loadHook(tx, hook),
  verb: "administer",
  object: hookObject,
  async perform(tx, { id }, { name, kinds, enabled }) {
    await tx.projectHook.update({
      where: { id },
      data: {
        ...(name === undefined ? {} : { name }),
        ...(kinds === undefined ? {} : { kinds }),
        ...(enabled === undefined ? {} : { enabled }),
      },
      select: { id: true },
    });
    return { id };
  },
  subject: (hook, { name, kinds, enabled }) => ({
    objectType: "webhook_out",
    objectId: hook.id,
    objectName: hook.name,
    projectId: hook.projectId,
    before: { name: hook.name, kinds: hook.kinds.join(" "), enabled: hook.enabled },
    after: { name: name ?? hook.name, kinds: (kinds ?? hook.kinds).join(" "), enabled: enabled ?? hook.enabled },
  }),
});

/** Removes a webhook with its log; what still waits is not sent. */
export const removeHook = defineCommand({
  name: "webhook_out.remove",
  input: z.strictObject({ hook: z.uuid() }),
  load: (tx, { hook }) => loadHook(tx, hook),
  verb: "administer",
  object: hookObject,
  async perform(tx, { id, urlSecretId, keySecretId }) {
    await tx.projectHook.deleteMany({ where: { id } });
    await tx.sealedSecret.deleteMany({ where: { id: { in: [urlSecretId, ...(keySecretId === null ? [] : [keySecretId])] } } });
    return { id };
  },
  subject: ({ id, projectId, name, host }) => ({
    objectType: "webhook_out",
    objectId: id,
    objectName: name,
    projectId,
    before: { name, host },
  }),
});
