import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { processStart } from "#lib/adapters/daemon/process-identity.ts";

import { type Child, keepRunning } from "./child.ts";

let folder = "";
const notices: string[] = [];
const children: Child[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-child-"));
  notices.length = 0;
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop(1000)));
  await rm(folder, { recursive: true, force: true });
});

async function run(script: string): Promise<Child> {
  await writeFile(join(folder, "script.mjs"), script);
  const child = keepRunning({
    name: "worker",
    args: [join(folder, "script.mjs")],
    cwd: folder,
    environment: {},
    user: undefined,
    logFile: join(folder, "log"),
    recordFile: join(folder, "record.json"),
    onNotice: (text) => notices.push(text),
  });
  children.push(child);
  return child;
}

const ready = 'process.send({ type: "ready" }); setInterval(() => {}, 1000);';

test("a crashed process is started again and the crash is told in one sentence", async () => {
  const child = await run(ready);
  await child.ready;
  const first = child.pid();
  process.kill(first ?? 0, "SIGKILL");
  await expect.poll(() => child.pid() ?? first, { timeout: 5000 }).not.toBe(first);
  expect(notices).toEqual([expect.stringMatching(/^ended unexpectedly \(SIGKILL\) and is started again; see /)]);
});

test("a process that never becomes ready fails the start with its own reason instead of trying for ever", async () => {
  const child = await run('console.log(JSON.stringify({ level: 60, msg: "The port is taken" })); process.exit(1);');
  await expect(child.ready).rejects.toThrow(/^The worker process does not start \(The port is taken\); see /);
});

test("a process that ignores SIGTERM is killed when its time is up and not started again", async () => {
  const child = await run(`process.on("SIGTERM", () => {}); ${ready}`);
  await child.ready;
  const pid = child.pid() ?? 0;
  await child.stop(200);
  expect(await processStart(pid)).toBeUndefined();
  expect(notices).toEqual([]);
});

test("everything it prints is in its log, warnings are heard at once, and the same words are heard once", async () => {
  const line = JSON.stringify({ level: 40, msg: "The engine is slow." });
  const child = await run(`for (let i = 0; i < 3; i++) console.log(${JSON.stringify(line)}); console.error("plain"); ${ready}`);
  await child.ready;
  await expect.poll(() => readFile(join(folder, "log"), "utf8")).toMatch(/slow[^]*slow[^]*slow[^]*plain|plain[^]*slow/);
  expect(notices).toEqual(["The engine is slow."]);
});
