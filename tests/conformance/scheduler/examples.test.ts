import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type World, createWorld } from "./fixture.ts";

const folder = process.env["BERTH_TEST_MARATHON_SCHEMAS"] ?? "../shared/reference/marathon-schemas";

describe.skipIf(!existsSync(folder))("Marathon's own examples", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ commandImage: "berth-dev/no-such-image:1" });
  });

  afterAll(async () => {
    await world?.end();
  });

  it.each(["v0.15.6", "v1.1.7", "v1.3.14", "v1.4.13", "v1.5.15", "master-90619da"])(
    "of %s for several apps are accepted",
    async (version) => {
      const apps: unknown = JSON.parse(await readFile(join(folder, "examples", version, "apps_create.json"), "utf8"));
      const put = await world.call("PUT", "/v2/apps?force=true", apps);
      expect(put.status, put.text).toBe(200);
      expect((await world.call("GET", "/v2/apps")).body.apps?.map((app) => app.id).toSorted()).toEqual(["/test/sleep120", "/test/sleep60"]);
    },
  );
});
