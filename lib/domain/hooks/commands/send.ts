import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";
import { jsonOf } from "../../notifications/message.ts";
import { hookObject, loadHook } from "../load.ts";

const mostWaiting = 5;

/** Sends a webhook something to see whether it arrives. */
export const testHook = defineCommand({
  name: "webhook_out.test",
  input: z.strictObject({ hook: z.uuid() }),
  async load(tx, { hook }) {
    const loaded = await loadHook(tx, hook);
    const project = await tx.project.findUniqueOrThrow({ where: { id: loaded.projectId }, select: { slug: true, name: true } });
    const waiting = await tx.outgoingMessage.count({ where: { hookId: loaded.id, eventId: null, state: "waiting" } });
    return { ...loaded, project, waiting };
  },
  verb: "administer",
  object: hookObject,
  gate({ enabled, waiting }) {
    if (!enabled) throw new BerthError("conflict", { detail: "Switch the webhook on first." });
    if (waiting >= mostWaiting) throw new BerthError("rate_limited", { detail: "Earlier tests still wait.", retryAfterSeconds: 30 });
  },
  async perform(tx, { id, projectId, project }, _input, actor, settings) {
    const body = jsonOf({
      kind: "test",
      headline: "This is a test",
      message: `${actor.name} tries whether this webhook arrives.`,
      actor: actor.name,
      at: new Date().toISOString(),
      url: `${settings.dashboardOrigin}/p/${encodeURIComponent(project.slug)}`,
      project,
      environment: null,
      deployment: null,
      detail: {},
    });
    const message = await tx.outgoingMessage.create({
      data: { channel: "hook", recipient: id, hookId: id, projectId, kind: "test", body },
      select: { id: true },
    });
    return { id: message.id };
  },
  subject: ({ id, projectId, name }) => ({ objectType: "webhook_out", objectId: id, objectName: name, projectId }),
});

/** Sends one delivery again, under the same id. */
export const redeliverOutgoing = defineCommand({
  name: "webhook_out.redeliver",
  input: z.strictObject({ delivery: z.uuid() }),
  async load(tx, { delivery }) {
    const message = await tx.outgoingMessage.findFirst({
      where: { id: delivery, channel: "hook", project: { deletedAt: null } },
      select: { id: true, state: true, hookId: true, projectId: true, hook: { select: { name: true } } },
    });
    if (message === null || message.projectId === null) throw new BerthError("not_found");
    return { ...message, projectId: message.projectId };
  },
  verb: "administer",
  object: hookObject,
  gate({ state }) {
    if (state === "waiting") throw new BerthError("conflict", { detail: "It is still being tried." });
  },
  async perform(tx, { id }) {
    await tx.outgoingMessage.updateMany({
      where: { id, state: { not: "waiting" } },
      data: { state: "waiting", attempts: 0, nextAt: new Date(), claimedUntil: null, endedAt: null },
    });
    return { id };
  },
  subject: ({ hookId, projectId, hook }, { delivery }) => ({
    objectType: "webhook_out",
    objectId: hookId,
    objectName: hook?.name ?? null,
    projectId,
    detail: { delivery },
  }),
});
