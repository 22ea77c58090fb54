import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { systemActor } from "#lib/domain/access/policy.ts";
import { parseHead, verifyAudit } from "#lib/domain/audit/verify.ts";
import { writeAudit } from "#lib/domain/audit/write.ts";
import { type Database, openDatabase } from "#lib/platform/database/client.ts";
import { migrate } from "#lib/platform/database/migrate.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";

const chainMigration = "20261120010300_audit_chain";

interface Bench {
  readonly test: TestDatabase;
  readonly web: Database;
  /** SQL of the database's owner with triggers switched off: what an attacker with the server in his hands can do. */
  tamper(...statements: readonly string[]): Promise<void>;
  write(count: number): Promise<void>;
  end(): Promise<void>;
}

async function openBench(): Promise<Bench> {
  const test = await createTestDatabase();
  const web = openDatabase(test.roles.web, { connections: 4, onError: () => undefined });
  return {
    test,
    web: web.database,
    async tamper(...statements) {
      const client = new Client({ connectionString: test.url });
      await client.connect();
      await client.query("SET session_replication_role = replica");
      for (const statement of statements) await client.query(statement);
      await client.end();
    },
    async write(count) {
      for (let number = 0; number < count; number += 1)
        await writeAudit(web.database, systemActor, {
          action: "project.update",
          objectType: "project",
          objectId: randomUUID(),
          outcome: "allowed",
          detail: { number },
          before: { name: `Shop ${number}`, port: null },
          after: { name: "Überseehafen", port: 8080.5 },
        });
    },
    async end() {
      await web.close();
      await test.drop();
    },
  };
}

const verify = (bench: Bench) => verifyAudit({ database: bench.web }, systemActor);

