import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { isPassword } from "#lib/platform/crypto/passwords.ts";
import { hashToken, newRandomId } from "#lib/platform/crypto/tokens.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { writeAudit } from "../audit/write.ts";
import { parseInput } from "../command.ts";
import { systemActor } from "./policy.ts";

const windowMs = 60_000;
const perAccount = 5;
const perAddress = 50;
const sessionLifeMs = 7 * 24 * 60 * 60_000;

/** E-mail addresses are one and lower case. */
export const emailSchema = z
  .string()
  .trim()
  .max(254)
  .transform((text) => text.toLowerCase())
  .pipe(z.email("Enter one e-mail address."));
const input = z.strictObject({ email: emailSchema, password: z.string().min(1).max(1024) });

interface Source {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
}

/**
 * Checks e-mail and password and begins a session. Returns its id, which only the cookie keeps. Throws `credentials_wrong`
 * for whatever is wrong, in the same time, and `rate_limited` after too many failures.
 */
export async function signIn(database: Database, raw: unknown, source: Source): Promise<{ sessionId: string }> {
  const { email, password } = parseInput(input, raw);
  await checkRate(database, email, source.ip ?? "");
  const person = await database.person.findUnique({ where: { email } });
  const matches = await isPassword(password, person?.disabledAt === null ? person.passwordHash : null);
  const actor = {
    ...systemActor,
    kind: "person" as const,
    id: person?.id ?? null,
    name: email,
    email,
    sourceIp: source.ip,
    requestId: source.requestId,
  };
  if (person === null || !matches) {
    await database.signInAttempt.create({ data: { account: email, address: source.ip ?? "" } });
    await writeAudit(database, actor, {
      action: "session.create",
      objectType: "person",
      objectId: person?.id ?? null,
      outcome: "denied",
      reason: "credentials_wrong",
    });
    throw new BerthError("credentials_wrong");
  }
  return database.$transaction(async (tx) => {
    const sessionId = await beginSession(tx, person.id, source.userAgent);
    await tx.signInAttempt.deleteMany({ where: { account: email } });
    await writeAudit(tx, actor, { action: "session.create", objectType: "person", objectId: person.id, outcome: "allowed" });
    return { sessionId };
  });
}

/** A new session's id: 256 random bits, kept only as a hash. */
export async function beginSession(tx: Transaction, personId: string, userAgent: string | null): Promise<string> {
  const sessionId = newRandomId();
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

async function checkRate(database: Database, account: string, address: string): Promise<void> {
  const since = new Date(Date.now() - windowMs);
  const [byAccount, byAddress] = await Promise.all([
    database.signInAttempt.findMany({ where: { account, at: { gt: since } }, orderBy: { at: "asc" }, select: { at: true } }),
    database.signInAttempt.count({ where: { address, at: { gt: since } } }),
  ]);
  if (byAccount.length < perAccount && byAddress < perAddress) return;
  const oldest = byAccount[0]?.at.getTime() ?? Date.now();
  const seconds = Math.max(1, Math.ceil((oldest + windowMs - Date.now()) / 1000));
  throw new BerthError("rate_limited", { detail: `Try again in ${seconds} seconds.`, retryAfterSeconds: seconds });
}
