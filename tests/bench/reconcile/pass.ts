import { connectEngine } from "#lib/adapters/docker/client.ts";
import { createGitRunner } from "#lib/adapters/git/runner.ts";
import { createMarathon } from "#lib/adapters/marathon/client.ts";
import { createTaskLogReader } from "#lib/adapters/mesos/files.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import { sweepEnvironments } from "#lib/domain/workers/sweep.ts";
import { createWakers } from "#lib/domain/workers/wakers.ts";
import { generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import { type Database, openDatabase } from "#lib/platform/database/client.ts";
import { createLog } from "#lib/platform/log.ts";
import { createTestDatabase } from "#tests/support/database.ts";

import { seed } from "../board/seed.ts";
import type { BenchContext, BenchResult } from "../result.ts";
import { timeRow } from "../statistics.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const amounts = { projects: 20, environmentsPerProject: 50, deploymentsPerEnvironment: 5 };
const apps = amounts.projects * amounts.environmentsPerProject;
const [warmUps, passes] = [3, 20];
const instance = "bench";

/** One slow pass over 1 000 apps that are all as they should be: time, and how often the cluster is asked. */
export async function benchPass(context: BenchContext): Promise<BenchResult> {
  const database = await createTestDatabase();
  try {
    context.say("filling a database");
    await seed(database.url, amounts);
    const cluster = await startCluster(database.url, instance);
    const worker = openDatabase(database.roles.worker, { connections: 8, onError: () => undefined });
    try {
      const { times, calls } = await measure(workerContext(context, worker.database, cluster), cluster);
      const jobs = await worker.database.$queryRaw<unknown[]>`SELECT 1 FROM graphile_worker.jobs`.catch(() => []);
      return {
        name: "pass",
        rows: [
          timeRow(`one pass over ${apps} apps`, times, { goal: "≤ 1000" }),
          { what: "calls to the cluster", unit: "per pass", median: calls.length / passes, runs: passes, goal: "≤ 1" },
          {
            what: "environments looked at although nothing differs",
            unit: "in all passes",
            median: jobs.length,
            runs: passes,
            goal: "≤ 0",
          },
        ],
        notes: [
          `the cluster is a local server that answers a list of ${apps} apps with their tasks (${Math.round(cluster.listBytes / 1024)} KiB)`,
        ],
      };
    } finally {
      await worker.close();
      await cluster.stop();
    }
  } finally {
    await database.drop();
  }
}

async function measure(context: WorkerContext, cluster: Cluster): Promise<{ times: number[]; calls: string[] }> {
  const times: number[] = [];
  for (let count = 0; count < warmUps + passes; count++) {
    if (count === warmUps) cluster.takeCalls();
    const begun = performance.now();
    await sweepEnvironments(context);
    if (count >= warmUps) times.push(performance.now() - begun);
  }
  return { times, calls: cluster.takeCalls() };
}

/** A worker's parts, of which a pass uses database and cluster. */
function workerContext({ dockerHost, folder }: BenchContext, database: Database, cluster: Cluster): WorkerContext {
  const log = createLog("bench", "warn");
  const marathon = createMarathon({ urls: [cluster.url], log });
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
    marathon,
    taskLogs: createTaskLogReader({ info: () => marathon.info(), marathonUrls: [cluster.url], log }),
    cluster: { use: () => Promise.reject(new Error("A pass asks for no totals.")) },
    registry: null,
    sealingKey: generateSealingKey("bench"),
    folders: { builtin: folder, mirrors: folder },
    builds: { timeoutMs: 1_000, contextMaxBytes: 1_000 },
    probe: () => Promise.resolve({ kind: "silent", reason: "not asked" }),
  };
}
