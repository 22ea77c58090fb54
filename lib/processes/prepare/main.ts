import { readdir } from "node:fs/promises";

import { Client } from "pg";

import { BerthError } from "#lib/core/errors.ts";
import { provisionRoles } from "#lib/platform/database/roles.ts";

import { type Preparation, type Prepared, preparationSchema } from "./messages.ts";

/**
 * Prepares the database and ends: migrations, identities, the first admin or a set-up code. A process of its own, because
 * the schema engine takes memory that the supervisor, which stays, should not keep. It is started early and loads while
 * PostgreSQL starts.
 */
process.on("disconnect", () => process.exit(0));
process.once("message", (message) => {
  void answer(message).then((reply) => process.send?.(reply, () => process.exit(0)));
});

async function answer(message: unknown): Promise<unknown> {
  try {
    return await prepare(preparationSchema.parse(message));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return {
      type: "failed",
      sentence: isSentence(error) ? error.message : `The database could not be prepared: ${firstLine(error)}`,
    };
  }
}

async function prepare(task: Preparation): Promise<Prepared> {
  const client = await connect(task);
  try {
    const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
    const applied = await migrateIfNeeded(client, task.adminUrl);
    const { urls, guarded } = await provisionRoles(task.adminUrl, task.passwords);
    const setupCode = await ensureSomebody(client, task);
    return { type: "prepared", serverVersion: rows[0]?.server_version.split(" ")[0] ?? "", applied, urls, guarded, setupCode };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The schema engine takes a quarter of a second to load, so it is only asked when a migration is missing. */
async function migrateIfNeeded(client: Client, adminUrl: string): Promise<string[]> {
  const known = await client.query<{ present: boolean }>("SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS present");
  if (known.rows[0]?.present === true) {
    const finished = "SELECT migration_name FROM public._prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL";
    const done = new Set((await client.query<{ migration_name: string }>(finished)).rows.map((row) => row.migration_name));
    const folders = (await readdir("prisma/migrations", { withFileTypes: true })).filter((entry) => entry.isDirectory());
    if (folders.every(({ name }) => done.has(name))) return [];
  }
  const { migrate } = await import("#lib/platform/database/migrate.ts");
  return migrate(adminUrl);
}

/** Makes sure that somebody can sign in: the admin of the settings, or a code for whoever sees the terminal. */
async function ensureSomebody(client: Client, { adminUrl, admin }: Preparation): Promise<string | null> {
  const { rows } = await client.query<{ people: number }>("SELECT count(*)::int AS people FROM person");
  const wanted = admin.email !== undefined;
  if (!wanted && (rows[0]?.people ?? 0) > 0) return null;
  const { ensureFirstAdmin, ensureSetupCode } = await import("#lib/domain/access/first-admin.ts");
  if (wanted) await ensureFirstAdmin(adminUrl, { email: admin.email, password: admin.password, token: admin.token });
  return ensureSetupCode(adminUrl);
}

async function connect({ adminUrl, isEmbedded }: Preparation): Promise<Client> {
  const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isEmbedded) throw error;
    const { host } = new URL(adminUrl);
    throw new BerthError("start_failed", {
      detail: `The PostgreSQL server at ${host} (DATABASE_URL) cannot be used: ${reasonFor(error)}.`,
      cause: error,
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "its host name cannot be looked up",
  ETIMEDOUT: "it does not answer",
  EHOSTUNREACH: "the host cannot be reached",
  "28P01": "it refuses the user name or password",
  "28000": "it refuses this user",
  "3D000": "it has no database of that name",
};

function reasonFor(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return reasons[code] ?? (/timeout/i.test(firstLine(error)) ? "it does not answer" : firstLine(error));
}

/** Wrong settings come as plain sentences. */
const isSentence = (error: unknown): error is Error =>
  error instanceof BerthError || (error instanceof Error && error.message.startsWith("The setting "));

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
