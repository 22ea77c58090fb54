import { Client } from "pg";
import { afterEach, expect, test } from "vitest";

import { createTestDatabase, type TestDatabase } from "./database.ts";

const made: TestDatabase[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((database) => database.drop()));
});

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test("two test databases are migrated alike and know nothing of each other", async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  made.push(one, other);
  await ask(one.url, "CREATE TABLE only_here (id int)");
  expect(await ask(one.url, "SELECT to_regclass('only_here') IS NOT NULL AS there")).toEqual([{ there: true }]);
  expect(await ask(other.url, "SELECT to_regclass('only_here') IS NOT NULL AS there")).toEqual([{ there: false }]);
  expect(await ask(other.url, "SELECT count(*)::int AS projects FROM project")).toEqual([{ projects: 0 }]);
});

test("the gateway's identity reads routes and nothing else", async () => {
  const database = await createTestDatabase();
  made.push(database);
  expect(await ask(database.roles.gateway, "SELECT 1 AS one FROM route UNION ALL SELECT 1")).toEqual([{ one: 1 }]);
  await expect(ask(database.roles.gateway, "SELECT 1 FROM person")).rejects.toThrow("permission denied");
});
