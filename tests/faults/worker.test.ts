import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { type Bench, deploymentOf, openBench } from "./support/bench.ts";
import { isInOrder, untilInOrder } from "./support/order.ts";
import { kill, processesWith } from "./support/processes.ts";
import { answering, appFiles, slowAppFiles } from "./support/repository.ts";
import { ask } from "./support/rows.ts";
import { until } from "./support/until.ts";
import { keepVisiting, untilAnswers } from "./support/visit.ts";

/** What is promised: a dead worker's work goes on within a minute. */
const goesOnMilliseconds = 60_000;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.close());

const counts = z.object({ deployments: z.number(), releases: z.number(), builds: z.number() });

/** How often something was made for this environment: what is done twice shows here. */
async function made(environmentId: string) {
  const [row] = await ask(
    bench.product,
    counts,
    `SELECT (SELECT count(*)::int FROM deployment WHERE environment_id = e.id) AS deployments,
       (SELECT count(*)::int FROM release WHERE environment_id = e.id) AS releases,
       (SELECT count(DISTINCT build_id)::int FROM deployment WHERE environment_id = e.id) AS builds
     FROM environment e WHERE e.id = $1`,
    [environmentId],
  );
  return row;
}

/** Kills the worker and waits until the supervisor has started another. */
async function killWorker(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  const old = await bench.product.pid("worker");
  kill(old, signal);
  await until("there is a new worker", 15_000, async () => {
    const now = await bench.product.pid("worker");
    return now !== null && now !== old;
  });
}

test("kill -9 of the worker during a build: it is built again and goes live, once", async () => {
  const { product, rest } = bench;
  const { copy, environment } = await bench.liveProject("Killed while building", "before");
  const sign = `killed-${Date.now()}`;
  const commit = await copy.commit(slowAppFiles(answering("after"), `sh -c 'sleep 4; : ${sign}'`));
  await copy.git("push", "--quiet", "origin", "master");
  const id = await deploymentOf(rest, environment.id, commit);
  await until("the build runs", 30_000, async () => (await processesWith(sign)).length > 0);
  const visits = keepVisiting(product, environment.url);
  await killWorker();
  const ended = await rest.ended(id, goesOnMilliseconds + 20_000);
  expect(ended.problem).toBeNull();
  await untilAnswers(product, environment.url, "after", 5_000);
  expect((await visits.stop()).bad).toEqual([]);
  expect(await made(environment.id)).toEqual({ deployments: 2, releases: 2, builds: 2 });
  expect(await rest.log(id)).toContain("attempt 2");
});

test.each([["deploying", "verifying"], ["verifying"]])(
  "kill -9 of the worker while %s: the same release goes live, once",
  async (...statuses) => {
    const { product, rest } = bench;
    const name = `Killed while ${statuses[0]}`;
    const { copy, environment } = await bench.liveProject(name, "before");
    // Slow to listen, so that verifying takes its time.
    const slow = answering("after").replace(".listen(process.env.PORT)", "").replace(/;\n$/, "");
    const script = `const server = ${slow};\nsetTimeout(() => server.listen(process.env.PORT), 4000);\n`;
    const commit = await copy.commit(appFiles(script));
    await copy.git("push", "--quiet", "origin", "master");
    const id = await deploymentOf(rest, environment.id, commit);
    await rest.reaches(id, statuses, 30_000);
    const visits = keepVisiting(product, environment.url);
    await killWorker();
    const ended = await rest.ended(id, goesOnMilliseconds);
    expect(ended.problem).toBeNull();
    await untilAnswers(product, environment.url, "after", 5_000);
    expect((await visits.stop()).bad).toEqual([]);
    expect(await made(environment.id)).toEqual({ deployments: 2, releases: 2, builds: 2 });
  },
);

test("a worker frozen for forty seconds ends itself when it thaws, and another finishes its work, once", async () => {
  const { product, rest } = bench;
  const { copy, environment } = await bench.liveProject("Frozen", "before");
  const sign = `frozen-${Date.now()}`;
  const commit = await copy.commit(slowAppFiles(answering("after"), `sh -c 'sleep 5; : ${sign}'`));
  await copy.git("push", "--quiet", "origin", "master");
  const id = await deploymentOf(rest, environment.id, commit);
  await until("the build runs", 30_000, async () => (await processesWith(sign)).length > 0);
  const frozen = await product.pid("worker");
  kill(frozen, "SIGSTOP");
  const thawAt = performance.now() + 40_000;
  await until("forty seconds are over", 45_000, () => performance.now() > thawAt);
  kill(frozen, "SIGCONT");
  await until("it ended itself", 10_000, async () => (await product.pid("worker")) !== frozen);
  expect((await rest.ended(id, goesOnMilliseconds)).problem).toBeNull();
  await untilAnswers(product, environment.url, "after", 5_000);
  expect(await made(environment.id)).toEqual({ deployments: 2, releases: 2, builds: 2 });
});

test("a worker that is killed again and again does not keep a build alive for ever", async () => {
  const { rest } = bench;
  const { slug, copy } = await bench.project("Deadly build");
  const sign = `deadly-${Date.now()}`;
  await copy.commit(slowAppFiles(answering("x"), `sh -c 'sleep 3600; : ${sign}'`));
  await copy.git("push", "--quiet", "origin", "master");
  const id = await until("a deployment", 20_000, async () => (await rest.environments(slug))[0]?.deployment?.id);
  for (let kills = 1; kills <= 3; kills++) {
    await until(`the build runs, attempt ${kills}`, goesOnMilliseconds, async () => (await processesWith(sign)).length > 0);
    await killWorker();
    await until("its process is gone", 15_000, async () => (await processesWith(sign)).length === 0);
  }
  expect(await rest.ended(id, goesOnMilliseconds)).toMatchObject({ status: "failed", problem: { code: "worker_lost" } });
}, 300_000);

test("after all of this nothing is missing and nothing is left behind", async () => {
  expect(isInOrder(await untilInOrder(bench.product))).toBe(true);
});
