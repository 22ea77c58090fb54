import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, it } from "vitest";

import { type Target, createTarget } from "../target.ts";
import { debianPython, execute, findTools } from "./programs.ts";

const tools = await findTools();
let target: Target;

beforeAll(async () => {
  if (tools.python) target = await createTarget();
});

afterAll(async () => {
  await target?.end();
});

it.skipIf(!tools.python)(
  "Debian's python3-marathon creates, waits, scales, updates, rolls back, kills and scales, and deletes, with the event stream beside it (skipped where the package is missing)",
  async () => {
    const script = fileURLToPath(new URL("python-marathon.py", import.meta.url));
    const { username = "", password = "" } = target.credentials ?? {};
    const { stdout } = await execute(debianPython, [script, target.url, target.home, target.image], {
      env: { ...process.env, MARATHON_USER: username, MARATHON_PASSWORD: password, PYTHONWARNINGS: "ignore" },
      timeout: 110_000,
    });
    const saw: unknown = JSON.parse(stdout);
    expect(saw).toMatchObject({
      created: `${target.home}/python`,
      scaled: 3,
      updated: { WHO: "second" },
      rolledBack: {},
      versions: expect.any(Number),
      oldVersion: 1,
      afterKillAndScale: 1,
      listed: [`${target.home}/python`],
      endpoints: expect.any(Number),
      queue: 0,
      deployments: 0,
      info: "marathon",
      leader: expect.stringContaining(":"),
      metrics: true,
      group: `${target.home}/python-group/idle`,
      gone: true,
      failures: [],
      events: expect.arrayContaining([
        "api_post_event",
        "app_terminated_event",
        "deployment_info",
        "deployment_step_success",
        "deployment_success",
        "event_stream_attached",
        "group_change_success",
        "health_status_changed_event",
        "instance_changed_event",
        "status_update_event",
      ]),
    });
  },
);
