import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { findRegistryProgram, startRegistry } from "#lib/adapters/registry-local/registry.ts";

let folder = "";
const program = (await findRegistryProgram("/nowhere", () => undefined)) ?? "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-registry-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const start = (preferredPort = 45_600) => startRegistry({ folder, logFile: join(folder, "log"), preferredPort, program });

test.skipIf(!existsSync(program))(
  "a taken port leads to the next free one, which is kept for ever because image names contain it",
  async () => {
    const taken = createServer().listen(45_600, "127.0.0.1");
    try {
      const first = await start();
      expect(first.port).toBeGreaterThan(45_600);
      await first.stop(3000);
      taken.close();
      const second = await start();
      expect(second.port).toBe(first.port);
      await second.stop(3000);
    } finally {
      taken.close();
    }
  },
);

test.skipIf(!existsSync(program))("a registry that was left running is taken over", async () => {
  const first = await start();
  const second = await start();
  expect([second.adopted, second.url]).toEqual([true, first.url]);
  expect((await fetch(`${second.url}/v2/`)).status).toBe(200);
  await second.stop(3000);
  await first.exited;
});
