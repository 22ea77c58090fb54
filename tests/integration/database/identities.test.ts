import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { ProcessRole } from "#lib/platform/database/roles.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
});

async function attempt(role: ProcessRole, sql: string): Promise<"allowed" | "denied"> {
  const client = new Client({ connectionString: database.roles[role] });
  await client.connect();
  try {
    await client.query("BEGIN");
    await client.query(sql);
    return "allowed";
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "42501") return "denied";
    throw error;
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
    await client.end();
  }
}

describe("the database identity of each process", () => {
  it.each([
    ["web", "SELECT id FROM sealed_secret", "allowed"],
    ["web", "SELECT ciphertext FROM sealed_secret", "denied"],
    ["web", "SELECT * FROM sealed_secret", "denied"],
    ["web", "UPDATE audit_entry SET reason = 'x'", "denied"],
    ["web", "DELETE FROM audit_entry", "denied"],
    ["web", "SELECT * FROM graphile_worker.jobs", "denied"],
    ["web", "SELECT * FROM scheduler.app", "denied"],
    ["web", "SELECT berth_enqueue('sync-refs', '{}', 'k', NULL)", "allowed"],
    ["web", "UPDATE route SET host = 'x'", "denied"],
    ["web", "INSERT INTO log_chunk (log_id, seq, text) VALUES (gen_random_uuid(), 1, 'x')", "denied"],
    ["worker", "SELECT ciphertext FROM sealed_secret", "allowed"],
    ["worker", "SELECT password_hash FROM person", "denied"],
    ["worker", "SELECT hash FROM api_token", "denied"],
    ["worker", "DELETE FROM audit_entry", "denied"],
    ["gateway", "SELECT * FROM route", "allowed"],
    ["gateway", "UPDATE route SET host = 'x'", "denied"],
    ["gateway", "SELECT * FROM person", "denied"],
    ["gateway", "SELECT * FROM environment", "denied"],
    ["scheduler", "SELECT * FROM variable", "denied"],
    ["scheduler", "SELECT * FROM route", "denied"],
  ] as const)("%s: %s is %s", async (role, sql, outcome) => {
    expect(await attempt(role, sql)).toBe(outcome);
  });
});
