import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { isPassword } from "#lib/platform/crypto/passwords.ts";
import { hashToken, newRandomId } from "#lib/platform/crypto/tokens.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { type AuditRecord, writeAudit } from "../audit/write.ts";
import { parseInput } from "../command.ts";
import { type Bucket, forgetAttempts, knownBrowsersBucket, strangersBucket, takeAttempt } from "./attempts.ts";
import { type Actor, systemActor } from "./policy.ts";

const sessionLifeMs = 7 * 24 * 60 * 60_000;

/** E-mail addresses are one and lower case. Checked first: some signs become plain letters only by being made lower case. */
export const emailSchema = z
  .string()
  .trim()
  .max(254)
  .pipe(z.email("Enter one e-mail address."))
  .transform((text) => text.toLowerCase());
const input = z.strictObject({ email: emailSchema, password: z.string().min(1).max(1024) });

/** A browser at the door: where it is, and what its cookies say. Nothing of it gives a right. */
export interface Visitor {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  /** The session it holds already; it ends when another begins. */
  readonly sessionId?: string | null;
  /** Who has signed in here before, and the browser's own number. */
  readonly known?: KnownBrowser | null;
}
export interface KnownBrowser {
  readonly browser: string;
  readonly personId: string;
}

export interface SignedIn {
  /** Only the cookie keeps it. */
  readonly sessionId: string;
  readonly personId: string;
}

/**
 * Checks e-mail and password and begins a session. Throws `credentials_wrong` for whatever is wrong, in the same time, and
 * `rate_limited` after too many failures.
 * @param whom who may use a password at all: admins always, so that a lost identity provider locks nobody out for good
 */
export async function signIn(
  database: Database,
  raw: unknown,
  visitor: Visitor,
  whom: "everybody" | "admins" = "everybody",
): Promise<SignedIn> {
  const { email, password } = parseInput(input, raw);
  const bucket = await bucketFor(database, email, visitor);
  await takeAttempt(database, bucket);
  const person = await database.person.findUnique({
    where: { email },
    select: { id: true, isAdmin: true, disabledAt: true, passwordHash: true },
  });
  const usable = person !== null && person.disabledAt === null && (whom === "everybody" || person.isAdmin);
  const matches = await isPassword(password, usable ? person.passwordHash : null);
  const actor = actorAtTheDoor(person?.id ?? null, email, visitor);
  const sessionId = person === null || !matches ? null : await begin(database, person, visitor, actor, bucket);
  if (sessionId !== null && person !== null) return { sessionId, personId: person.id };
  await writeAudit(database, actor, { ...signingIn(person?.id ?? null), outcome: "denied", reason: "credentials_wrong" });
  throw new BerthError("credentials_wrong");
}

/** The session, unless the password changed or the person was disabled since it was checked: then null. */
async function begin(
  database: Database,
  person: { readonly id: string; readonly passwordHash: string | null },
  visitor: Visitor,
  actor: Actor,
  bucket: Bucket,
): Promise<string | null> {
  return database.$transaction(async (tx) => {
    const still = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM person WHERE id = ${person.id}::uuid AND password_hash = ${person.passwordHash} AND disabled_at IS NULL FOR SHARE`;
    if (still.length === 0) return null;
    const sessionId = await beginSession(tx, person.id, visitor.userAgent, visitor.sessionId);
    await forgetAttempts(tx, bucket);
    await writeAudit(tx, actor, { ...signingIn(person.id), outcome: "allowed", detail: { by: "password" } });
    return sessionId;
  });
}

/** Strangers cost no query before they are counted. */
async function bucketFor(database: Database, email: string, { ip, known }: Visitor): Promise<Bucket> {
  if (known == null) return strangersBucket(email, ip);
  const person = await database.person.findUnique({ where: { email }, select: { id: true } });
  return known.personId === person?.id ? knownBrowsersBucket(known.browser) : strangersBucket(email, ip);
}

/** A sign-in's audit entry but for its outcome. */
export function signingIn(personId: string | null): Pick<AuditRecord, "action" | "objectType" | "objectId"> {
  return { action: "session.create", objectType: "person", objectId: personId };
}

/** Whoever stands before the door, for the audit log: no rights, and a name only as he gave it. */
export function actorAtTheDoor(id: string | null, email: string, { ip, requestId }: Pick<Visitor, "ip" | "requestId">): Actor {
  return { ...systemActor, kind: "person", isAdmin: false, id, name: email, email, sourceIp: ip, requestId };
}

/** A new session's id: 256 random bits, kept only as a hash. The session that the browser held before ends. */
export async function beginSession(tx: Transaction, personId: string, userAgent: string | null, replaces?: string | null): Promise<string> {
  const sessionId = newRandomId();
  if (replaces != null)
    await tx.session.updateMany({ where: { idHash: hashToken(replaces), endedAt: null }, data: { endedAt: new Date() } });
  await tx.session.create({
    data: {
      idHash: hashToken(sessionId),
      personId,
      expiresAt: new Date(Date.now() + sessionLifeMs),
      userAgent: userAgent?.slice(0, 300) ?? null,
    },
    select: { id: true },
  });
  return sessionId;
}
