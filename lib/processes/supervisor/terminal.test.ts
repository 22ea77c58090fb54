import { expect, test } from "vitest";

import { createTerminal, formatDuration } from "./terminal.ts";

function record() {
  const lines: string[] = [];
  return { lines, terminal: createTerminal({ write: (text: string) => lines.push(text) }, { color: false }) };
}

test("a part that is ready leaves one line with what it said and how long it took", async () => {
  const { lines, terminal } = record();
  await terminal.start("Registry", () => Promise.resolve("http://127.0.0.1:5000"));
  expect(lines.join("")).toMatch(/^ {2}✓ Registry {8}http:\/\/127\.0\.0\.1:5000 \d+ ms\n$/);
});

test("a part that is not there but not needed either is marked as missing, not as failed", async () => {
  const { lines, terminal } = record();
  await terminal.start("Docker Engine", () => Promise.resolve("– No Docker Engine answers."));
  expect(lines.join("")).toMatch(/^ {2}– Docker Engine {3}No Docker Engine answers\./);
});

test("once Berth ends, parts that still start or complain are not heard", async () => {
  const { lines, terminal } = record();
  const started = terminal.start("Web", () => new Promise<string>((done) => setImmediate(done, "http://localhost:3000")));
  terminal.hush();
  await started;
  terminal.warn("Worker", "is confused");
  expect(lines).toEqual([]);
});

test.each([
  [850, "850 ms"],
  [12_340, "12.3 s"],
  [200_000, "3 min 20 s"],
])("%d ms reads as %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
