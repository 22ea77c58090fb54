import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";

import { type AccessDatabase, openAccessDatabase } from "#lib/gateway/access-database.ts";
import { Access, type Question } from "#lib/gateway/access.ts";
import { defaultLimits, type GatewayLimits } from "#lib/gateway/limits.ts";
import { newRandomId } from "#lib/platform/crypto/tokens.ts";
import { createLog } from "#lib/platform/log.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";

import { addEnvironment, addPerson, addProject, addStage, addToken } from "./places.ts";
import { eventually } from "./stage.ts";

const log = createLog("test", "fatal");
let test_: TestDatabase;
let sql: Client;
let real: AccessDatabase;
let environmentId: string;
let token: string;
/** The real database, with what was asked of it counted and, while `hold` is set, kept waiting. */
const asked: string[] = [];
let hold: Promise<void> | null = null;
let away = false;
let counting: AccessDatabase;

beforeAll(async () => {
  test_ = await createTestDatabase();
  sql = new Client({ connectionString: test_.url });
  await sql.connect();
  real = openAccessDatabase(test_.roles.gateway, log);
  environmentId = await addEnvironment(sql, await addStage(sql, await addProject(sql), "review", false));
  token = await addToken(sql, await addPerson(sql, true));
  counting = {
    ...real,
    async mayView(credential, id) {
      asked.push(credential.raw);
      await hold;
      if (away) throw new Error("The database is away.");
      return real.mayView(credential, id);
    },
  };
});
afterAll(async () => {
  await real.close();
  await sql.end();
  await test_.drop();
});
beforeEach(() => {
  asked.length = 0;
  hold = null;
  away = false;
});

const accessWith = (limits: Partial<GatewayLimits> = {}) => new Access(counting, { ...defaultLimits, ...limits }, log);
const about = (raw: string, address = "192.0.2.1"): Question => ({
  credential: { kind: raw.startsWith("berth_") ? "token" : "pass", raw, ambient: false },
  environmentId,
  host: "x",
  address,
});
/** Holds what is asked until the returned function is called. */
function holding(): () => void {
  let release = (): void => undefined;
  hold = new Promise((resolve) => (release = resolve));
  return () => {
    hold = null;
    release();
  };
}

test("what is known comes at once, without a promise and without a question", async () => {
  const access = accessWith();
  expect(await access.mayView(about(token))).toBe("yes");
  for (let at = 0; at < 1_000; at++) expect(access.mayView(about(token))).toBe("yes");
  expect(await access.mayView(about("nobody"))).toBe("no");
  expect(access.mayView(about("nobody"))).toBe("no");
  expect(asked).toEqual([token, "nobody"]);
});

test("a thousand requests at the same moment are one question", async () => {
  const access = accessWith();
  const release = holding();
  const answers = Array.from({ length: 1_000 }, async () => access.mayView(about(token)));
  release();
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["yes"]));
  expect(asked).toHaveLength(1);
});

test("what is used is asked again before it gets old, and nobody waits for it", async () => {
  const access = accessWith({ accessGoodMs: 400 });
  await access.mayView(about(token));
  for (const end = performance.now() + 1_500; performance.now() < end;) {
    expect(access.mayView(about(token))).toBe("yes");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.length).toBeLessThan(12);
});

test("when rights may have changed nothing remembered counts, nor an answer that was asked for before", async () => {
  const access = accessWith();
  await access.mayView(about(token));
  const other = await addToken(sql, await addPerson(sql, true));
  const release = holding();
  const before = access.mayView(about(other));
  await sql.query("UPDATE api_token SET revoked_at = now() WHERE hash = encode(sha256($1::bytea), 'hex')", [other]);
  access.rightsChanged();
  const after = access.mayView(about(other));
  expect(access.mayView(about(token))).toBeInstanceOf(Promise);
  release();
  await before;
  expect(await after).toBe("no");
  await eventually(() => expect(access.mayView(about(token))).toBe("yes"));
});

test("strangers are looked up so many at a time, one address fewer, and whoever was let in is not kept waiting by them", async () => {
  const access = accessWith({ checks: 10, checksPerAddress: 4 });
  await access.mayView(about(token));
  const release = holding();
  const flood = (address: string) => Array.from({ length: 20 }, async () => access.mayView(about(newRandomId(), address)));
  const answers = [...flood("192.0.2.1"), ...flood("192.0.2.2"), ...flood("192.0.2.3")];
  expect(access.mayView(about(token))).toBe("yes");
  access.rightsChanged();
  const again = access.mayView(about(token));
  release();
  expect(await again).toBe("yes");
  const said = await Promise.all(answers);
  expect(said.filter((verdict) => verdict === "busy")).toHaveLength(50);
  expect(said.filter((verdict) => verdict === "no")).toHaveLength(10);
  expect(await access.mayView(about(newRandomId()))).toBe("no");
});

test("ten thousand made-up cookies are not remembered beyond the limit, and use four connections at most", async () => {
  const access = accessWith({ accessKept: 100 });
  const first = newRandomId();
  await access.mayView(about(first));
  let most = 0;
  for (let round = 0; round < 100; round++) {
    const answers = Array.from({ length: 100 }, async (_, at) => access.mayView(about(newRandomId(), `198.51.100.${at}`)));
    expect(new Set(await Promise.all(answers))).toEqual(new Set(["no"]));
    if (round % 20 === 0) {
      const { rows } = await sql.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'berth gateway access'",
      );
      most = Math.max(most, rows.length);
    }
  }
  expect(most).toBeLessThanOrEqual(4);
  const last = newRandomId();
  await access.mayView(about(last));
  expect(access.mayView(about(last))).toBe("no");
  // Of the first ones nothing is left: each takes a question again.
  expect(access.mayView(about(first))).toBeInstanceOf(Promise);
});

test("a right ends when it was said to end, whoever is away", async () => {
  const person = await addPerson(sql, true);
  const short = await addToken(sql, person);
  await sql.query("UPDATE api_token SET expires_at = now() + interval '2 seconds' WHERE person_id = $1", [person]);
  const access = accessWith();
  expect(await access.mayView(about(short))).toBe("yes");
  await eventually(async () => expect(await access.mayView(about(short))).toBe("no"), 4_000);
});

test("while the database is away a right is remembered for five minutes, and then nobody knows", async () => {
  const access = accessWith();
  expect(await access.mayView(about(token))).toBe("yes");
  away = true;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 299_000 });
  onTestFinished(() => void vi.useRealTimers());
  expect(await access.mayView(about(token))).toBe("yes");
  vi.setSystemTime(Date.now() + 11_000);
  expect(await access.mayView(about(token))).toBe("unknown");
});
