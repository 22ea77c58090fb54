import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";

/** Ends one of one's own sessions. */
export const endSession = defineCommand({
  name: "session.end",
  input: z.strictObject({ id: z.uuid() }),
  async load(tx, { id }, actor) {
    if (actor.id === null) throw new BerthError("not_found");
    const session = await tx.session.findFirst({ where: { id, personId: actor.id, endedAt: null }, select: { id: true, personId: true } });
    if (session === null) throw new BerthError("not_found");
    return session;
  },
  verb: "manage_account",
  object: ({ personId }) => ({ type: "account", personId }) as const,
  async perform(tx, { id }) {
    await tx.session.update({ where: { id }, data: { endedAt: new Date() }, select: { id: true } });
    return { id };
  },
  subject: ({ id }) => ({ objectType: "session", objectId: id, projectId: null }),
});

/** Ends the session that asks. While an admin looks through another's eyes it is his own session that ends, never the other's. */
export const signOut = defineCommand({
  name: "session.sign-out",
  input: z.strictObject({}),
  whileViewing: true,
  async load(tx, _input, actor) {
    if (actor.sessionId === null) throw new BerthError("not_found");
    return tx.session.findUniqueOrThrow({ where: { id: actor.sessionId }, select: { id: true, personId: true } });
  },
  verb: "manage_account",
  object: ({ personId }) => ({ type: "account", personId }) as const,
  async perform(tx, { id }) {
    await tx.session.update({ where: { id }, data: { endedAt: new Date() }, select: { id: true } });
    return { id };
  },
  subject: ({ id }) => ({ objectType: "session", objectId: id, projectId: null }),
});
