import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { hashToken, newApiToken } from "#lib/platform/crypto/tokens.ts";

import { defineCommand } from "../../command.ts";

const self = { type: "platform" } as const;

/** A new API token of one's own. The token itself is in the answer and nowhere else. */
export const createToken = defineCommand({
  name: "token.create",
  input: z.strictObject({
    name: z.string().trim().min(1, "Give it a name.").max(100),
    expiresInDays: z.coerce.number().int().min(1).max(3650).optional(),
  }),
  async load(tx, _input, actor) {
    if (actor.id === null) throw new BerthError("forbidden");
    if ((await tx.apiToken.count({ where: { personId: actor.id, revokedAt: null } })) >= 100)
      throw new BerthError("conflict", { detail: "You have a hundred tokens; revoke some first." });
    return { personId: actor.id };
  },
  verb: "see_health",
  object: () => self,
  async perform(tx, { personId }, { name, expiresInDays }) {
    const token = newApiToken();
    const expiresAt = expiresInDays === undefined ? null : new Date(Date.now() + expiresInDays * 24 * 60 * 60_000);
    const { id } = await tx.apiToken.create({
      data: { personId, name, hash: hashToken(token), hint: token.slice(-4), expiresAt },
      select: { id: true },
    });
    return { id, token };
  },
  subject: (_loaded, { name }, { id }) => ({ objectType: "token", objectId: id, projectId: null, detail: { name } }),
});

/** Ends a token of one's own at once. */
export const revokeToken = defineCommand({
  name: "token.revoke",
  input: z.strictObject({ id: z.uuid() }),
  async load(tx, { id }, actor) {
    const token = await tx.apiToken.findFirst({
      where: { id, personId: actor.id ?? id, revokedAt: null },
      select: { id: true, name: true },
    });
    if (token === null) throw new BerthError("not_found");
    return token;
  },
  verb: "see_health",
  object: () => self,
  async perform(tx, { id }) {
    await tx.apiToken.update({ where: { id }, data: { revokedAt: new Date() } });
    return { id };
  },
  subject: ({ id, name }) => ({ objectType: "token", objectId: id, projectId: null, detail: { name } }),
});

/** Ends one of one's own sessions; without an id, the one that asks. */
export const endSession = defineCommand({
  name: "session.end",
  input: z.strictObject({ id: z.uuid().optional() }),
  async load(tx, { id }, actor) {
    const wanted = id ?? actor.sessionId;
    if (wanted === null || actor.id === null) throw new BerthError("not_found");
    const session = await tx.session.findFirst({ where: { id: wanted, personId: actor.id, endedAt: null }, select: { id: true } });
    if (session === null) throw new BerthError("not_found");
    return session;
  },
  verb: "see_health",
  object: () => self,
  async perform(tx, { id }) {
    await tx.session.update({ where: { id }, data: { endedAt: new Date() } });
    return { id };
  },
  subject: ({ id }) => ({ objectType: "session", objectId: id, projectId: null }),
});
