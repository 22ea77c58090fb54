import { afterAll, beforeAll, expect, test } from "vitest";

import { type Bench, deploymentOf, openBench } from "#tests/faults/support/bench.ts";
import { isInOrder, untilInOrder } from "#tests/faults/support/order.ts";
import { answering, appFiles } from "#tests/faults/support/repository.ts";
import { until } from "#tests/faults/support/until.ts";
import { keepVisiting, untilAnswers, visit } from "#tests/faults/support/visit.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.close());

/** Pushes a bad release over a live one, and gives how it ended; meanwhile the live one has to answer every visit. */
async function pushBadRelease(name: string, files: Readonly<Record<string, string>>, settings: object = {}) {
  const { product, rest } = bench;
  const { slug, copy, environment } = await bench.liveProject(name, `${name} works`);
  await rest.updateProject(slug, { healthTimeoutSeconds: 5, ...settings });
  const visits = keepVisiting(product, environment.url);
  const commit = await copy.commit(files);
  await copy.git("push", "--quiet", "origin", "master");
  const ended = await rest.ended(await deploymentOf(rest, environment.id, commit), 60_000);
  await until(
    "the scheduler is done with the bad release",
    30_000,
    async () => (await rest.environment(environment.id)).status === "healthy",
  );
  const { total, bad } = await visits.stop();
  expect(total).toBeGreaterThan(20);
  expect(bad).toEqual([]);
  expect((await visit(product, environment.url)).body).toBe(`${name} works`);
  return { ended, environment, slug, copy };
}

test.concurrent.each([
  ["exits", 'console.error("no database"); process.exit(3);', "app_exited"],
  ["never-listens", "setInterval(() => undefined, 1000);", "app_not_listening"],
  ["listens-elsewhere", answering("x").replace("process.env.PORT", "9999"), "app_not_listening"],
  ["answers-errors", answering("x").replace("s.end(", "s.writeHead(503).end("), "app_unhealthy"],
])("an app that %s fails its deployment with a reason, and the release before it answers all the time", async (name, script, code) => {
  const { ended } = await pushBadRelease(name, appFiles(`${script}\n`));
  expect(ended).toMatchObject({ status: "failed", problem: { code } });
  expect(ended.steps.filter((step) => step.status === "waiting" || step.status === "running")).toEqual([]);
});

test.concurrent("an app that never comes up the first time leaves a page that says so, and no container", async () => {
  const { product, rest } = bench;
  const { slug, copy } = await bench.project("never up");
  await copy.commit(appFiles("process.exit(1);\n"));
  await copy.git("push", "--quiet", "origin", "master");
  const environment = await until("an environment", 20_000, async () => (await rest.environments(slug))[0]);
  const ended = await rest.ended(environment.deployment?.id ?? "", 60_000);
  expect(ended).toMatchObject({ status: "failed", problem: { code: "app_exited" } });
  const page = await visit(product, environment.url);
  expect(page.status).toBeGreaterThanOrEqual(500);
  expect(page.body).not.toContain("<script>alert");
});

test.concurrent("an app that turns sick after it was live is seen as sick, and comes back", async () => {
  const { product, rest } = bench;
  const { copy, environment } = await bench.liveProject("turns-sick", "fine");
  const script = `
    let sick = false;
    require("node:http").createServer((q, s) => {
      if (q.url === "/break") sick = true;
      s.writeHead(sick ? 500 : 200).end(sick ? "sick" : "well");
    }).listen(process.env.PORT);\n`;
  const commit = await copy.commit(appFiles(script));
  await copy.git("push", "--quiet", "origin", "master");
  expect((await rest.ended(await deploymentOf(rest, environment.id, commit), 60_000)).status).toBe("live");
  await untilAnswers(product, environment.url, "well", 10_000);
  await visit(product, environment.url, "/break");
  const seen = new Set<string>();
  await until("it is noticed", 40_000, async () => {
    seen.add((await rest.environment(environment.id)).status);
    return [...seen].some((status) => status === "unhealthy" || status === "crashing" || status === "starting");
  });
  // Marathon ends a task that fails its check three times, and starts another.
  await untilAnswers(product, environment.url, "well", 60_000);
  await until("it is healthy again", 30_000, async () => (await rest.environment(environment.id)).status === "healthy");
});

test.concurrent("an app that ignores SIGTERM stops all the same, and starts again", async () => {
  const { product, rest } = bench;
  const { copy, environment } = await bench.liveProject("stubborn", "first");
  const commit = await copy.commit(appFiles(`process.on("SIGTERM", () => undefined);\n${answering("stubborn")}`));
  await copy.git("push", "--quiet", "origin", "master");
  expect((await rest.ended(await deploymentOf(rest, environment.id, commit), 60_000)).status).toBe("live");
  await untilAnswers(product, environment.url, "stubborn", 10_000);
  await rest.act(environment.id, "stop");
  await until("it is stopped", 30_000, async () => (await rest.environment(environment.id)).status === "stopped");
  expect((await visit(product, environment.url)).status).not.toBe(200);
  const { deployment } = await rest.act(environment.id, "start");
  expect((await rest.ended(deployment?.id ?? "", 60_000)).status).toBe("live");
  await untilAnswers(product, environment.url, "stubborn", 10_000);
});

test("after all of this nothing is missing and nothing is left behind", async () => {
  expect(isInOrder(await untilInOrder(bench.product))).toBe(true);
});
