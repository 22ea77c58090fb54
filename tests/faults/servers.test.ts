import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { findDaemon } from "#lib/adapters/daemon/daemon.ts";

import { type Bench, deploymentOf, openBench } from "./support/bench.ts";
import { isInOrder, untilInOrder } from "./support/order.ts";
import { kill, processesWith } from "./support/processes.ts";
import { answering, appFiles, slowAppFiles } from "./support/repository.ts";
import { until } from "./support/until.ts";
import { keepVisiting, untilAnswers } from "./support/visit.ts";

let bench: Bench;
let live: Awaited<ReturnType<Bench["liveProject"]>>;
beforeAll(async () => {
  bench = await openBench();
  live = await bench.liveProject("Served", "still here");
});
afterAll(() => bench?.close());

async function postmaster(): Promise<number> {
  const location = (await readFile(join(bench.product.home, "postgres", "location"), "utf8").catch(() => "")).trim();
  const record = await readFile(join(bench.product.home, "postgres", "postgres.pid"), "utf8").catch(() => "");
  const pid = Number(/"pid":(\d+)/.exec(record)?.[1]);
  if (!(pid > 0)) throw new Error(`No PostgreSQL is recorded (${location})`);
  return pid;
}

async function pushAndFollow(text: string, files = appFiles(answering(text))): Promise<string> {
  const commit = await live.copy.commit(files);
  await until("the push is taken", 60_000, () =>
    live.copy.git("push", "--quiet", "origin", "master").then(
      () => true,
      () => false,
    ),
  );
  return deploymentOf(bench.rest, live.environment.id, commit);
}

test.each<[string, NodeJS.Signals]>([
  ["kill -9", "SIGKILL"],
  ["an immediate stop", "SIGQUIT"],
])(
  "%s of PostgreSQL: environments answer all the time, and the platform is whole again within a minute",
  async (how, signal) => {
    const { product, rest } = bench;
    const visits = keepVisiting(product, live.environment.url);
    kill(await postmaster(), signal);
    await until("the API answers", 60_000, async () => {
      const answer = await rest.ask("GET", "/projects").catch(() => undefined);
      return answer?.status === 200;
    });
    expect((await visits.stop()).bad).toEqual([]);
    expect((await rest.ended(await pushAndFollow(how), 60_000)).problem).toBeNull();
    await untilAnswers(product, live.environment.url, how, 5_000);
  },
  180_000,
);

test("PostgreSQL killed during a build: the build ends well, or says in one sentence what happened", async () => {
  const { product, rest } = bench;
  const sign = `no-database-${Date.now()}`;
  const id = await pushAndFollow(
    "built without a database",
    slowAppFiles(answering("built without a database"), `sh -c 'sleep 4; : ${sign}'`),
  );
  await until("the build runs", 30_000, async () => (await processesWith(sign)).length > 0);
  kill(await postmaster());
  expect((await rest.ended(id, 120_000)).problem).toBeNull();
  await untilAnswers(product, live.environment.url, "built without a database", 5_000);
}, 180_000);

test("the registry killed in the middle of a push: the push is made again", async () => {
  const { product, rest } = bench;
  const random = `head -c 120000000 /dev/urandom > /big`;
  const files = slowAppFiles(answering("pushed twice"), random);
  const id = await pushAndFollow("x", { ...files, Dockerfile: (files["Dockerfile"] ?? "").replace("/done /done", "/big /big") });
  await until("it is being pushed", 60_000, async () => {
    const { steps } = await rest.deployment(id);
    return steps.find((step) => step.name === "push")?.status === "running";
  });
  const registry = await findDaemon(join(product.home, "registry", "registry.json"));
  kill(registry?.pid ?? null);
  expect((await rest.ended(id, 120_000)).problem).toBeNull();
  await untilAnswers(product, live.environment.url, "pushed twice", 5_000);
}, 180_000);

test("after all of this nothing is missing and nothing is left behind", async () => {
  expect(isInOrder(await untilInOrder(bench.product))).toBe(true);
}, 130_000);
