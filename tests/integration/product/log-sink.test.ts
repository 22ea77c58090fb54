import { randomUUID } from "node:crypto";

import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";

import { logCapBytes, openLogSink } from "#lib/domain/logs/sink.ts";
import { openDatabase } from "#lib/platform/database/client.ts";
import { createTestDatabase, type TestDatabase } from "#tests/support/database.ts";

let made: TestDatabase;
let opened: ReturnType<typeof openDatabase>;
beforeAll(async () => {
  made = await createTestDatabase();
  opened = openDatabase(made.roles.worker, { connections: 2, onError: () => undefined });
});
afterAll(async () => {
  await opened?.close();
  await made?.drop();
});

test("of 100 MB the first eight are kept, with a line that says so", async () => {
  const logId = randomUUID();
  const sink = openLogSink(opened.database, { logId, secrets: [], log: pino({ level: "silent" }) });
  const piece = `${"a line of a very talkative build step ".repeat(3)}\n`.repeat(600);
  const heapBefore = process.memoryUsage().heapUsed;
  for (let written = 0; written < 100 * 1024 * 1024; written += piece.length) {
    sink.write(piece);
    if (written % (32 * piece.length) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await sink.close();
  const chunks = await opened.database.logChunk.findMany({ where: { logId }, orderBy: { seq: "asc" } });
  const text = chunks.map((chunk) => chunk.text).join("");
  expect(chunks.map((chunk) => chunk.seq)).toEqual(chunks.map((_, index) => index + 1));
  expect(text.length).toBeGreaterThan(logCapBytes * 0.99);
  expect(text.length).toBeLessThan(logCapBytes * 1.01);
  expect(text.match(/log cut here/g)).toHaveLength(1);
  expect((process.memoryUsage().heapUsed - heapBefore) / 1024 / 1024).toBeLessThan(100);
});
