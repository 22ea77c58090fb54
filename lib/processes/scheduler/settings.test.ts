import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { readSchedulerSettings } from "./settings.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "berth-home-"));
});

afterEach(() => rm(home, { recursive: true, force: true }));

const write = (text: string) => writeFile(join(home, "scheduler.json"), text);

test("without a file nothing is set", async () => {
  expect(await readSchedulerSettings(home)).toEqual({});
});

test("what the file says is what the operator allows", async () => {
  const settings = {
    commandImage: "debian:12",
    volumes: [{ path: "/srv/data", writable: false }],
    attributes: { rack: "r1" },
    fetch: { hosts: ["localhost:9000"] },
  };
  await write(JSON.stringify(settings));
  expect(await readSchedulerSettings(home)).toEqual(settings);
});

test.each([
  ["{", "is no JSON"],
  ['{"volumes":[{"path":"relative","writable":true}]}', "volumes.0.path is not usable: must be an absolute path"],
  ['{"comandImage":"x"}', "the file is not usable"],
])("a file of %s ends the start with a sentence", async (text, words) => {
  await write(text);
  await expect(readSchedulerSettings(home)).rejects.toThrow(words);
});
