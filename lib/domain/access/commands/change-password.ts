import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { hashPassword, isPassword, passwordWeakness } from "#lib/platform/crypto/passwords.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { logDenial } from "../../audit/denials.ts";
import { type CommandContext, definePreparedCommand } from "../../command.ts";
import { forgetAttempts, ownersBucket, takeAttempt } from "../attempts.ts";
import type { Actor } from "../policy.ts";

const input = z.strictObject({ current: z.string().max(1024), password: z.string().max(1024) });

/** What was checked before the transaction, and is looked at again inside. */
interface Checked {
  readonly verifiedHash: string | null;
  readonly newHash: string;
}

/**
 * Changes one's own password and ends all other sessions. Wrong ones are counted and audited like those at the door. Throws
 * `credentials_wrong`, `rate_limited`, `password_weak`; `not_signed_in` when the session ended meanwhile.
 */
export const changePassword = definePreparedCommand({
  name: "password.change",
  input,
  verb: "manage_account",
  prepareFor: (actor) => ({ type: "account", personId: ownSession(actor).personId }) as const,
  prepare,
  load: async (_tx, _input, actor) => ownSession(actor),
  object: ({ personId }) => ({ type: "account", personId }) as const,
  async perform(tx, { personId, sessionId }, _input, _actor, _settings, { verifiedHash, newHash }) {
    // An admin may have set another password, or shut the person out, while this one was hashed.
    const still = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM person WHERE id = ${personId}::uuid AND password_hash = ${verifiedHash} AND disabled_at IS NULL FOR UPDATE`;
    if (still.length === 0) throw wrong();
    await openSession(tx, personId, sessionId);
    await tx.person.update({ where: { id: personId }, data: { passwordHash: newHash }, select: { id: true } });
    await tx.session.updateMany({ where: { personId, endedAt: null, NOT: { id: sessionId } }, data: { endedAt: new Date() } });
    await forgetAttempts(tx, ownersBucket(personId));
    return { personId };
  },
  subject: ({ personId }) => ({ objectType: "person", objectId: personId, projectId: null }),
});

async function prepare({ database }: CommandContext, { current, password }: z.output<typeof input>, actor: Actor): Promise<Checked> {
  const { personId, sessionId } = ownSession(actor);
  await openSession(database, personId, sessionId);
  const person = await database.person.findUniqueOrThrow({ where: { id: personId }, select: { email: true, passwordHash: true } });
  const weakness = passwordWeakness(password, person.email);
  if (weakness !== null) throw new BerthError("password_weak", { detail: weakness, fields: { password: weakness } });
  await takeAttempt(database, ownersBucket(personId));
  if (!(await isPassword(current, person.passwordHash))) {
    await logDenial(database, actor, { action: "password.change", objectType: "person", objectId: personId, reason: "credentials_wrong" });
    throw wrong();
  }
  return { verifiedHash: person.passwordHash, newHash: await hashPassword(password) };
}

/** Throws `not_signed_in` unless the session is the person's and goes on. */
async function openSession(database: Pick<Database | Transaction, "session">, personId: string, id: string): Promise<void> {
  const session = await database.session.findFirst({
    where: { id, personId, endedAt: null, person: { disabledAt: null } },
    select: { id: true },
  });
  if (session === null) throw new BerthError("not_signed_in");
}

function ownSession({ id, sessionId }: Actor): { personId: string; sessionId: string } {
  if (id === null || sessionId === null) throw new BerthError("forbidden", { detail: "Sign in to change your password." });
  return { personId: id, sessionId };
}

function wrong(): BerthError {
  return new BerthError("credentials_wrong", { fields: { current: "That is not your current password." } });
}
