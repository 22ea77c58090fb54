import { spawn } from "node:child_process";
import { once } from "node:events";

import { expect, test } from "vitest";

import { isGone, ownPlace } from "./place.ts";

test.runIf(process.platform === "linux")("a process of this machine is gone when none of its id and start runs", async () => {
  const place = await ownPlace();
  expect(await isGone(place)).toBe(false);
  expect(await isGone(place.replace(/\d+$/, "1"))).toBe(true);
  const child = spawn("true", [], { shell: false });
  await once(child, "exit");
  expect(await isGone(place.replace(/ \d+ /, ` ${child.pid} `))).toBe(true);
});

test.each(["", "1", "another-machine/pid:[1] 999999 5"])("nothing is known of %j, so it is not called gone", async (place) => {
  expect(await isGone(place)).toBe(false);
});
