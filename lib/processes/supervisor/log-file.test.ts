import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { openLogFile } from "./log-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-log-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a log that has grown is turned over, and only two older ones are kept", async () => {
  const log = openLogFile(join(folder, "web.log"), 100);
  for (let line = 1; line <= 40; line++) log.write(`line ${line} ${"x".repeat(20)}`);
  log.close();
  expect((await readdir(folder)).toSorted()).toEqual(["web.log", "web.log.1", "web.log.2"]);
  const lines = [];
  for (const name of ["web.log.2", "web.log.1", "web.log"])
    lines.push(...(await readFile(join(folder, name), "utf8")).trimEnd().split("\n"));
  expect(lines.at(-1)).toContain("line 40 ");
  expect(lines.map((line) => Number(line.split(" ")[1]))).toEqual(lines.map((_, position) => 40 - lines.length + 1 + position));
});

test("a log goes on where it was, and only its owner may read it", async () => {
  for (const text of ["first", "second"]) {
    const log = openLogFile(join(folder, "web.log"));
    log.write(text);
    log.close();
  }
  expect(await readFile(join(folder, "web.log"), "utf8")).toBe("first\nsecond\n");
  expect((await stat(join(folder, "web.log"))).mode & 0o777).toBe(0o600);
});
