import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { hashPassword, isPassword, passwordWeakness } from "#lib/platform/crypto/passwords.ts";

import { defineCommand } from "../../command.ts";

/** Changes one's own password and ends all other sessions. */
export const changePassword = defineCommand({
  name: "password.change",
  input: z.strictObject({ current: z.string().max(1024), password: z.string().max(1024) }),
  async load(tx, { current, password }, actor) {
    if (actor.id === null || actor.sessionId === null) throw new BerthError("forbidden", { detail: "Sign in to change your password." });
    const person = await tx.person.findUniqueOrThrow({ where: { id: actor.id }, select: { id: true, email: true, passwordHash: true } });
    if (!(await isPassword(current, person.passwordHash)))
      throw new BerthError("credentials_wrong", { fields: { current: "That is not your current password." } });
    const weakness = passwordWeakness(password, person.email);
    if (weakness !== null) throw new BerthError("password_weak", { detail: weakness, fields: { password: weakness } });
    return { personId: person.id, sessionId: actor.sessionId };
  },
  verb: "manage_account",
  object: ({ personId }) => ({ type: "account", personId }) as const,
  async perform(tx, { personId, sessionId }, { password }) {
    await tx.person.update({ where: { id: personId }, data: { passwordHash: await hashPassword(password) } });
    await tx.session.updateMany({ where: { personId, endedAt: null, NOT: { id: sessionId } }, data: { endedAt: new Date() } });
    return { personId };
  },
  subject: ({ personId }) => ({ objectType: "person", objectId: personId, projectId: null }),
});
