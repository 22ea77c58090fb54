import { EventEmitter } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { Logger, type Runner, type TaskList, run } from "graphile-worker";

import { ensureBaseImage } from "#lib/adapters/engine-local/base-image.ts";
import { describeError } from "#lib/core/errors.ts";
import { collectImages } from "#lib/domain/builds/collect.ts";
import { LeaseLost } from "#lib/domain/builds/lease.ts";
import { runBuild } from "#lib/domain/builds/run.ts";
import { runCheck } from "#lib/domain/checks/run.ts";
import { examineCluster } from "#lib/domain/clusters/examine.ts";
import { reconcileEnvironment } from "#lib/domain/environments/reconcile.ts";
import { acceptImage } from "#lib/domain/image-hand-overs/accept.ts";
import { followLog } from "#lib/domain/logs/follow.ts";
import { advancePromotion } from "#lib/domain/promotions/advance.ts";
import { syncRefs } from "#lib/domain/refs/sync.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import { startHeartbeat } from "#lib/domain/workers/heartbeat.ts";
import { openDatabase } from "#lib/platform/database/client.ts";
import type { Log } from "#lib/platform/log.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { runProcess } from "../run-process.ts";
import { connectWorker } from "./connect.ts";
import { startOutbox } from "./outbox.ts";
import { parsePayload } from "./payload.ts";
import { startRounds } from "./rounds.ts";

const version = "1";
/** Reconciling and following are waiting for others most of the time; builds are heavy and have a pool of their own. */
const otherJobs = 16;
const pollMs = 2_000;
const baseImageRetryMs = 10_000;
/** Where it has to be pulled, it may never come. */
const baseImageWaitMs = 60_000;

await runProcess("worker", async (config, log) => {
  const url = config.database.processUrl;
  if (url === undefined) throw new Error("The setting BERTH_PROCESS_DATABASE_URL is missing: the supervisor starts this process.");
  for (const folder of ["git", "mirrors", "git-home", "keys"]) await mkdir(join(config.home, folder), { recursive: true, mode: 0o700 });

  const { database, close } = openDatabase(url, {
    connections: 8,
    onError: (error) => log.warn({ err: error }, "A database connection failed."),
  });
  const pools: string[] = [];
  const context = await connectWorker(config, database, log, () => pools[0] ?? "starting");
  const baseImage = prepareBaseImage(context);
  const runners = [
    await startPool(url, 3, config.builds.concurrency, buildTasks(context, baseImage), log, pools),
    await startPool(url, otherJobs, otherJobs, otherTasks(context), log, pools),
  ];
  const heartbeat = await startHeartbeat({
    url,
    poolIds: pools,
    version,
    log,
    onLost: () => {
      log.fatal("The database has not heard of this worker for too long; it ends itself before others take over its work.");
      process.exit(70);
    },
  });
  const outbox = startOutbox(context, config);
  const rounds = startRounds(context, { url, syncSeconds: config.git.syncSeconds, onTold: outbox.ring });

  return {
    async stop() {
      await rounds.stop();
      await outbox.stop();
      await Promise.all(runners.map((runner) => runner.stop()));
      await heartbeat.stop();
      await close();
    },
  };
});

async function startPool(
  url: string,
  maxPoolSize: number,
  concurrency: number,
  taskList: TaskList,
  log: Log,
  pools: string[],
): Promise<Runner> {
  const events = new EventEmitter();
  events.on("pool:create", ({ workerPool }: { workerPool: { id: string } }) => pools.push(workerPool.id));
  return run({
    connectionString: url,
    maxPoolSize,
    concurrency,
    taskList,
    noHandleSignals: true,
    pollInterval: pollMs,
    gracefulShutdownAbortTimeout: 15_000,
    crontab: "",
    events,
    logger: new Logger(() => (level, message) => {
      if (level === "error" || level === "warning") log.warn({ queue: message }, "The job queue has something to say.");
    }),
  });
}

/** Builds wait for the first try to make the base image: on a fresh engine the first push would otherwise look for it on the internet. */
function buildTasks(context: WorkerContext, baseImage: Promise<void>): TaskList {
  return {
    "run-build": async (payload) => {
      await Promise.race([baseImage, delay(baseImageWaitMs, undefined, { ref: false })]);
      await fenced(context, () => runBuild(context, parsePayload(payload, "buildId")));
    },
    "run-check": (payload) => fenced(context, () => runCheck(context, parsePayload(payload, "checkRunId"))),
  };
}

function otherTasks(context: WorkerContext): TaskList {
  return {
    "sync-refs": (payload) => syncRefs(context, parsePayload(payload, "projectId")),
    "reconcile-environment": (payload) => fenced(context, () => reconcileEnvironment(context, parsePayload(payload, "environmentId"))),
    "check-cluster": (payload) => examineCluster(context, parsePayload(payload, "clusterId")),
    "advance-promotion": (payload) => advancePromotion(context, parsePayload(payload, "promotionId")),
    "accept-image": (payload) => acceptImage(context, parsePayload(payload, "handOverId")),
    "collect-images": (payload) => collectImages(context, parsePayload(payload, "projectId")),
    "follow-log": async (payload) => {
      const environmentId = parsePayload(payload, "environmentId");
      if ((await followLog(context, environmentId)) === "again")
        await enqueue(context.database, { task: "follow-log", payload: { environmentId } });
    },
  };
}

/** A lost lease ends the job and nothing else. */
async function fenced(context: WorkerContext, job: () => Promise<void>): Promise<void> {
  try {
    await job();
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    // Completing this job is right: whoever took the lease has a doorbell of his own, and a worker that was declared dead
    // ends by its heartbeat before it gets here.
    context.log.warn({ reason: describeError(error) }, "A write of this worker was refused because its lease is gone.");
  }
}

/** The base image of the sample and of everybody without internet; made once the engine answers. */
async function prepareBaseImage(context: WorkerContext): Promise<void> {
  try {
    await ensureBaseImage(context.engine, "berth/node:20");
  } catch (error) {
    context.log.info({ reason: describeError(error) }, "The base image berth/node:20 is not there yet; trying again.");
    setTimeout(() => void prepareBaseImage(context), baseImageRetryMs).unref();
  }
}
