import { BerthError } from "#lib/core/errors.ts";
import { type Database, isUniqueViolation, type Transaction } from "#lib/platform/database/client.ts";

import { forgetAttempts, providersBucket, takeAttempt } from "../access/attempts.ts";
import { actorAtTheDoor, beginSession, type SignedIn, signingIn, type Visitor } from "../access/sign-in.ts";
import { writeAudit } from "../audit/write.ts";
import { followClaim } from "./groups.ts";
import { type ProvedIdentity, provedIdentitySchema } from "./schema.ts";

interface Rules {
  /** E-mail domains whose people get an account without a role at their first sign-in. */
  readonly signUpDomains: readonly string[];
  /** Who may use a password: where only admins may, another's is no way to sign in. */
  readonly passwordUsers: "everybody" | "admins";
}

interface Found {
  readonly id: string;
  readonly email: string;
  /** How the person was found, for the audit log. */
  readonly how: "identity" | "linked" | "signed-up";
}

/** A refusal that may be shown, with the reason that is for the log. */
interface Refusal {
  readonly code: "identity_unknown" | "email_unverified";
  readonly reason: string;
  readonly personId: string | null;
}

/**
 * Begins a session for whoever an identity provider has proved to be there: the person it has been linked to, else the one
 * with the same verified e-mail who has no other way to sign in and is no admin, else, where that is allowed, a new one without any
 * role. Group memberships by claim follow. Count the attempt before, by `takeProviderAttempt`.
 * Throws `identity_unknown`, `email_unverified`, `sign_in_failed`; a refusal is audited and leaves nothing behind.
 */
export async function signInByIdentity(database: Database, raw: unknown, visitor: Visitor, rules: Rules): Promise<SignedIn> {
  const parsed = provedIdentitySchema.safeParse(raw);
  if (!parsed.success) throw new BerthError("sign_in_failed", { cause: parsed.error });
  const identity = parsed.data;
  const attempt = () => database.$transaction((tx) => enter(tx, identity, visitor, rules));
  // Two first sign-ins at once: the second one finds what the first has made.
  const result = await attempt().catch((error: unknown) => {
    if (isUniqueViolation(error)) return attempt();
    throw error;
  });
  if ("sessionId" in result) return result;
  await writeAudit(database, actorAtTheDoor(result.personId, nameOf(identity), visitor), {
    ...signingIn(result.personId),
    outcome: "denied",
    reason: result.reason,
    detail: { by: identity.provider },
  });
  throw new BerthError(result.code);
}

/** Counts what makes Berth ask a provider, before it does: the beginning of a sign-in and its end. Throws `rate_limited`. */
export async function takeProviderAttempt(database: Database, visitor: Visitor): Promise<void> {
  await takeAttempt(database, providersBucket(visitor.ip));
}

/** Keeps a sign-in that a provider or next-auth refused: audited under no name. Count the attempt before. */
export async function refuseIdentity(database: Database, visitor: Visitor, about: { provider: string; reason: string }): Promise<void> {
  await writeAudit(database, actorAtTheDoor(null, "Somebody", visitor), {
    ...signingIn(null),
    outcome: "denied",
    reason: about.reason,
    detail: { by: about.provider },
  });
}

async function enter(tx: Transaction, identity: ProvedIdentity, visitor: Visitor, rules: Rules): Promise<SignedIn | Refusal> {
  const person = await findPerson(tx, identity, rules);
  if ("code" in person) return person;
  const actor = actorAtTheDoor(person.id, person.email, visitor);
  const { provider, subject } = identity;
  if (person.how !== "identity") await tx.identity.create({ data: { provider, subject, personId: person.id }, select: { provider: true } });
  const about = { objectType: "person", objectId: person.id, outcome: "allowed", detail: { provider, subject } } as const;
  if (person.how === "signed-up") await writeAudit(tx, actor, { ...about, action: "person.sign-up" });
  if (person.how !== "identity") await writeAudit(tx, actor, { ...about, action: "identity.link" });
  if (identity.groups !== null) await followClaim(tx, actor, person.id, identity.groups);
  const sessionId = await beginSession(tx, person.id, visitor.userAgent, visitor.sessionId);
  await forgetAttempts(tx, providersBucket(visitor.ip));
  await writeAudit(tx, actor, { ...signingIn(person.id), outcome: "allowed", detail: { by: provider } });
  return { sessionId, personId: person.id };
}