describe("the chain of the audit log", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
    await bench.write(20);
  });
  afterAll(() => bench.end());

  it("adds up for what was written, whatever the session's settings", async () => {
    const verdict = await verify(bench);
    expect(verdict).toMatchObject({ ok: true, entries: 20, fault: null });
    expect(verdict.head.hash).toMatch(/^[0-9a-f]{64}$/);
    const name = new URL(bench.test.url).pathname.slice(1);
    await bench.tamper(
      `ALTER DATABASE ${name} SET TimeZone = 'Pacific/Chatham'`,
      `ALTER DATABASE ${name} SET DateStyle = 'German'`,
      `ALTER DATABASE ${name} SET extra_float_digits = 0`,
      `ALTER DATABASE ${name} SET bytea_output = 'escape'`,
    );
    const other = openDatabase(bench.test.roles.web, { connections: 1, onError: () => undefined });
    try {
      expect(await verifyAudit({ database: other.database }, systemActor)).toMatchObject({ ok: true, head: verdict.head });
    } finally {
      await other.close();
    }
  });

  it("has no link for an entry of a transaction that was rolled back, and misses none", async () => {
    const before = await verify(bench);
    await expect(
      bench.web.$transaction(async (tx) => {
        await writeAudit(tx, systemActor, { action: "project.sync", objectType: "project", objectId: null, outcome: "allowed" });
        throw new Error("changed its mind");
      }),
    ).rejects.toThrow("changed its mind");
    await bench.write(1);
    expect(await verify(bench)).toMatchObject({ ok: true, entries: before.entries + 1 });
  });

  it("takes the time from the database, not from the writer", async () => {
    await bench.web.auditEntry.createMany({
      data: [
        {
          at: new Date("2001-01-01"),
          actorKind: "person",
          actorName: "Eve",
          action: "project.sync",
          objectType: "project",
          outcome: "allowed",
        },
      ],
    });
    const newest = await bench.web.auditEntry.findFirstOrThrow({ orderBy: { seq: "desc" } });
    expect(Date.now() - newest.at.getTime()).toBeLessThan(60_000);
  });

  it("is refused to everybody but admins", async () => {
    await expect(verifyAudit({ database: bench.web }, { ...systemActor, kind: "person", isAdmin: false })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  it("cannot be changed even by the database's owner without switching triggers off", async () => {
    const client = new Client({ connectionString: bench.test.adminUrl });
    await client.connect();
    try {
      for (const statement of [
        "UPDATE audit_entry SET reason = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DELETE FROM audit_link",
      ])
        await expect(client.query(statement)).rejects.toMatchObject({ code: "42501" });
    } finally {
      await client.end();
    }
  });
});

const swap = (column: string) =>
  `UPDATE audit_entry SET ${column} = (SELECT o.${column} FROM audit_entry o WHERE o.seq = 13 - audit_entry.seq) WHERE seq IN (6, 7)`;

describe("tampering with the audit log is found, with the number of the entry", () => {
  it.each([
    ["a name that was changed", ["UPDATE audit_entry SET actor_name = 'Bob' WHERE seq = 5"], "changed", "5"],
    ["a result that was changed", ["UPDATE audit_entry SET outcome = 'denied' WHERE seq = 1"], "changed", "1"],
    ["a time that was changed", ["UPDATE audit_entry SET at = at + interval '1 millisecond' WHERE seq = 5"], "changed", "5"],
    ["an address that was added", ["UPDATE audit_entry SET source_ip = '' WHERE seq = 5"], "changed", "5"],
    ["a value inside a detail", ["UPDATE audit_entry SET after = jsonb_set(after, '{port}', '8081') WHERE seq = 12"], "changed", "12"],
    ["a null that was left out", ["UPDATE audit_entry SET before = before - 'port' WHERE seq = 12"], "changed", "12"],
    ["an object's name", ["UPDATE audit_entry SET object_name = 'Other' WHERE seq = 3"], "changed", "3"],
    ["two entries that changed places", [swap("detail")], "changed", "6"],
    ["an entry removed in the middle", ["DELETE FROM audit_entry WHERE seq = 5"], "removed", "5"],
    ["the first entry", ["DELETE FROM audit_entry WHERE seq = 1"], "removed", "1"],
    ["the last entry", ["DELETE FROM audit_entry WHERE seq = 12"], "removed", "12"],
    ["an entry with its link", ["DELETE FROM audit_entry WHERE seq = 5", "DELETE FROM audit_link WHERE entry_seq = 5"], "removed", "6"],
    [
      "an entry with its link, the gap closed",
      [
        "DELETE FROM audit_entry WHERE seq = 5",
        "DELETE FROM audit_link WHERE entry_seq = 5",
        ...[6, 7, 8, 9, 10, 11, 12].map((position) => `UPDATE audit_link SET position = ${position - 1} WHERE position = ${position}`),
        "UPDATE audit_head SET position = 11",
      ],
      "changed",
      "6",
    ],
    ["the end cut off", ["DELETE FROM audit_entry WHERE seq > 9", "DELETE FROM audit_link WHERE entry_seq > 9"], "cut_off", "9"],
    ["everything removed", ["DELETE FROM audit_entry", "DELETE FROM audit_link"], "cut_off", null],
    [
      "an entry put in without a link",
      [
        "INSERT INTO audit_entry (seq, actor_kind, actor_name, action, object_type, outcome) VALUES (100, 'person', 'Eve', 'a.b', 'a', 'allowed')",
      ],
      "not_linked",
      "100",
    ],
    [
      "an entry put in with a link of its own",
      [
        "INSERT INTO audit_entry (seq, actor_kind, actor_name, action, object_type, outcome) VALUES (100, 'person', 'Eve', 'a.b', 'a', 'allowed')",
        "INSERT INTO audit_link VALUES (13, 100, repeat('0', 64))",
        "UPDATE audit_head SET position = 13, hash = repeat('0', 64)",
      ],
      "changed",
      "100",
    ],
    ["a hash that was changed", ["UPDATE audit_link SET hash = repeat('0', 64) WHERE position = 4"], "changed", "4"],
    ["the head alone", ["UPDATE audit_head SET hash = repeat('0', 64)"], "changed", null],
  ] as const)("%s", async (_what, statements, kind, seq) => {
    const bench = await openBench();
    try {
      await bench.write(12);
      expect(await verify(bench)).toMatchObject({ ok: true });
      await bench.tamper(...statements);
      const verdict = await verify(bench);
      expect(verdict).toMatchObject({ ok: false, fault: { kind, seq } });
      // What was done stays found when the log goes on.
      await bench.write(2).catch(() => undefined);
      expect(await verify(bench)).toMatchObject({ ok: false });
    } finally {
      await bench.end();
    }
  });

  it("a log taken back to an earlier state adds up, and is found by a head that was kept elsewhere", async () => {
    const bench = await openBench();
    try {
      await bench.write(12);
      const { head } = await verify(bench);
      await bench.tamper(
        "DELETE FROM audit_entry WHERE seq > 9",
        "DELETE FROM audit_link WHERE position > 9",
        "UPDATE audit_head SET position = 9, hash = (SELECT hash FROM audit_link WHERE position = 9)",
      );
      expect(await verify(bench)).toMatchObject({ ok: true });
      const kept = parseHead(`${head.position}:${head.hash}`);
      expect(await verifyAudit({ database: bench.web }, systemActor, kept)).toMatchObject({
        ok: false,
        fault: { kind: "rewritten", seq: null },
      });
      await bench.write(3);
      expect(await verifyAudit({ database: bench.web }, systemActor, kept)).toMatchObject({ ok: false, fault: { kind: "rewritten" } });
      const now = await verify(bench);
      expect(await verifyAudit({ database: bench.web }, systemActor, now.head)).toMatchObject({ ok: true });
    } finally {
      await bench.end();
    }
  });
});

it("entries from before there was a chain are linked when it is made", async () => {
  const bench = await openBench();
  const root = await mkdtemp(join(tmpdir(), "berth-migrations-"));
  const name = `test_before_${randomUUID().slice(0, 8)}`;
  const client = new Client({ connectionString: bench.test.url });
  await client.connect();
  const url = new URL(bench.test.url);
  url.pathname = `/${name}`;
  try {
    await cp("prisma", join(root, "prisma"), { recursive: true });
    const later = (await readdir(join(root, "prisma/migrations"))).filter((folder) => folder >= chainMigration);
    for (const folder of later) await rm(join(root, "prisma/migrations", folder), { recursive: true });
    await client.query(`CREATE DATABASE ${name}`);
    await migrate(url.toString(), root);
    const old = new Client({ connectionString: url.toString() });
    await old.connect();
    await old.query(`INSERT INTO audit_entry (actor_kind, actor_name, action, object_type, outcome)
      SELECT 'person', 'Ada', 'project.sync', 'project', 'allowed' FROM generate_series(1, 30)`);
    await old.end();
    await migrate(url.toString());
    const { database, close } = openDatabase(url.toString(), { connections: 1, onError: () => undefined });
    expect(await verifyAudit({ database }, systemActor)).toMatchObject({ ok: true, entries: 30 });
    await close();
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.end();
    await bench.end();
    await rm(root, { recursive: true, force: true });
  }
});
