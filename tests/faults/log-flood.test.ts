import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type Bench, openBench } from "./support/bench.ts";
import { isInOrder, untilInOrder } from "./support/order.ts";
import { answering, busyboxImage } from "./support/repository.ts";
import { until } from "./support/until.ts";

const [branches, steps] = [2, 3];

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.close());

/** Writes more than 100 MB to the log and then makes an app that works. */
function floodingDockerfile(): string {
  const flood = (branch: number) =>
    Array.from({ length: steps }, (_, step) => `RUN yes "flood ${branch}.${step} $(seq -s . 1 20)" | head -c 17000000`).join("\n");
  const stages = Array.from(
    { length: branches },
    (_, branch) => `FROM ${busyboxImage()} AS f${branch}\n${flood(branch)}\nRUN echo > /done${branch}`,
  );
  const copies = Array.from({ length: branches }, (_, branch) => `COPY --from=f${branch} /done${branch} /`);
  return `${stages.join("\n")}\nFROM berth/node:20\n${copies.join("\n")}\nCOPY app.js /app.js\nCMD ["/app.js"]\n`;
}

test("a build that writes 100 MB goes on, and the worker stays small", async () => {
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
  // BuildKit itself cuts every step; what it lets through is there.
  expect(log).toContain("log limit");
  expect(log.length).toBeLessThan(8.2 * 1024 * 1024);
  expect(largest).toBeLessThan(350);
  expect(isInOrder(await untilInOrder(product))).toBe(true);
});
