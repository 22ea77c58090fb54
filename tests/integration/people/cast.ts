import { randomUUID } from "node:crypto";

import { isBerthError } from "#lib/core/errors.ts";
import { actorOfPerson } from "#lib/domain/access/authenticate.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { beginSession } from "#lib/domain/access/sign-in.ts";
import { hashToken, newApiToken } from "#lib/platform/crypto/tokens.ts";
import type { Database } from "#lib/platform/database/client.ts";

/** Somebody in the database, with the rights the database gives. Has a password that nobody knows, unless `invited`. */
export async function cast(
  database: Database,
  name: string,
  { isAdmin = false, invited = false }: { isAdmin?: boolean; invited?: boolean } = {},
): Promise<{ id: string; email: string; actor: Actor }> {
  const email = `${name.toLowerCase()}-${randomUUID().slice(0, 8)}@example.org`;
  const passwordHash = invited ? null : "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$TJnVQS0IUCU3CXlEDHHpdtiNnoRJSaMPlz3kV1ZQNA8";
  const { id } = await database.person.create({ data: { name, email, isAdmin, passwordHash }, select: { id: true } });
  const actor = await actorOfPerson(database, id);
  if (actor === null) throw new Error("Nobody was made.");
  return { id, email, actor };
}

export function signedIn(database: Database, personId: string): Promise<string> {
  return database.$transaction((tx) => beginSession(tx, personId, "Test browser"));
}

export async function giveToken(database: Database, personId: string, name = "script"): Promise<{ id: string; token: string }> {
  const token = newApiToken();
  const { id } = await database.apiToken.create({
    data: { personId, name, hash: hashToken(token), hint: token.slice(-4) },
    select: { id: true },
  });
  return { id, token };
}

export const nowhere = { ip: "192.0.2.1", requestId: null, userAgent: null };

/** How each of several attempts at once ended: "done", or the code of its refusal; in alphabetical order. */
export async function endings(attempts: ReadonlyArray<Promise<unknown>>): Promise<string[]> {
  const results = await Promise.allSettled(attempts);
  return results
    .map((result) => (result.status === "fulfilled" ? "done" : isBerthError(result.reason) ? result.reason.code : String(result.reason)))
    .toSorted();
}
