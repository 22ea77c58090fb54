import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { openHome } from "./home.ts";
import { ensureInstance, ensureKeys } from "./keys.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-home-test-"));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true, force: true });
});

test("what is private lies in folders that only their owner may enter", async () => {
  const home = await openHome(join(folder, "home"));
  for (const path of [home.keys, home.logs, home.run]) expect((await stat(path)).mode & 0o777).toBe(0o700);
  expect((await stat(home.path)).mode & 0o066).toBe(0);
});

test("keys are made once, differ from each other, and only their owner may read them", async () => {
  const home = await openHome(join(folder, "home"));
  const keys = await ensureKeys(home.keys);
  expect(await ensureKeys(home.keys)).toEqual(keys);
  const all = [keys.postgres, keys.authSecret, keys.marathon, ...Object.values(keys.roles)];
  expect(new Set(all).size).toBe(all.length);
  expect(keys.marathon).toMatch(/^berth:.{40,}$/);
  expect((await stat(join(home.keys, "auth-secret"))).mode & 0o777).toBe(0o600);
  expect(await ensureInstance(home.path)).toMatch(/^[0-9a-f]{10}$/);
});

test("a lock that a dead process left does not count", async () => {
  await openHome(folder);
  await writeFile(join(folder, "supervisor.lock"), JSON.stringify({ pid: process.ppid, start: "long ago" }));
  await expect(openHome(folder)).resolves.toMatchObject({ path: folder });
});

test("a home that another process holds is refused, naming the process", async () => {
  const home = await openHome(folder);
  await expect(openHome(folder)).rejects.toMatchObject({ code: "already_running" });
  await home.release();
  await (await openHome(folder)).release();
});

test("a home that is a file is refused with one sentence that names BERTH_HOME", async () => {
  await writeFile(join(folder, "file"), "");
  await expect(openHome(join(folder, "file"))).rejects.toThrow(
    /^Berth cannot keep its data in .* \(it is not a folder\): .* BERTH_HOME\.$/,
  );
});