/** Finds the person and holds the row: what an admin, an invitation or another browser changes meanwhile comes before or after. */
async function findPerson(tx: Transaction, identity: ProvedIdentity, rules: Rules): Promise<Found | Refusal> {
  const { provider, subject, email, emailVerified } = identity;
  const linked = await tx.identity.findUnique({ where: { provider_subject: { provider, subject } }, select: { personId: true } });
  const known = linked === null ? null : await lockKnown(tx, { id: linked.personId });
  if (known !== null) return byIdentity(tx, identity, known);
  if (email === null || !emailVerified) return { code: "email_unverified", reason: "email_unverified", personId: null };
  const person = await lockKnown(tx, { email });
  return person === null ? signUp(tx, identity, email, rules) : byEmail(tx, identity, person, rules);
}

interface Known {
  readonly id: string;
  readonly email: string;
  readonly isAdmin: boolean;
  readonly disabled: boolean;
  readonly hasPassword: boolean;
}

async function lockKnown(tx: Transaction, by: { id: string } | { email: string }): Promise<Known | null> {
  const { id, email } = { id: null, email: null, ...by };
  const [row] = await tx.$queryRaw<Known[]>`
    SELECT id, email, is_admin AS "isAdmin", disabled_at IS NOT NULL AS disabled, password_hash IS NOT NULL AS "hasPassword"
    FROM person WHERE id = ${id}::uuid OR email = ${email}::text FOR UPDATE`;
  return row ?? null;
}

async function byIdentity(tx: Transaction, { provider, subject }: ProvedIdentity, person: Known): Promise<Found | Refusal> {
  if (person.disabled) return unknown("disabled", person);
  const { count } = await tx.identity.updateMany({ where: { provider, subject, personId: person.id }, data: { lastUsedAt: new Date() } });
  return count === 0 ? unknown("unlinked", person) : { id: person.id, email: person.email, how: "identity" };
}

/**
 * By an address alone comes only who has no other way in: whoever runs a provider, or gets an address there, would else have
 * the account of everybody, admins first.
 */
async function byEmail(tx: Transaction, identity: ProvedIdentity, person: Known, rules: Rules): Promise<Found | Refusal> {
  if (person.disabled) return unknown("disabled", person);
  const identities = await tx.identity.findMany({ where: { personId: person.id }, select: { provider: true, subject: true } });
  // Another browser was faster with the same.
  if (identities.some(({ provider, subject }) => provider === identity.provider && subject === identity.subject))
    return byIdentity(tx, identity, person);
  // The address has been given to somebody else at the provider: he is not the one who had it before.
  if (identities.some(({ provider }) => provider === identity.provider)) return unknown("other_subject", person);
  if (person.isAdmin) return unknown("admins_are_not_linked", person);
  if (identities.length > 0 || (person.hasPassword && rules.passwordUsers === "everybody")) return unknown("signs_in_otherwise", person);
  return { id: person.id, email: person.email, how: "linked" };
}

function unknown(reason: string, { id }: Known): Refusal {
  return { code: "identity_unknown", reason, personId: id };
}

async function signUp(tx: Transaction, { name }: ProvedIdentity, email: string, rules: Rules): Promise<Found | Refusal> {
  const refusal = { code: "identity_unknown", reason: "identity_unknown", personId: null } as const;
  if (!rules.signUpDomains.includes(email.slice(email.lastIndexOf("@") + 1))) return refusal;
  // The first person is the admin, made by the set-up and by nothing else.
  if ((await tx.person.findFirst({ select: { id: true } })) === null) return refusal;
  const created = await tx.person.create({ data: { email, name: name === "" ? nameFrom(email) : name }, select: { id: true } });
  return { id: created.id, email, how: "signed-up" };
}

const nameFrom = (email: string) => email.slice(0, email.lastIndexOf("@"));
const nameOf = (identity: ProvedIdentity) => identity.email ?? "Somebody";
