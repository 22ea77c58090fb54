import { afterAll, beforeAll, expect, test } from "vitest";

import { type Bench, openBench } from "#tests/faults/support/bench.ts";
import { isInOrder, untilInOrder } from "#tests/faults/support/order.ts";
import { processesWith } from "#tests/faults/support/processes.ts";
import { answering, appFiles, slowAppFiles, busyboxImage } from "#tests/faults/support/repository.ts";
import { until } from "#tests/faults/support/until.ts";

const buildTimeoutSeconds = 20;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench({ BERTH_BUILD_TIMEOUT_SECONDS: String(buildTimeoutSeconds), BERTH_BUILD_CONCURRENCY: "4" });
});
afterAll(() => bench?.close());

type Files = Parameters<Awaited<ReturnType<Bench["project"]>>["copy"]["commit"]>[0];

/** Pushes files to a new project's master and gives the deployment that starts by itself. */
async function push(name: string, files: Files): Promise<string> {
  const { rest } = bench;
  const { slug, copy } = await bench.project(name);
  await copy.commit(files);
  await copy.git("push", "--quiet", "origin", "master");
  return until(`a deployment of ${name}`, 20_000, async () => (await rest.environments(slug))[0]?.deployment?.id);
}

const app = appFiles(answering("hello"));

test.concurrent.each<[string, Files, string, RegExp]>([
  ["no Dockerfile", { "app.js": "1" }, "dockerfile_missing", /Dockerfile/],
  ["a Dockerfile that is a folder", { "Dockerfile/x": "FROM scratch" }, "dockerfile_missing", /Dockerfile/],
  ["a Dockerfile that is a link", { ...app, Dockerfile: { link: "/etc/passwd" } }, "dockerfile_missing", /regular file/],
  ["an empty Dockerfile", { ...app, Dockerfile: "" }, "build_failed", /empty/i],
  ["a Dockerfile that is no text", { ...app, Dockerfile: "\u0000\u0001\uFFFF" }, "build_failed", /./],
  ["a failing RUN", { Dockerfile: `FROM ${busyboxImage()}\nRUN echo so far && exit 7\n` }, "build_failed", /exit code 7/],
  ["a foreign syntax line", { ...app, Dockerfile: "# syntax=evil.example.org/frontend\nFROM scratch\n" }, "dockerfile_refused", /evil/],
  ["a base image that is not there", { Dockerfile: "FROM 127.0.0.1:1/nothing:1\n" }, "build_failed", /./],
])("%s: the deployment fails with a code and a reason", async (name, files, code, detail) => {
  const ended = await bench.rest.ended(await push(name, files), 60_000);
  expect(ended).toMatchObject({ status: "failed", problem: { code } });
  expect(ended.problem?.detail ?? ended.problem?.title).toMatch(detail);
  const log = await bench.rest.log(ended.id);
  expect(log).toContain(ended.problem?.title ?? "no problem");
});

test.concurrent("a build that never ends is ended when its time is up, on the engine too", async () => {
  const sign = `endless-${Date.now()}`;
  const id = await push("endless", slowAppFiles(answering("x"), `sh -c 'sleep 3600; : ${sign}'`));
  await until("it runs", 30_000, async () => (await processesWith(sign)).length > 0);
  const ended = await bench.rest.ended(id, (buildTimeoutSeconds + 20) * 1000);
  expect(ended).toMatchObject({ status: "failed", problem: { code: "build_timed_out" } });
  await until("its process is gone", 10_000, async () => (await processesWith(sign)).length === 0);
});

test.concurrent("a cancelled build has really ended within ten seconds", async () => {
  const sign = `cancelled-${Date.now()}`;
  const id = await push("cancelled", slowAppFiles(answering("x"), `sh -c 'sleep 3600; : ${sign}'`));
  await until("it runs", 30_000, async () => (await processesWith(sign)).length > 0);
  await bench.rest.cancel(id);
  await until("its process is gone", 10_000, async () => (await processesWith(sign)).length === 0);
  const ended = await bench.rest.ended(id, 10_000);
  expect(ended).toMatchObject({ status: "cancelled" });
  expect(ended.steps.filter((step) => step.status === "waiting" || step.status === "running")).toEqual([]);
  expect(await bench.rest.log(id)).toContain("cancelled");
});

test("after all of this nothing is missing and nothing is left behind", async () => {
  expect(isInOrder(await untilInOrder(bench.product))).toBe(true);
}, 130_000);
