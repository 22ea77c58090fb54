import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startEmbeddedPostgres } from "./server.ts";

let folder = "";
const start = (password = "first: of/all") =>
  startEmbeddedPostgres({ folder, logFile: join(folder, "log"), preferredPort: 45_400, password, unsafeButFast: true });

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-postgres-test-"));
  // Its system user must pass through.
  await chmod(folder, 0o711);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a server that was stopped finds its data again, and one that was left running is adopted with them", async () => {
  const first = await start();
  expect(first.adopted).toBe(false);
  await ask(first.adminUrl, "CREATE TABLE kept AS SELECT 42 AS value");
  await first.stop(10_000);
  await expect(first.exited).resolves.toContain("0");

  const second = await start();
  expect(await ask(second.adminUrl, "SELECT value FROM kept")).toEqual([{ value: 42 }]);

  const third = await start();
  expect(third.adopted).toBe(true);
  expect(third.port).toBe(second.port);
  await third.stop(10_000);
  await second.exited;
});

test("it listens on 127.0.0.1 alone and asks for the password there", async () => {
  const server = await start();
  try {
    expect(await ask(server.adminUrl, "SHOW listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
    const wrong = server.adminUrl.replace(/:[^:@]+@/, ":wrong@");
    await expect(ask(wrong, "SELECT 1")).rejects.toThrow("password authentication failed");
  } finally {
    await server.stop(10_000);
  }
});

test("keys that do not belong to the data are told in one sentence, and the server does not stay behind", async () => {
  await (await start()).stop(10_000);
  await expect(start("another password")).rejects.toThrow(/^PostgreSQL's password in BERTH_HOME\/keys does not fit its data/);
  await (await start()).stop(10_000);
});
