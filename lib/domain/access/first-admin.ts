import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { hashPassword, passwordWeakness } from "#lib/platform/crypto/passwords.ts";
import { equalInConstantTime, hashToken, newTypedCode } from "#lib/platform/crypto/tokens.ts";
import { type Database, openDatabase } from "#lib/platform/database/client.ts";

import { writeAudit } from "../audit/write.ts";
import { parseInput } from "../command.ts";
import { systemActor } from "./policy.ts";
import { beginSession, emailSchema } from "./sign-in.ts";

/**
 * Makes the first admin and the token that the settings ask for. Idempotent: a person who exists keeps name and password,
 * a token that exists stays. Throws an Error with one sentence when the settings are not usable.
 */
export async function ensureFirstAdmin(
  adminUrl: string,
  admin: { email: string | undefined; password: string | undefined; token: string | undefined },
): Promise<void> {
  if (admin.email === undefined) return;
  const email = admin.email.toLowerCase();
  await withDatabase(adminUrl, async (database) => {
    const existing = await database.person.findUnique({ where: { email }, select: { id: true } });
    const person = existing ?? (await createAdmin(database, email, admin.password));
    if (admin.token === undefined) return;
    await ensureToken(database, person.id, admin.token);
  });
}

async function ensureToken(database: Database, personId: string, token: string): Promise<void> {
  const hash = hashToken(token);
  await database.$transaction(async (tx) => {
    if ((await tx.apiToken.findUnique({ where: { hash }, select: { id: true } })) !== null) return;
    const name = "From the settings of this installation";
    const { id } = await tx.apiToken.create({ data: { personId, name, hash, hint: token.slice(-4) }, select: { id: true } });
    await writeAudit(tx, systemActor, {
      action: "token.create",
      objectType: "token",
      objectId: id,
      outcome: "allowed",
      detail: { person: personId },
    });
  });
}

async function createAdmin(database: Database, email: string, password: string | undefined): Promise<{ id: string }> {
  if (password !== undefined) {
    const weakness = passwordWeakness(password, email);
    if (weakness !== null) throw new Error(`The setting BERTH_ADMIN_PASSWORD is not usable: ${weakness}`);
  }
  const passwordHash = password === undefined ? null : await hashPassword(password);
  return database.$transaction(async (tx) => {
    const data = { email, name: email.split("@")[0] ?? email, isAdmin: true };
    const person = await tx.person.create({ data: { ...data, passwordHash }, select: { id: true } });
    const after = { ...data, password: passwordHash === null ? null : "masked, new" };
    await writeAudit(tx, systemActor, { action: "person.create", objectType: "person", objectId: person.id, outcome: "allowed", after });
    return person;
  });
}

/** A fresh one-time code for the set-up page, or null when somebody exists already. An older code is dead from now on. */
export async function ensureSetupCode(adminUrl: string): Promise<string | null> {
  return withDatabase(adminUrl, async (database) => {
    if ((await database.person.count()) > 0) return null;
    const code = newTypedCode();
    await database.setup.upsert({ where: { id: 1 }, create: { codeHash: hashToken(code) }, update: { codeHash: hashToken(code) } });
    return code;
  });
}

const setUpInput = z.strictObject({
  code: z
    .string()
    .trim()
    .max(100)
    .transform((text) => text.toUpperCase()),
  name: z.string().trim().min(1, "Enter your name.").max(100),
  email: emailSchema,
  password: z.string().max(1024),
});

/** The set-up page: the code from the terminal makes the first admin, once. Returns a session for him. */
export async function setUp(
  database: Database,
  raw: unknown,
  source: { ip: string | null; userAgent: string | null },
): Promise<{ sessionId: string }> {
  const input = parseInput(setUpInput, raw);
  const weakness = passwordWeakness(input.password, input.email);
  if (weakness !== null) throw new BerthError("password_weak", { detail: weakness, fields: { password: weakness } });
  const passwordHash = await hashPassword(input.password);
  return database.$transaction(async (tx) => {
    const [setup] = await tx.$queryRaw<
      Array<{ codeHash: string; completedAt: Date | null }>
    >`SELECT code_hash AS "codeHash", completed_at AS "completedAt" FROM setup WHERE id = 1 FOR UPDATE`;
    if (setup === undefined || setup.completedAt !== null || (await tx.person.count()) > 0) throw new BerthError("setup_done");
    if (!equalInConstantTime(setup.codeHash, hashToken(input.code)))
      throw new BerthError("setup_code_wrong", { fields: { code: "That is not the code printed in the terminal." } });
    const person = await tx.person.create({
      data: { email: input.email, name: input.name, isAdmin: true, passwordHash },
      select: { id: true },
    });
    await tx.setup.update({ where: { id: 1 }, data: { completedAt: new Date() } });
    await writeAudit(
      tx,
      { ...systemActor, kind: "person", id: person.id, name: input.name, email: input.email, sourceIp: source.ip },
      {
        action: "installation.set-up",
        objectType: "person",
        objectId: person.id,
        outcome: "allowed",
        after: { email: input.email, name: input.name, isAdmin: true, password: "masked, new" },
      },
    );
    return { sessionId: await beginSession(tx, person.id, source.userAgent) };
  });
}

async function withDatabase<T>(url: string, use: (database: Database) => Promise<T>): Promise<T> {
  const { database, close } = openDatabase(url, { connections: 1, onError: () => undefined });
  try {
    return await use(database);
  } finally {
    await close();
  }
}
