import { connectEngine } from "#lib/adapters/docker/client.ts";
import { createGitRunner } from "#lib/adapters/git/runner.ts";
import { createClusters } from "#lib/domain/clusters/connect.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import { sweepEnvironments } from "#lib/domain/workers/sweep.ts";
import { createWakers } from "#lib/domain/workers/wakers.ts";
import { generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import { type Database, openDatabase } from "#lib/platform/database/client.ts";
import { createLog } from "#lib/platform/log.ts";
import { createTestDatabase } from "#tests/support/database.ts";

import { seed } from "../board/seed.ts";
import { heapKept } from "../memory-kept.ts";
import type { BenchContext, BenchResult } from "../result.ts";
import { median, round, timeRow } from "../statistics.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const environmentsPerProject = 50;
const [few, many] = [100, 1_000];
const [warmUps, passes] = [3, 20];
const instance = "bench";

/**
 * One slow pass over 100 and over 1 000 apps that are all as they should be: time, how it grows, what it keeps, and how often the cluster is
 * asked; beside it what nobody can do without, the list read and parsed.
 */
export async function benchPass(context: BenchContext): Promise<BenchResult> {
  const small = await measureWith(context, few);
  const large = await measureWith(context, many);
  const [perSmall, perLarge] = [median(small.times) / few, median(large.times) / many];
  return {
    name: "pass",
    rows: [
      timeRow(`one pass over ${few} apps`, small.times),
      timeRow(`one pass over ${many} apps`, large.times, { goal: "≤ 1000" }),
      timeRow(`the list of ${many} read and parsed, nothing else`, large.bareTimes),
      {
        what: "one pass beside that",
        unit: "ms",
        median: round(median(large.times)),
        runs: passes,
        ratio: round(median(large.times) / median(large.bareTimes)),
      },
      { what: `time per app of ${few}`, unit: "ms", median: round(perSmall), runs: passes },
      {
        what: `time per app of ${many}`,
        unit: "ms",
        median: round(perLarge),
        runs: passes,
        ratio: round(perLarge / perSmall),
        goal: "≤ 1.5",
      },
      { what: "memory kept for each app between passes", unit: "KiB", median: round(large.keptBytes / many / 1_024), runs: 1, goal: "≤ 4" },
      { what: "calls to the cluster", unit: "per pass", median: large.calls / passes, runs: passes, goal: "≤ 1" },
      { what: "environments looked at although nothing differs", unit: "in all passes", median: large.jobs, runs: passes, goal: "≤ 0" },
    ],
    notes: [
      `the cluster is a local server that answers a list of ${many} apps with their tasks (${Math.round(large.listBytes / 1024)} KiB)`,
      "kept is the heap after a collection, with the passes behind it, less the heap before the first",
    ],
  };
}

interface Figures {
  readonly times: readonly number[];
  readonly bareTimes: readonly number[];
  readonly keptBytes: number;
  readonly calls: number;
  readonly jobs: number;
  readonly listBytes: number;
}

async function measureWith(context: BenchContext, apps: number): Promise<Figures> {
  context.say(`filling a database with ${apps} environments`);
  const database = await createTestDatabase();
  try {
    await seed(database.url, { projects: apps / environmentsPerProject, environmentsPerProject, deploymentsPerEnvironment: 5 });
    const cluster = await startCluster(database.url, instance);
    const worker = openDatabase(database.roles.worker, { connections: 8, onError: () => undefined });
    try {
      const figures = await measure(workerContext(context, worker.database, cluster), cluster);
      const jobs = await worker.database.$queryRaw<unknown[]>`SELECT 1 FROM graphile_worker.jobs`.catch(() => []);
      return { ...figures, jobs: jobs.length, listBytes: cluster.listBytes, bareTimes: await bare(cluster) };
    } finally {
      await worker.close();
      await cluster.stop();
    }
  } finally {
    await database.drop();
  }
}

async function measure(context: WorkerContext, cluster: Cluster): Promise<Pick<Figures, "times" | "keptBytes" | "calls">> {
  const times: number[] = [];
  const before = heapKept();
  for (let count = 0; count < warmUps + passes; count++) {
    if (count === warmUps) cluster.takeCalls();
    const begun = performance.now();
    await sweepEnvironments(context, null);
    if (count >= warmUps) times.push(performance.now() - begun);
  }
  const calls = cluster.takeCalls().length;
  return { times, calls, keptBytes: Math.max(0, heapKept() - before) };
}

/** The reference: the same list, fetched and parsed by what Node brings along. */
async function bare(cluster: Cluster): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < warmUps + passes; count++) {
    const begun = performance.now();
    await (await fetch(`${cluster.url}/v2/apps`)).json();
    if (count >= warmUps) times.push(performance.now() - begun);
  }
  return times;
}

/** A worker's parts, of which a pass uses database and cluster. */
function workerContext({ dockerHost, folder }: BenchContext, database: Database, cluster: Cluster): WorkerContext {
  const log = createLog("bench", "warn");
  const sealingKey = generateSealingKey("bench");
  return {
    database,
    settings: {
      dashboardOrigin: "http://localhost:3000",
      previewDomain: "preview.localhost",
      previewOrigin: "http://preview.localhost:4000",
      allowFileRepositories: false,
    },
    log,
    instance,
    poolId: () => "bench",
    wakers: createWakers(),
    engine: connectEngine({ socketPath: dockerHost.replace("unix://", "") }),
    git: createGitRunner({ homeDir: folder, log, protocols: [], environment: process.env }),
    clusters: createClusters({ database, log, sealingKey, settings: { urls: [cluster.url], embedded: false } }),
    registry: null,
    sealingKey,
    folders: { builtin: folder, mirrors: folder },
    builds: { timeoutMs: 1_000, contextMaxBytes: 1_000 },
    probe: () => Promise.resolve({ kind: "silent", reason: "not asked" }),
  };
}
