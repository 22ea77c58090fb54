import { afterAll, beforeAll, expect, test } from "vitest";

import type { ProcessRole } from "#lib/platform/database/roles.ts";

import { type Bench, deploymentOf, openBench } from "./support/bench.ts";
import { isInOrder, untilInOrder } from "./support/order.ts";
import { kill } from "./support/processes.ts";
import { answering, appFiles } from "./support/repository.ts";
import { until } from "./support/until.ts";
import { keepVisiting, untilAnswers, visit } from "./support/visit.ts";

const backMilliseconds = 10_000;

let bench: Bench;
let live: Awaited<ReturnType<Bench["liveProject"]>>;
beforeAll(async () => {
  bench = await openBench();
  live = await bench.liveProject("Survivor", "still here");
});
afterAll(() => bench?.close());

/** Kills a part and waits until the supervisor has started it again. */
async function killPart(part: ProcessRole): Promise<void> {
  const old = await bench.product.pid(part);
  kill(old);
  await until(`there is a new ${part}`, backMilliseconds, async () => {
    const now = await bench.product.pid(part);
    return now !== null && now !== old;
  });
}

test("kill -9 of the gateway: the URL answers again within five seconds", async () => {
  await killPart("gateway");
  expect((await untilAnswers(bench.product, live.environment.url, "still here", 5_000)).status).toBe(200);
});

test("kill -9 of web: environments answer all the time, the dashboard again within ten seconds", async () => {
  const visits = keepVisiting(bench.product, live.environment.url);
  await killPart("web");
  await until("the dashboard answers", backMilliseconds, async () => {
    const response = await fetch(`${bench.product.dashboardUrl}/api/health`).catch(() => undefined);
    return response?.ok;
  });
  expect((await visits.stop()).bad).toEqual([]);
});

test("kill -9 of the scheduler: environments answer all the time, and it deploys again", async () => {
  const { product, rest } = bench;
  const visits = keepVisiting(product, live.environment.url);
  await killPart("scheduler");
  const commit = await live.copy.commit(appFiles(answering("after the scheduler")));
  await live.copy.git("push", "--quiet", "origin", "master");
  expect((await rest.ended(await deploymentOf(rest, live.environment.id, commit), 60_000)).problem).toBeNull();
  await untilAnswers(product, live.environment.url, "after the scheduler", 5_000);
  expect((await visits.stop()).bad).toEqual([]);
});

test("kill -9 of the scheduler in the middle of a deployment: it goes on and ends well", async () => {
  const { product, rest } = bench;
  const slow = answering("slow start").replace(".listen(process.env.PORT)", "").replace(/;\n$/, "");
  const commit = await live.copy.commit(appFiles(`const server = ${slow};\nsetTimeout(() => server.listen(process.env.PORT), 3000);\n`));
  await live.copy.git("push", "--quiet", "origin", "master");
  const id = await deploymentOf(rest, live.environment.id, commit);
  await rest.reaches(id, ["verifying"], 30_000);
  const visits = keepVisiting(product, live.environment.url);
  await killPart("scheduler");
  expect((await rest.ended(id, 60_000)).problem).toBeNull();
  await untilAnswers(product, live.environment.url, "slow start", 5_000);
  expect((await visits.stop()).bad).toEqual([]);
});

test("kill -9 of web in the middle of a push: what git was told is there is followed", async () => {
  const { product, rest } = bench;
  const { slug, copy } = await bench.project("Pushed while dying");
  await copy.commit({ "README.md": "x" });
  const pushes = Array.from({ length: 6 }, (_, number) => `HEAD:refs/heads/b${number}`);
  const accepted: string[] = [];
  for (const [number, refspec] of pushes.entries()) {
    const push = copy.git("push", "--quiet", "origin", refspec).then(
      () => accepted.push(`b${number}`),
      () => undefined,
    );
    if (number === 3) kill(await product.pid("web"));
    await push;
    if (number === 3)
      await until("web is back", 20_000, async () => (await fetch(`${product.dashboardUrl}/api/health`).catch(() => undefined))?.ok);
  }
  expect(accepted.length).toBeGreaterThanOrEqual(5);
  await until("every accepted branch is on the board", 75_000, async () => {
    const names = (await rest.refs(slug)).refs.map((ref) => ref.name);
    return accepted.every((name) => names.includes(name));
  });
}, 120_000);

test("all of them at once: everything is back within a minute", async () => {
  const { product, rest } = bench;
  for (const part of ["web", "worker", "gateway", "scheduler"] as const) kill(await product.pid(part));
  await untilAnswers(product, live.environment.url, "slow start", 20_000);
  const commit = await live.copy.commit(appFiles(answering("all is well")));
  await until("a push is taken", 30_000, () =>
    live.copy.git("push", "--quiet", "origin", "master").then(
      () => true,
      () => false,
    ),
  );
  expect((await rest.ended(await deploymentOf(rest, live.environment.id, commit), 60_000)).problem).toBeNull();
  await untilAnswers(product, live.environment.url, "all is well", 5_000);
}, 150_000);

test("kill -9 of the supervisor: the next start on the same home finds everything again", async () => {
  const { product } = bench;
  const before = await product.pid("supervisor");
  await product.crash();
  expect(before).not.toBeNull();
  bench = await bench.startAgain();
  await untilAnswers(bench.product, live.environment.url, "all is well", 30_000);
  const commit = await live.copy.commit(appFiles(answering("after the crash")));
  await live.copy.git("push", "--quiet", "origin", "master");
  expect((await bench.rest.ended(await deploymentOf(bench.rest, live.environment.id, commit), 60_000)).problem).toBeNull();
  expect((await visit(bench.product, live.environment.url)).body).toBe("after the crash");
}, 150_000);

test("an orderly stop and start brings back what ran", async () => {
  await bench.product.stop();
  bench = await bench.startAgain();
  await untilAnswers(bench.product, live.environment.url, "after the crash", 60_000);
  expect((await bench.rest.environment(live.environment.id)).release?.number).toBeGreaterThan(0);
}, 150_000);

test("after all of this nothing is missing and nothing is left behind", async () => {
  expect(isInOrder(await untilInOrder(bench.product))).toBe(true);
});
