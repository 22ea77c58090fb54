import { z } from "zod";

import { BerthError, isBerthError } from "#lib/core/errors.ts";
import { hashPassword, passwordWeakness } from "#lib/platform/crypto/passwords.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { type SignedIn, type Visitor, actorAtTheDoor, beginSession } from "../access/sign-in.ts";
import { logDenial } from "../audit/denials.ts";
import { writeAudit } from "../audit/write.ts";
import { parseInput } from "../command.ts";
import { lockPerson } from "./load.ts";
import { isStillOpen, openInvitation, type PasswordUsers } from "./open-invitation.ts";
import { personName } from "./schema.ts";
import { endSessions } from "./sessions.ts";

export const acceptInvitationInput = z.strictObject({
  code: z.string().min(1).max(200),
  name: personName,
  password: z.string().max(1024),
});

type Source = Pick<Visitor, "ip" | "requestId">;

interface Accepted {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/**
 * Uses a link, once: sets the invitee's name and password and ends his sessions. Who he is and what he may is not in the request but
 * in the database. Open to strangers: the code is the right.
 * Throws `gone`, `invitation_foreign`, `view_only`, `password_not_used`, `rate_limited`, `password_weak`, `invalid_input`.
 */
export function acceptInvitation(
  database: Database,
  actor: Actor | null,
  raw: unknown,
  source: Source,
  whom: PasswordUsers,
): Promise<Accepted> {
  return accept(database, actor, raw, source, whom, async (_tx, accepted) => accepted);
}

/** The same in a browser, which is signed in by it: the id of the new session is for the cookie alone. */
export function acceptInvitationInBrowser(
  database: Database,
  actor: Actor | null,
  raw: unknown,
  visitor: Visitor,
  whom: PasswordUsers,
): Promise<SignedIn> {
  return accept(database, actor, raw, visitor, whom, async (tx, { id }) => ({
    personId: id,
    sessionId: await beginSession(tx, id, visitor.userAgent, visitor.sessionId),
  }));
}

async function accept<R>(
  database: Database,
  actor: Actor | null,
  raw: unknown,
  source: Source,
  whom: PasswordUsers,
  also: (tx: Transaction, accepted: Accepted) => Promise<R>,
): Promise<R> {
  const { code, name, password } = parseInput(acceptInvitationInput, raw);
  const { id, personId, email } = await openFor(database, actor, code, source, whom);
  const weakness = passwordWeakness(password, email);
  if (weakness !== null) throw new BerthError("password_weak", { detail: weakness, fields: { password: weakness } });
  const passwordHash = await hashPassword(password);
  return database.$transaction(async (tx) => {
    const person = await lockPerson(tx, personId);
    // Somebody with the same link was faster, or an admin took it back meanwhile.
    if (person === null || !(await isStillOpen(tx, code))) throw new BerthError("gone");
    await tx.invitation.update({ where: { id }, data: { usedAt: new Date() }, select: { id: true } });
    await tx.person.update({ where: { id: personId }, data: { name, passwordHash }, select: { id: true } });
    const sessionsEnded = await endSessions(tx, personId);
    await writeAudit(
      tx,
      { ...actorAtTheDoor(personId, email, source), name },
      {
        action: "invitation.accept",
        objectType: "person",
        objectId: personId,
        outcome: "allowed",
        detail: { sessionsEnded },
        ...(name === person.name ? {} : { before: { name: person.name }, after: { name } }),
      },
    );
    return also(tx, { id: personId, email: person.email, name });
  });
}

/** The open invitation, for the one it was made for; refusals to others are written down. */
async function openFor(database: Database, actor: Actor | null, code: string, { ip }: Source, whom: PasswordUsers) {
  const invitation = await openInvitation(database, actor, code, ip, whom).catch(async (error: unknown) => {
    if (actor !== null && isBerthError(error, "invitation_foreign", "view_only"))
      await logDenial(database, actor, { action: "invitation.accept", objectType: "request", objectId: null, reason: error.code });
    throw error;
  });
  // A token that was made for something else is no way to a password.
  if (actor !== null && !may(actor, "manage_account", { type: "account", personId: invitation.personId }))
    throw new BerthError("forbidden");
  return invitation;
}
