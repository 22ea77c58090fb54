import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type Bench, openBench } from "./support/bench.ts";
import { isInOrder, untilInOrder } from "./support/order.ts";
import { answering, busyboxImage } from "./support/repository.ts";
import { until } from "./support/until.ts";

/** BuildKit itself cuts each step at some hundred kilobytes, so it takes many steps, side by side, to fill a log. */
const [branches, steps] = [8, 6];

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.close());

/** Writes more than 100 MB to the log and then makes an app that works. */
function floodingDockerfile(): string {
  const flood = (branch: number) =>
    Array.from({ length: steps }, (_, step) => `RUN yes "flood ${branch}.${step} $(seq -s . 1 20)" | head -c 2200000`).join("\n");
  const stages = Array.from(
    { length: branches },
    (_, branch) => `FROM ${busyboxImage()} AS f${branch}\n${flood(branch)}\nRUN echo > /done${branch}`,
  );
  const copies = Array.from({ length: branches }, (_, branch) => `COPY --from=f${branch} /done${branch} /`);
  return `${stages.join("\n")}\nFROM berth/node:20\n${copies.join("\n")}\nCOPY app.js /app.js\nCMD ["/app.js"]\n`;
}

test("a build that writes 100 MB goes on; its log is cut at 8 MiB and says so; the worker stays small", async () => {
  const { product, rest } = bench;
  const { slug, copy } = await bench.project("flood");
  await copy.commit({ Dockerfile: floodingDockerfile(), "app.js": answering("dry") });
  await copy.git("push", "--quiet", "origin", "master");
  const id = await until("a deployment", 20_000, async () => (await rest.environments(slug))[0]?.deployment?.id);
  const pid = await product.pid("worker");
  let largest = 0;
  await until("the flood is over", 120_000, async () => {
    const rss = Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    largest = Math.max(largest, rss / 1024);
    return !["queued", "preparing"].includes((await rest.deployment(id)).status);
  });
  expect((await rest.ended(id, 60_000)).problem).toBeNull();
  const log = await rest.log(id);
  console.log(`flood: log ${(log.length / 1024 / 1024).toFixed(2)} MiB, worker at most ${Math.round(largest)} MB`);
  expect(log.length).toBeGreaterThan(7.5 * 1024 * 1024);
  expect(log.length).toBeLessThan(8.2 * 1024 * 1024);
  expect(log).toContain("log cut here");
  expect(largest).toBeLessThan(350);
  expect(isInOrder(await untilInOrder(product))).toBe(true);
});
