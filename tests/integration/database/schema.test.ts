import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";

import { schemaAsSql } from "#lib/platform/database/migrate.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";

let migrated: TestDatabase;

beforeAll(async () => {
  migrated = await createTestDatabase();
});

afterAll(async () => {
  await migrated.drop();
});

it("says the same in prisma/schema and in prisma/migrations, column by column", async () => {
  const sql = await schemaAsSql(migrated.adminUrl);
  const client = new Client({ connectionString: migrated.adminUrl });
  await client.connect();
  try {
    const columns = async (schema: string) => {
      const { rows } = await client.query<{ line: string }>(
        `SELECT concat_ws(' ', table_name, column_name, regexp_replace(udt_name, '^_', '[]'), is_nullable, replace(column_default, '${schema}.', '')) AS line
         FROM information_schema.columns WHERE table_schema = $1 AND table_name <> '_prisma_migrations' ORDER BY line`,
        [schema],
      );
      return rows.map((row) => row.line);
    };
    await client.query("CREATE SCHEMA described");
    await client.query("SET search_path = described");
    await client.query(sql.replaceAll('CREATE SCHEMA IF NOT EXISTS "public";', ""));
    const described = await columns("described");
    expect(described.length).toBeGreaterThan(100);
    expect(await columns("public")).toEqual(described);
  } finally {
    await client.end();
  }
});
