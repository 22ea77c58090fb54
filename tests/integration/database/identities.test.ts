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

const insertEntry =
  "INSERT INTO audit_entry (actor_kind, actor_name, action, object_type, outcome) VALUES ('person', 'Ada', 'project.sync', 'project', 'allowed')";

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
    ...(["web", "worker", "gateway", "scheduler"] as const).flatMap((role) =>
      [
        "UPDATE audit_entry SET reason = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "INSERT INTO audit_link (position, entry_seq, hash) VALUES (1, 1, 'x')",
        "UPDATE audit_link SET hash = 'x'",
        "DELETE FROM audit_link",
        "UPDATE audit_head SET hash = 'x'",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head (position, hash) VALUES (0, '')",
        "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_chain",
        "SET session_replication_role = replica",
      ].map((sql) => [role, sql, "denied"] as const),
    ),
    ["web", insertEntry, "allowed"],
    ["worker", insertEntry, "allowed"],
    ["gateway", insertEntry, "denied"],
    ["scheduler", insertEntry, "denied"],
    ["web", "SELECT * FROM graphile_worker.jobs", "denied"],
    ["web", "SELECT * FROM scheduler.app", "denied"],
    ["web", "SELECT berth_enqueue('sync-refs', '{}', 'k', NULL)", "allowed"],
    ["web", "UPDATE route SET host = 'x'", "denied"],
    ["web", "INSERT INTO log_chunk (log_id, seq, text) VALUES (gen_random_uuid(), 1, 'x')", "denied"],
    ["worker", "SELECT ciphertext FROM sealed_secret", "allowed"],
    ["worker", "SELECT password_hash FROM person", "denied"],
    ["worker", "SELECT hash FROM api_token", "denied"],
    ["gateway", "SELECT * FROM route", "allowed"],
    ["gateway", "UPDATE route SET host = 'x'", "denied"],
    ["gateway", "SELECT * FROM person", "denied"],
    ["gateway", "SELECT * FROM environment", "denied"],
    ["gateway", "SELECT * FROM gateway_pass", "denied"],
    ["gateway", "SELECT * FROM hand_off", "denied"],
    ["gateway", "SELECT * FROM share_link", "denied"],
    ["gateway", "SELECT hash FROM api_token", "denied"],
    ["gateway", "INSERT INTO gateway_pass (hash, environment_id, expires_at) VALUES ('x', gen_random_uuid(), now())", "denied"],
    ["gateway", "SELECT berth_pass_may_view('x', gen_random_uuid())", "allowed"],
    ["gateway", "SELECT berth_token_may_view('x', gen_random_uuid())", "allowed"],
    ["gateway", "SELECT berth_redeem_hand_off('x', gen_random_uuid(), 'x', 'x')", "allowed"],
    ["gateway", "SELECT berth_redeem_share_link('x', gen_random_uuid(), 'x')", "allowed"],
    ["gateway", "SELECT * FROM berth_grants(gen_random_uuid())", "denied"],
    ["gateway", "SELECT berth_person_may_view(gen_random_uuid(), gen_random_uuid())", "denied"],
    ["gateway", "SELECT berth_session_may_view(gen_random_uuid(), gen_random_uuid())", "denied"],
    ["gateway", "SELECT berth_share_link_may_view(gen_random_uuid(), gen_random_uuid())", "denied"],
    ["gateway", "SELECT berth_role_may_view('developer', gen_random_uuid())", "denied"],
    ["web", "SELECT berth_token_may_view('x', gen_random_uuid())", "denied"],
    ["worker", "SELECT berth_redeem_share_link('x', gen_random_uuid(), 'x')", "denied"],
    ["worker", "DELETE FROM hand_off WHERE expires_at < now()", "allowed"],
    ["worker", "DELETE FROM gateway_pass WHERE expires_at < now()", "allowed"],
    ["worker", "SELECT hash FROM gateway_pass", "denied"],
    ["gateway", "SELECT * FROM berth_queue_length()", "denied"],
    ...(["web", "worker", "gateway", "scheduler"] as const).map(
      (role) => [role, "CREATE TEMP VIEW membership AS SELECT 1", "denied"] as const,
    ),
    ["scheduler", "SELECT * FROM variable", "denied"],
    ["scheduler", "SELECT * FROM route", "denied"],
  ] as const)("%s: %s is %s", async (role, sql, outcome) => {
    expect(await attempt(role, sql)).toBe(outcome);
  });
});

it("no function with its owner's rights looks for anything in the caller's temporary schema first", async () => {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; path: string | null }>(
      `SELECT p.proname AS name, array_to_string(p.proconfig, ' ') AS path FROM pg_proc p
       WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace ORDER BY p.proname`,
    );
    expect(rows.length).toBeGreaterThan(8);
    for (const { name, path } of rows) expect(path, name).toMatch(/^search_path=pg_catalog(?:, public)?, pg_temp$/);
  } finally {
    await client.end();
  }
});
