import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { callEngine } from "#lib/adapters/engine-local/engine-call.ts";
import { type Bench, deploymentOf, openBench } from "#tests/faults/support/bench.ts";
import { isInOrder, listApps, untilInOrder } from "#tests/faults/support/order.ts";
import { appFiles } from "#tests/faults/support/repository.ts";
import { ask } from "#tests/faults/support/rows.ts";
import { until } from "#tests/faults/support/until.ts";
import { keepVisiting, visit } from "#tests/faults/support/visit.ts";

const effectSchema = z.object({
  from: z.number(),
  to: z.number(),
  cpus: z.number(),
  mem: z.number(),
  fits: z.boolean().nullable(),
  room: z.number().nullable(),
});
const crashesSchema = z.object({
  crashes: z.object({ count: z.number(), reason: z.string(), nextTryAt: z.string().nullable(), log: z.string().nullable() }).nullable(),
});
const eventSchema = z.object({ kind: z.string(), message: z.string().nullable() });
/** Says which task answered, and ends when it is told to. */
const speaking = `
  const http = require("node:http");
  http.createServer((q, s) => {
    s.end(require("node:os").hostname());
    if (q.url === "/die") setTimeout(() => { console.error("the quay is on fire"); process.exit(7); }, 20);
  }).listen(process.env.PORT);\n`;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.close());

async function speaker(name: string, script = speaking) {
  const { slug, copy, environment } = await bench.liveProject(name, name);
  const commit = await copy.commit(appFiles(script));
  await copy.git("push", "--quiet", "origin", "master");
  expect((await bench.rest.ended(await deploymentOf(bench.rest, environment.id, commit), 60_000)).status).toBe("live");
  await until("the speaker answers", 10_000, async () => /^[0-9a-f]{12}$/.test((await visit(bench.product, environment.url)).body));
  return { slug, copy, environment };
}

async function scale(id: string, instances: number, dryRun = false) {
  const answer = await bench.rest.ask("POST", `/environments/${id}/scale`, { instances, dryRun });
  if (answer.status >= 400) throw new Error(JSON.stringify(answer.body));
  return effectSchema.parse(answer.body);
}

/** Waits until so many tasks are in the route, and answers who answers visits. */
async function untilRouted(id: string, count: number, limitMs = 60_000): Promise<void> {
  let last: unknown;
  await until(
    `${count} tasks are in the route`,
    limitMs,
    async () => {
      const [row] = await ask(
        bench.product,
        z.object({ count: z.number(), asked: z.number().nullable() }),
        "SELECT jsonb_array_length(r.targets) AS count, e.asked_instances AS asked FROM route r JOIN environment e ON e.id = r.environment_id WHERE e.id = $1",
        [id],
      );
      last = row;
      return row?.count === count && row.asked === null;
    },
    () => last,
  );
}

const events = (id: string) =>
  ask(bench.product, eventSchema, "SELECT kind, message FROM event WHERE environment_id = $1 ORDER BY id", [id]);
const told = async (id: string) => (await events(id)).flatMap(({ message }) => (message === null ? [] : [message]));
const crashesOf = async (id: string) => crashesSchema.parse((await bench.rest.ask("GET", `/environments/${id}`)).body).crashes;

/** Kills the container whose task answers at the URL, as an operator with docker would. */
async function killOne(url: string): Promise<string> {
  const { body: name } = await visit(bench.product, url);
  const answer = await callEngine(bench.product.dockerHost, { method: "POST", path: `/containers/${name}/kill`, timeoutMs: 10_000 });
  expect(answer.status).toBe(204);
  return name;
}

