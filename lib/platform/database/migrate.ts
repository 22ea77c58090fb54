import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { Client } from "pg";
import { z } from "zod";

/**
 * Migrations run through Prisma's own schema engine, compiled to WebAssembly, because its native engine is a download
 * that may not be reachable. History is Prisma's `_prisma_migrations` table, so Prisma's tools understand it.
 */
const migrationsFolder = "prisma/migrations";
const schemaFolder = "prisma/schema";
/** Any number, as long as all Berth processes use the same: two starts must not migrate at once. */
const migrationLock = 7_301_993;
const noFilter = { externalTables: [], externalEnums: [] };

interface SchemaEngine {
  applyMigrations(input: unknown): Promise<unknown>;
  diff(input: unknown): Promise<unknown>;
  free(): void;
}

/** Applies the migrations that the database lacks; returns their names. Safe to call from several processes. */
export async function migrate(databaseUrl: string, root = process.cwd()): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [migrationLock]);
    if (await isUpToDate(client, root)) return [];
    const migrationsList = await readMigrations(root);
    const result = await withSchemaEngine(databaseUrl, root, (engine) => engine.applyMigrations({ migrationsList, filters: noFilter }));
    return z.object({ appliedMigrationNames: z.array(z.string()) }).parse(result).appliedMigrationNames;
  } finally {
    await client.end();
  }
}

/** Whether every migration here was applied just as it is: then the schema engine, half a second of loading, is not needed. */
async function isUpToDate(client: Client, root: string): Promise<boolean> {
  const history = await client.query<{ present: boolean }>("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS present");
  if (history.rows[0]?.present !== true) return false;
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
    "SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL",
  );
  if (rows.some((row) => !row.finished)) return false;
  const applied = new Map(rows.map((row) => [row.name, row.checksum]));
  const folders = await readdir(join(root, migrationsFolder), { withFileTypes: true });
  const same = await Promise.all(
    folders
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => {
        const sql = await readFile(join(root, migrationsFolder, name, "migration.sql"));
        return applied.get(name) === createHash("sha256").update(sql).digest("hex");
      }),
  );
  return same.every(Boolean);
}

/**
 * The SQL that would take an empty database to what prisma/schema describes. For writing a migration and for the test
 * that schema and migrations agree.
 */
export async function schemaAsSql(databaseUrl: string, root = process.cwd()): Promise<string> {
  const files = await readSchema(root);
  const result = await withSchemaEngine(databaseUrl, root, (engine) =>
    engine.diff({ from: { tag: "empty" }, to: { tag: "schemaDatamodel", files }, script: true, exitCode: null, filters: noFilter }),
  );
  return z.object({ stdout: z.string() }).parse(result).stdout;
}

async function withSchemaEngine<T>(databaseUrl: string, root: string, use: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const { SchemaEngine } = await loadSchemaEngine();
  const connected: Array<{ dispose(): Promise<void> }> = [];
  const factory = bindMigrationAwareSqlAdapterFactory(adapterFactory(databaseUrl, connected));
  const datamodels = (await readSchema(root)).map((file) => [file.path, file.content]);
  const engine = await SchemaEngine.new({ datamodels }, () => undefined, factory);
  try {
    return await use(engine);
  } finally {
    engine.free();
    await Promise.all(connected.map((adapter) => adapter.dispose()));
  }
}

/**
 * Prisma's adapter cuts a migration at every semicolon, also inside comments and function bodies. Postgres understands
 * whole scripts, and runs them in one implicit transaction: half a migration cannot be left behind.
 */
function adapterFactory(databaseUrl: string, connected: Array<{ dispose(): Promise<void> }>): PrismaPg {
  const factory = new PrismaPg({ connectionString: databaseUrl });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    connected.push(adapter);
    adapter.executeScript = async (script) => {
      const client = new Client({ connectionString: databaseUrl });
      await client.connect();
      try {
        await client.query(script);
      } finally {
        await client.end();
      }
    };
    return adapter;
  };
  return factory;
}

let loaded: ReturnType<typeof instantiateSchemaEngine> | undefined;

/** One instance per process: its bindings keep their memory in a module variable, and a second instance would pull it away. */
function loadSchemaEngine() {
  return (loaded ??= instantiateSchemaEngine());
}

/** Bundlers resolve the package's `.wasm` import; Node does not, so the module is instantiated by hand. */
async function instantiateSchemaEngine() {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("@prisma/schema-engine-wasm"));
  const bindings = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const module = await WebAssembly.compile(await readFile(join(folder, "schema_engine_bg.wasm")));
  const instance = await WebAssembly.instantiate(module, { "./schema_engine_bg.js": importsOf(bindings) });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports["__wbindgen_start"];
  if (typeof start === "function") start();
  return bindings;
}

function importsOf(bindings: object): WebAssembly.ModuleImports {
  const imports: WebAssembly.ModuleImports = {};
  for (const [name, value] of Object.entries(bindings)) if (typeof value === "function") imports[name] = value;
  return imports;
}

async function readMigrations(root: string) {
  const folder = join(root, migrationsFolder);
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.toSorted().map(async (path) => ({
      path,
      migrationFile: { path: "migration.sql", content: { tag: "ok", value: await readFile(join(folder, path, "migration.sql"), "utf8") } },
    })),
  );
  return {
    baseDir: folder,
    shadowDbInitScript: "",
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    migrationDirectories,
  };
}

async function readSchema(root: string) {
  const folder = join(root, schemaFolder);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".prisma")).toSorted();
  return Promise.all(names.map(async (name) => ({ path: join(folder, name), content: await readFile(join(folder, name), "utf8") })));
}
