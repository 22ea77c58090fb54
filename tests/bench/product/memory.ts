import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

import { request } from "undici";

import { findDaemon } from "#lib/adapters/daemon/daemon.ts";
import type { Product } from "#tests/support/product.ts";

import { signIn } from "../board/session.ts";
import type { BenchContext, BenchResult, BenchRow } from "../result.ts";
import { firstAnswer } from "./first-answer.ts";
import { addressOf, type Stage } from "./stage.ts";

const idleMs = 30_000;
const afterLoadMs = 10_000;
const [pages, gatewayRequests, pushes] = [200, 5_000, 3];
const parts = ["supervisor", "web", "worker", "gateway", "scheduler"] as const;

/** Memory of Berth's own processes 30 s after ready, and after a small load; of its servers apart. */
export async function benchMemory(context: BenchContext): Promise<BenchResult> {
  await context.theatre.close();
  const stage = await context.theatre.open();
  context.say("idle for 30 s");
  await delay(idleMs, undefined, { signal: context.stopping });
  const idle = await measure(stage.product);
  context.say("a small load");
  await load(stage);
  await delay(afterLoadMs, undefined, { signal: context.stopping });
  const loaded = await measure(stage.product);
  return { name: "memory", rows: [...rowsOf("idle", idle, "≤ 400"), ...rowsOf("after load", loaded, "≤ 600")], notes };
}

const notes = [
  "RSS counts pages that processes share (Node's own program, about 50 MiB) once for each process; the sum is what the goal is about",
  "shared once: private pages of all processes, and the pages they share counted once: what they take of a machine on which nobody else runs Node",
  `the load: ${pages} pages, ${gatewayRequests} requests through the gateway, ${pushes} pushes built and deployed, one after the other`,
];

/** In MiB. */
interface Memory {
  readonly rss: number;
  readonly once: number;
}

async function measure(product: Product): Promise<Map<string, Memory>> {
  const memory = new Map<string, Memory>();
  const pids: number[] = [];
  for (const part of parts) {
    const pid = await product.pid(part);
    if (pid === null) continue;
    pids.push(pid);
    memory.set(part, await memoryOf([pid]));
  }
  memory.set("all of Berth", await memoryOf(pids));
  const postgres = await findDaemon(`${product.home}/postgres/postgres.pid`);
  if (postgres !== undefined) memory.set("PostgreSQL", await memoryOf([postgres.pid, ...(await childrenOf(postgres.pid))]));
  const registry = await findDaemon(`${product.home}/registry/registry.json`);
  if (registry !== undefined) memory.set("registry", await memoryOf([registry.pid]));
  return memory;
}

async function memoryOf(pids: readonly number[]): Promise<Memory> {
  const all = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
      const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) / 1024;
      const own = of("Private_Clean") + of("Private_Dirty");
      return { rss: of("Rss"), own, shared: of("Rss") - own };
    }),
  );
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    rss: sum(all.map(({ rss }) => rss)),
    // All run the same program, so that the largest share holds the others'.
    once: sum(all.map(({ own }) => own)) + Math.max(0, ...all.map(({ shared }) => shared)),
  };
}

async function childrenOf(pid: number): Promise<number[]> {
  const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    numbers.map(async (name) => {
      const status = await readFile(`/proc/${name}/status`, "utf8").catch(() => "");
      return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === pid ? [Number(name)] : [];
    }),
  );
  return found.flat();
}

function rowsOf(when: string, memory: ReadonlyMap<string, Memory>, goal: string): BenchRow[] {
  return [...memory].flatMap(([part, { rss, once }]) =>
    [
      { what: `${when}: ${part}, RSS`, unit: "MiB", median: Math.round(rss), runs: 1, ...(part === "all of Berth" ? { goal } : {}) },
      { what: `${when}: ${part}, shared once`, unit: "MiB", median: Math.round(once), runs: 1 },
    ].filter(({ what }) => part === "all of Berth" || part === "PostgreSQL" || what.endsWith("RSS")),
  );
}

async function load({ product, rest, slug, shop, environment }: Stage): Promise<void> {
  const cookie = await signIn(product);
  for (let count = 0; count < pages; count++) {
    const path = [`/p/${slug}`, "/", `/p/${slug}/refs`, `/p/${slug}/e/review/issue-1`][count % 4] ?? "/";
    const answer = await request(`${product.dashboardUrl}${path}`, { headers: { cookie } });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}.`);
  }
  const { url, hostHeader, token } = addressOf(product, environment);
  for (let count = 0; count < gatewayRequests; count += 10) {
    await Promise.all(
      Array.from({ length: 10 }, async () => (await request(url, { headers: { host: hostHeader, "x-berth-token": token } })).body.dump()),
    );
  }
  for (let count = 0; count < pushes; count++) {
    const text = await shop.changeTitle();
    await shop.push();
    await firstAnswer({ url, hostHeader, token, text, limitMs: 60_000 });
    await rest.settle(environment.id);
  }
}