test("an environment scales from 1 to 3 and back under load without a failed request, and no deployment is made for it", async () => {
  const { environment } = await speaker("scales");
  const before = (await bench.rest.environment(environment.id)).deployment;
  const plan = await scale(environment.id, 3, true);
  expect(plan).toMatchObject({ from: 1, to: 3, fits: true });
  expect(await told(environment.id)).not.toContain("Scale from 1 instance to 3 asked for");
  const visitors = Array.from({ length: 4 }, () => keepVisiting(bench.product, environment.url));
  expect(await scale(environment.id, 3)).toMatchObject({ from: 1, to: 3 });
  await untilRouted(environment.id, 3);
  const names = new Set<string>();
  await until("all three answer", 20_000, async () => names.add((await visit(bench.product, environment.url)).body).size === 3);
  await scale(environment.id, 1);
  await untilRouted(environment.id, 1);
  await until("one task is left", 30_000, async () => isInOrder(await untilInOrder(bench.product)));
  const seen = await Promise.all(visitors.map((visitor) => visitor.stop()));
  expect(Math.min(...seen.map(({ total }) => total))).toBeGreaterThan(20);
  expect(seen.flatMap(({ bad }) => bad)).toEqual([]);
  expect((await bench.rest.environment(environment.id)).deployment).toEqual(before);
  expect(await told(environment.id)).toEqual(
    expect.arrayContaining([
      "Scale from 1 instance to 3 asked for",
      "Scaled: 3 instances answer",
      "Scale from 3 instances to 1 asked for",
      "Scaled: 1 instance answers",
    ]),
  );
  const drifted = (await events(environment.id)).filter(({ kind }) => kind === "environment.drifted" || kind === "environment.healed");
  expect(drifted).toEqual([]);
});

test("what does not fit waits and says why, what runs goes on, and going back works; 0 is refused with a hint", async () => {
  const { slug, copy, environment } = await speaker("too-big");
  await ask(
    bench.product,
    z.unknown(),
    `UPDATE stage SET cpus = 0.1, mem = (SELECT (mem * 0.3)::int FROM cluster_snapshot)
     WHERE id = (SELECT stage_id FROM environment WHERE id = $1)`,
    [environment.id],
  );
  const commit = await copy.commit({ note: slug });
  await copy.git("push", "--quiet", "origin", "master");
  expect((await bench.rest.ended(await deploymentOf(bench.rest, environment.id, commit), 60_000)).status).toBe("live");
  const plan = await until("the totals are fresh", 30_000, async () => {
    const seen = await scale(environment.id, 6, true);
    return seen.room === 2 && seen;
  });
  expect(plan.fits).toBe(false);
  await scale(environment.id, 6);
  await until("it says why it waits", 60_000, async () =>
    /3 of 6 instances answer\. .*InsufficientMemory/.test((await bench.rest.environment(environment.id)).statusDetail ?? ""),
  );
  expect((await bench.rest.environment(environment.id)).status).toBe("healthy");
  expect((await visit(bench.product, environment.url)).status).toBe(200);
  await scale(environment.id, 1);
  await untilRouted(environment.id, 1);
  await scale(environment.id, 6);
  await until("it waits again", 60_000, async () => (await bench.rest.environment(environment.id)).statusDetail?.includes("of 6") === true);
  await bench.rest.act(environment.id, "stop");
  await until("it is stopped, although a scaling waited", 30_000, async () => {
    const apps = await listApps(bench.product);
    return apps.some(({ id, instances }) => id.includes(`/${slug}/`) && instances === 0);
  });
  await scale(environment.id, 1);
  const { deployment } = await bench.rest.act(environment.id, "start");
  expect((await bench.rest.ended(deployment?.id ?? "", 60_000)).status).toBe("live");
  await untilRouted(environment.id, 1);
  const refused = await bench.rest.ask("POST", `/environments/${environment.id}/scale`, { instances: 0 });
  expect(refused).toMatchObject({ status: 400, body: { code: "invalid_input", errors: { instances: expect.stringContaining("Stop") } } });
  await untilInOrder(bench.product);
});

test("a worker killed in the middle of a scaling goes on with it, and a later deployment keeps the number", async () => {
  const { copy, environment } = await speaker("killed");
  await scale(environment.id, 3);
  await until("Marathon was asked or is about to be", 20_000, async () => {
    const [row] = await ask(
      bench.product,
      z.object({ asked: z.number().nullable() }),
      "SELECT asked_instances AS asked FROM environment WHERE id = $1",
      [environment.id],
    );
    return row?.asked === 3;
  });
  process.kill((await bench.product.pid("worker")) ?? 0, "SIGKILL");
  await untilRouted(environment.id, 3, 90_000);
  const commit = await copy.commit({ note: "another" });
  await copy.git("push", "--quiet", "origin", "master");
  expect((await bench.rest.ended(await deploymentOf(bench.rest, environment.id, commit), 60_000)).status).toBe("live");
  await untilRouted(environment.id, 3);
  await scale(environment.id, 1);
  await untilRouted(environment.id, 1);
  const healed = (await events(environment.id)).filter(({ kind }) => kind === "environment.healed");
  expect(healed).toEqual([]);
});

