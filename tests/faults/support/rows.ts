import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { Client } from "pg";
import { z } from "zod";

import type { Product } from "#tests/support/product.ts";

/** Questions to the product's own database, as its superuser; a new session for each, because the server may be killed. */
export async function ask<T extends z.ZodType>(
  product: Product,
  schema: T,
  sql: string,
  values: readonly unknown[] = [],
): Promise<z.output<T>[]> {
  const password = (await readFile(join(product.home, "keys", "postgres"), "utf8")).trim();
  const { postgresPort } = z
    .object({ postgresPort: z.number() })
    .parse(JSON.parse(await readFile(join(product.home, "running.json"), "utf8")));
  const client = new Client({
    host: "127.0.0.1",
    port: postgresPort,
    user: "berth",
    database: "berth",
    password,
    connectionTimeoutMillis: 5000,
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return z.array(schema).parse((await client.query(sql, [...values])).rows);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const terminal = "('live', 'failed', 'cancelled', 'superseded')";

/**
 * Has the database itself note every deployment or build that leaves a final state: no poll can miss one. A build that
 * expires keeps its status, so that is none.
 */
export async function watchFinalStates(product: Product): Promise<void> {
  const sql = `
    CREATE TABLE IF NOT EXISTS broken_promise (what text, at timestamptz DEFAULT now());
    CREATE OR REPLACE FUNCTION note_broken_promise() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      INSERT INTO public.broken_promise (what) VALUES (TG_TABLE_NAME || ' ' || OLD.id || ': ' || OLD.status || ' -> ' || NEW.status);
      RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER note_final AFTER UPDATE ON deployment FOR EACH ROW
      WHEN (OLD.status IN ${terminal} AND NEW.status <> OLD.status) EXECUTE FUNCTION note_broken_promise();
    CREATE OR REPLACE TRIGGER note_final AFTER UPDATE ON build FOR EACH ROW
      WHEN (OLD.status IN ('built', 'failed', 'cancelled', 'superseded') AND NEW.status <> OLD.status) EXECUTE FUNCTION note_broken_promise();`;
  for (const statement of sql.split(/;\n(?=\s*CREATE)/)) await ask(product, z.unknown(), statement);
}

const promiseSchema = z.object({ what: z.string() });
const openStepSchema = z.object({ what: z.string() });

/** What was broken: final states that changed, and open steps of deployments that are over. */
export async function brokenPromises(product: Product): Promise<string[]> {
  const changed = await ask(product, promiseSchema, "SELECT what FROM broken_promise");
  const steps = await ask(
    product,
    openStepSchema,
    `SELECT 'step ' || s.name || ' of ' || d.status || ' deployment is ' || s.status AS what FROM deployment_step s JOIN deployment d ON d.id = s.deployment_id
     WHERE d.status IN ${terminal} AND s.status IN ('waiting', 'running')`,
  );
  const ends = await ask(
    product,
    openStepSchema,
    `SELECT 'deployment #' || number || ' is ' || status || ' without an end' AS what FROM deployment WHERE status IN ${terminal} AND ended_at IS NULL`,
  );
  return [...changed, ...steps, ...ends].map(({ what }) => what);
}
