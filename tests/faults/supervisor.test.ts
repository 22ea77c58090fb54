import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, expect, test } from "vitest";

import { processStart } from "#lib/adapters/daemon/process-identity.ts";
import { processRoles } from "#lib/platform/database/roles.ts";

import { type Product, startBerth } from "../support/product.ts";

const execute = promisify(execFile);
const products: Product[] = [];
afterEach(async () => {
  await Promise.all(products.splice(0).map((product) => product.remove()));
});

async function start(options: Parameters<typeof startBerth>[0] = {}): Promise<Product> {
  const product = await startBerth(options);
  products.push(product);
  return product;
}

/** Every process whose command line names this home, and the product's own four. */
async function processesOf(product: Product): Promise<number[]> {
  const { stdout } = await execute("ps", ["-eo", "pid=,args="]);
  const named = stdout
    .split("\n")
    .filter((line) => line.includes(product.home))
    .map((line) => Number.parseInt(line, 10));
  const own = await Promise.all(processRoles.map((role) => product.pid(role)));
  const alive = await Promise.all(own.map(async (pid) => (pid !== null && (await processStart(pid)) !== undefined ? [pid] : [])));
  return [...named, ...alive.flat()];
}

test("after SIGTERM nothing of it runs any more, and the next start finds its data and ports again", async () => {
  const first = await start();
  const before = await processesOf(first);
  expect(before.length).toBeGreaterThanOrEqual(5);
  const startedAt = performance.now();
  await first.stop();
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(await processesOf(first)).toEqual([]);

  const second = await start({ home: first.home });
  expect([second.dashboardUrl, second.instance]).toEqual([first.dashboardUrl, first.instance]);
  expect(second.output()).toContain("up to date");
});

test("after kill -9 of the supervisor its processes end by themselves, and the next start takes over the servers", async () => {
  const first = await start();
  const pids = await Promise.all(processRoles.map((role) => first.pid(role)));
  await first.crash();
  await expect
    .poll(async () => (await Promise.all(pids.map((pid) => processStart(pid ?? 0)))).every((started) => started === undefined), {
      timeout: 15_000,
    })
    .toBe(true);

  const second = await start({ home: first.home });
  expect(second.output()).toMatch(/PostgreSQL .*left running by an earlier start/);
  expect(second.output()).toMatch(/Registry .*left running by an earlier start/);
});

test("a process that is killed is started again within three seconds", async () => {
  const product = await start();
  const before = await product.pid("gateway");
  process.kill(before ?? 0, "SIGKILL");
  await expect.poll(() => product.pid("gateway"), { timeout: 3000 }).not.toBe(before);
  await expect.poll(async () => (await fetch(product.gatewayUrl).catch(() => undefined))?.status, { timeout: 3000 }).toBeGreaterThan(0);
});

test("a second supervisor on the same data refuses with one sentence and disturbs nothing", async () => {
  const product = await start();
  await expect(startBerth({ home: product.home })).rejects.toThrow(/Berth runs already with the data in .* \(process \d+\)/);
  expect(await processStart((await product.pid("web")) ?? 0)).toBeDefined();
});

test("a taken port is refused with a sentence that names the setting, and nothing stays behind", async () => {
  const product = await start();
  const settings = { BERTH_PORT: new URL(product.dashboardUrl).port };
  await expect(startBerth({ settings })).rejects.toThrow(/Port \d+ for the dashboard is taken by another program: .* BERTH_PORT/);
});

test("a database that cannot be reached is refused with one sentence", async () => {
  await expect(startBerth({ settings: { DATABASE_URL: "postgresql://nobody:x@127.0.0.1:1/berth" } })).rejects.toThrow(
    "The PostgreSQL server at 127.0.0.1:1 (DATABASE_URL) cannot be used: nothing listens there.",
  );
});

test("keys are readable by their owner alone", async () => {
  const product = await start();
  expect((await stat(join(product.home, "keys"))).mode & 0o777).toBe(0o700);
  expect((await stat(join(product.home, "keys", "marathon"))).mode & 0o777).toBe(0o600);
});
