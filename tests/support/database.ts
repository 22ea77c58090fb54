import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { Client } from "pg";

import { startEmbeddedPostgres } from "#lib/adapters/postgres-embedded/server.ts";
import { migrate } from "#lib/platform/database/migrate.ts";
import { type ProcessRole, provisionRoles } from "#lib/platform/database/roles.ts";

/** A migrated database of one's own on a real PostgreSQL, with the four process identities. */
export interface TestDatabase {
  /** The superuser's URL; `adminUrl` is the same under the name the product uses. */
  readonly url: string;
  readonly adminUrl: string;
  readonly roles: Readonly<Record<ProcessRole, string>>;
  /** Cuts what is still connected and removes the database. */
  drop(): Promise<void>;
}

const rolePassword = (role: ProcessRole) => `test-password-of-${role}`;
/** Any number, as long as all test files use the same. */
const templateLock = 7_302_001;
const serverWaitSeconds = 60;

/**
 * Gives a fresh database: a clone of a template that is migrated once per run (about 0.1 s). Uses the server of `npm test`
 * (BERTH_TEST_DATABASE_URL), else starts one for this run, which ends with the run.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await findServer();
  const template = await templateName();
  await ensureTemplate(server, template);
  const name = `test_${randomBytes(6).toString("hex")}`;
  await withClient(server, async (client) => {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    // Rights on a database are not copied with it.
    await client.query(`REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`);
  });
  const url = on(server, name);
  return {
    url,
    adminUrl: url,
    roles: {
      web: asRole(url, "web"),
      worker: asRole(url, "worker"),
      gateway: asRole(url, "gateway"),
      scheduler: asRole(url, "scheduler"),
    },
    drop: async () => {
      await withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** The folder of this run's lazily started parts; made by the global set-up, which also clears it. */
export function runFolder(): string {
  const folder = process.env["BERTH_TEST_RUN"];
  if (folder === undefined) throw new Error("BERTH_TEST_RUN is unset: run the tests through Vitest or Playwright with their configuration");
  return folder;
}

async function findServer(): Promise<string> {
  const given = process.env["BERTH_TEST_DATABASE_URL"];
  if (given !== undefined) return given;
  const folder = join(runFolder(), "postgres");
  // Test files run in several processes: whoever makes the lock starts the server, and starting again adopts it.
  const lock = join(runFolder(), "postgres.lock");
  for (let waited = 0; waited < serverWaitSeconds * 20; waited++) {
    if ((await mkdir(lock).catch(() => false)) === undefined) {
      try {
        const options = {
          folder,
          logFile: join(runFolder(), "postgres.log"),
          preferredPort: 45_000,
          password: "test",
          unsafeButFast: true,
        };
        return (await startEmbeddedPostgres(options)).adminUrl;
      } finally {
        await rm(lock, { recursive: true });
      }
    }
    await delay(50);
  }
  throw new Error(`No test PostgreSQL within ${serverWaitSeconds} s; see ${runFolder()}`);
}

/** Named after what it is made from: a server that outlives a run keeps no template of yesterday's migrations. */
async function templateName(): Promise<string> {
  const root = resolve(import.meta.dirname, "../..");
  const migrations = join(root, "prisma/migrations");
  const folders = (await readdir(migrations, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const files = [
    ...folders.toSorted().map((name) => join(migrations, name, "migration.sql")),
    join(root, "lib/platform/database/roles.ts"),
  ];
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(file));
  return `berth_template_${hash.digest("hex").slice(0, 12)}`;
}

async function ensureTemplate(server: string, template: string): Promise<void> {
  await withClient(server, async (client) => {
    await client.query("SELECT pg_advisory_lock($1)", [templateLock]);
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [template]);
    if (found.rowCount === 1) return;
    const unfinished = `${template}_unfinished`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${unfinished}`);
    const passwords = {
      web: rolePassword("web"),
      worker: rolePassword("worker"),
      gateway: rolePassword("gateway"),
      scheduler: rolePassword("scheduler"),
    };
    await migrate(on(server, unfinished));
    await provisionRoles(on(server, unfinished), passwords);
    await untilAlone(client, unfinished);
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`);
  });
}

/** A database can only be renamed or copied while nobody is connected; migration pools close a moment later. */
async function untilAlone(client: Client, database: string): Promise<void> {
  for (let waited = 0; waited < 100; waited++) {
    const sessions = await client.query("SELECT 1 FROM pg_stat_activity WHERE datname = $1", [database]);
    if (sessions.rowCount === 0) return;
    await delay(50);
  }
  await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [database]);
}

async function withClient<T>(server: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function on(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.toString();
}

function asRole(databaseUrl: string, role: ProcessRole): string {
  const url = new URL(databaseUrl);
  url.username = `berth_${role}`;
  url.password = rolePassword(role);
  return url.toString();
}