test("a killed container is replaced, and the timeline says so once with the reason", async () => {
  const { environment } = await speaker("lost");
  const killed = await killOne(environment.url);
  await until("another one answers", 60_000, async () => {
    const { status, body } = await visit(bench.product, environment.url);
    return status === 200 && body !== killed;
  });
  const told1 = await until("the timeline tells", 30_000, async () => {
    const found = (await told(environment.id)).filter((message) => message.startsWith("A task was lost and replaced: "));
    return found.length > 0 && found;
  });
  expect(told1).toHaveLength(1);
  expect(told1[0]).toMatch(/137|kill/i);
  expect(await crashesOf(environment.id)).toBeNull();
});

test("a crash loop is explained with its last lines, told once, and Try now starts it at once", async () => {
  const { environment } = await speaker("loops");
  // Long enough that an answer before its end is not chance.
  const pauseMs = 4_000;
  let deaths = 0;
  const crashes = await until(
    "it is explained with a pause",
    120_000,
    async () => {
      if ((await visit(bench.product, environment.url, "/die")).status === 200) deaths += 1;
      const seen = await crashesOf(environment.id);
      return seen !== null && seen.count >= 3 && seen.nextTryAt !== null && Date.parse(seen.nextTryAt) - Date.now() > pauseMs && seen;
    },
    () => deaths,
  );
  expect(crashes.reason).toMatch(/7/);
  expect(crashes.log).toContain("the quay is on fire");
  const loops = (await told(environment.id)).filter((message) => message.startsWith("It ends again and again: 3 times"));
  expect(loops).toHaveLength(1);
  const answer = await bench.rest.ask("POST", `/environments/${environment.id}/reset-delay`);
  expect(answer.status).toBe(202);
  await until("it answers again", 20_000, async () => (await visit(bench.product, environment.url)).status === 200);
  expect(Date.now()).toBeLessThan(Date.parse(crashes.nextTryAt ?? ""));
  await until("the page says no more of it", 30_000, async () => (await crashesOf(environment.id)) === null);
  expect(await told(environment.id)).toContain("Next try asked for at once");
  expect(
    (await told(environment.id)).filter((message) => message.includes("lost and replaced") || message.startsWith("Starting again")).length,
  ).toBeLessThan(3);
});

test("a restart replaces every task without a failed request and stands in the history", async () => {
  const { environment } = await speaker("restarts");
  const { body: before } = await visit(bench.product, environment.url);
  const live = (await bench.rest.environment(environment.id)).release;
  const visits = keepVisiting(bench.product, environment.url);
  const { body } = await bench.rest.ask("POST", `/environments/${environment.id}/restart`);
  const { deployment } = z.object({ deployment: z.object({ id: z.string() }) }).parse(body);
  expect((await bench.rest.ended(deployment.id, 60_000)).status).toBe("live");
  await until("another task answers", 10_000, async () => (await visit(bench.product, environment.url)).body !== before);
  await untilInOrder(bench.product);
  const { bad } = await visits.stop();
  expect(bad).toEqual([]);
  const [row] = await ask(bench.product, z.object({ trigger: z.string() }), "SELECT trigger FROM deployment WHERE id = $1", [
    deployment.id,
  ]);
  expect(row?.trigger).toBe("restart");
  expect((await bench.rest.environment(environment.id)).release).toEqual(live);
});

test("a restart whose new tasks do not come up fails with the reason, and the tasks before go on answering", async () => {
  const worksUntil = Date.now() + 30_000;
  const { environment } = await speaker("restart-fails", `if (Date.now() > ${worksUntil}) process.exit(9);\n${speaking}`);
  const { body: before } = await visit(bench.product, environment.url);
  await until("it would not start any more", 40_000, () => Date.now() > worksUntil);
  const visits = keepVisiting(bench.product, environment.url);
  const { body } = await bench.rest.ask("POST", `/environments/${environment.id}/restart`);
  const { deployment } = z.object({ deployment: z.object({ id: z.string() }) }).parse(body);
  expect(await bench.rest.ended(deployment.id, 60_000)).toMatchObject({ status: "failed", problem: { code: "app_exited" } });
  await untilInOrder(bench.product);
  const { bad } = await visits.stop();
  expect(bad).toEqual([]);
  expect((await visit(bench.product, environment.url)).body).toBe(before);
  expect((await bench.rest.environment(environment.id)).status).toBe("healthy");
});
