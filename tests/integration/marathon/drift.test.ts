import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { appPath } from "#lib/adapters/marathon/app-path.ts";
import { type Bench, openBench } from "#tests/faults/support/bench.ts";
import { isInOrder, untilInOrder } from "#tests/faults/support/order.ts";
import { ask } from "#tests/faults/support/rows.ts";
import { until } from "#tests/faults/support/until.ts";
import { keepVisiting, untilAnswers } from "#tests/faults/support/visit.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.close());

/** Slow passes, a pause, builds beside each other. */
const limitMs = 180_000;

const appSchema = z.object({
  app: z.object({
    mem: z.number(),
    instances: z.number(),
    env: z.record(z.string(), z.unknown()),
    version: z.string(),
    deployments: z.array(z.object({ id: z.string() })),
    tasks: z.array(z.object({ id: z.string() })),
  }),
});

/** Somebody at the cluster itself, past Berth. */
async function atCluster(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(bench.product.schedulerUrl + path, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(bench.product.marathonCredentials).toString("base64")}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === "" ? null : JSON.parse(text);
}

async function live(name: string) {
  const { environment } = await bench.liveProject(name, `${name} works`);
  const [row] = await ask(bench.product, z.object({ app_id: z.string() }), `SELECT app_id FROM environment WHERE id = '${environment.id}'`);
  const path = appPath(row?.app_id ?? "");
  const app = async () => appSchema.parse(await atCluster("GET", path)).app;
  const events = (kind: string) =>
    ask(
      bench.product,
      z.object({ message: z.string().nullable() }),
      `SELECT message FROM event WHERE environment_id = '${environment.id}' AND kind = 'environment.${kind}' ORDER BY at`,
    );
  return { environment, path, app, events };
}

test.concurrent(
  "an app edited by hand is put right, told with what differed, audited, and answers all the time",
  async () => {
    const { environment, path, app, events } = await live("edited");
    const before = await app();
    const visits = keepVisiting(bench.product, environment.url);
    await atCluster("PUT", path, { mem: before.mem + 17, env: { ...before.env, INTRUDER: "a value nobody needs to see" } });
    await until("it is as it was", 40_000, async () => {
      const now = await app();
      return now.mem === before.mem && !("INTRUDER" in now.env) && now.deployments.length === 0;
    });
    const { bad } = await visits.stop();
    expect(bad).toEqual([]);
    const told = [...(await events("drifted")), ...(await events("healed"))].map((event) => event.message);
    expect(told).toHaveLength(2);
    for (const message of told) {
      expect(message).toContain(`memory is ${before.mem + 17}, not ${before.mem}`);
      expect(message).toContain("variable INTRUDER");
    }
    const audited = await ask(
      bench.product,
      z.object({ entry: z.string() }),
      `SELECT action || ' ' || outcome || ' ' || coalesce(before::text, '') || coalesce(after::text, '') AS entry FROM audit_entry
     WHERE environment_id = '${environment.id}' AND action = 'environment.heal'`,
    );
    expect(audited).toHaveLength(1);
    expect(audited[0]?.entry).toContain(`"memory": "${before.mem + 17}"`);
    expect(JSON.stringify([told, audited])).not.toContain("nobody needs to see");
  },
  limitMs,
);

test.concurrent(
  "an app scaled by hand goes back to its instances, and whoever scales it again is not fought",
  async () => {
    const { environment, path, app, events } = await live("scaled");
    await atCluster("PUT", path, { instances: 2 });
    await until("one instance is left", 40_000, async () => {
      const now = await app();
      return now.instances === 1 && now.tasks.length === 1 && now.deployments.length === 0 && (await events("healed")).length === 1;
    });
    await atCluster("PUT", path, { instances: 3 });
    await until("it says why it waits", 40_000, async () =>
      /instances is 3, not 1.*waits \d+ s/.test((await bench.rest.environment(environment.id)).statusDetail ?? ""),
    );
    expect((await app()).instances).toBe(3);
    await until("its time has come", 60_000, async () => (await app()).instances === 1);
    await until("both are told", 10_000, async () => (await events("healed")).length === 2);
  },
  limitMs,
);

test.concurrent(
  "an app deleted by hand comes back and answers",
  async () => {
    const { environment, path, events } = await live("deleted");
    await atCluster("DELETE", path);
    await until("it is told", 40_000, async () => (await events("healed"))[0]?.message?.includes("the app was deleted") === true);
    await untilAnswers(bench.product, environment.url, "deleted works", 40_000);
    expect(await events("healed")).toHaveLength(1);
  },
  limitMs,
);

test.concurrent(
  "somebody else's deployment is left alone until it ends, and the environment says so",
  async () => {
    const { environment, path, app, events } = await live("foreign");
    const before = await app();
    const visits = keepVisiting(bench.product, environment.url);
    await atCluster("PUT", path, { cmd: "sleep 1000" });
    await until("it says what runs", 40_000, async () =>
      /not Berth's runs/.test((await bench.rest.environment(environment.id)).statusDetail ?? ""),
    );
    const foreign = (await app()).deployments[0]?.id;
    expect(foreign).toBeDefined();
    // Longer than a slow pass, which looks at it again.
    const asked = Date.now();
    await until("another pass is over", 30_000, async () => Date.now() - asked > 22_000);
    expect((await app()).deployments.map((deployment) => deployment.id)).toEqual([foreign]);
    expect(await events("healed")).toEqual([]);
    await atCluster("DELETE", `/v2/deployments/${foreign}?force=true`);
    await until("it is put right", 40_000, async () => (await events("healed")).length === 1 && (await app()).deployments.length === 0);
    expect((await app()).mem).toBe(before.mem);
    const { bad } = await visits.stop();
    expect(bad).toEqual([]);
  },
  limitMs,
);

test("after all of this nothing is missing and nothing is left behind", async () => {
  expect(isInOrder(await untilInOrder(bench.product))).toBe(true);
});
