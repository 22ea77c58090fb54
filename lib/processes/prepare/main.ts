import { Client } from "pg";

import { BerthError } from "#lib/core/errors.ts";
import { ensureFirstAdmin, ensureSetupCode } from "#lib/domain/access/first-admin.ts";
import { migrate } from "#lib/platform/database/migrate.ts";
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
      sentence: error instanceof BerthError ? error.message : `The database could not be prepared: ${firstLine(error)}`,
    };
  }
}

async function prepare(task: Preparation): Promise<Prepared> {
  const serverVersion = await askVersion(task);
  const applied = await migrate(task.adminUrl);
  const { urls, guarded } = await provisionRoles(task.adminUrl, task.passwords);
  return { type: "prepared", serverVersion, applied, urls, guarded, setupCode: await ensureSomebody(task) };
}

async function ensureSomebody({ adminUrl, admin }: Preparation): Promise<string | null> {
  if (admin.email !== undefined && admin.password !== undefined) {
    await ensureFirstAdmin(adminUrl, { email: admin.email, password: admin.password, token: admin.token });
  }
  return ensureSetupCode(adminUrl);
}

async function askVersion({ adminUrl, isEmbedded }: Preparation): Promise<string> {
  const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
    return rows[0]?.server_version.split(" ")[0] ?? "";
  } catch (error) {
    if (isEmbedded) throw error;
    const { host } = new URL(adminUrl);
    throw new BerthError("start_failed", {
      detail: `The PostgreSQL server at ${host} (DATABASE_URL) cannot be used: ${reasonFor(error)}.`,
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
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

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
