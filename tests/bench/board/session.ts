import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { encode } from "next-auth/jwt";
import { Client } from "pg";
import { z } from "zod";

import { hashToken, newRandomId } from "#lib/platform/crypto/tokens.ts";
import type { Product } from "#tests/support/product.ts";

const cookieName = "__Host-berth-session";
const lifeSeconds = 3_600;

/** Begins a session for the first admin straight in the database; gives the Cookie header. */
export async function sessionFor(databaseUrl: string, authSecret: string): Promise<string> {
  const sid = newRandomId();
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const insert = `INSERT INTO session (id, id_hash, person_id, expires_at)
      SELECT gen_random_uuid(), $1, id, now() + interval '1 hour' FROM person WHERE is_admin ORDER BY created_at LIMIT 1`;
    const { rowCount } = await client.query(insert, [hashToken(sid)]);
    if (rowCount !== 1) throw new Error("There is no admin to sign in.");
  } finally {
    await client.end();
  }
  return `${cookieName}=${await encode({ token: { sid }, secret: authSecret, maxAge: lifeSeconds })}`;
}

/** The same in a product that runs. */
export async function signIn(product: Product): Promise<string> {
  const key = async (name: string) => (await readFile(join(product.home, "keys", name), "utf8")).trim();
  const { postgresPort } = z
    .object({ postgresPort: z.number() })
    .parse(JSON.parse(await readFile(join(product.home, "running.json"), "utf8")));
  const url = `postgresql://berth:${await key("postgres")}@127.0.0.1:${postgresPort}/berth`;
  return sessionFor(url, await key("auth-secret"));
}
