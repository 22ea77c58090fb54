import { setMaxListeners } from "node:events";
import { mkdir } from "node:fs/promises";
import { type Server } from "node:http";

import { describeError } from "#lib/core/errors.ts";

import { createGuard } from "./api/guard.ts";
import { createFront } from "./api/http-front.ts";
import { type Api } from "./api/request.ts";
import { route } from "./api/router.ts";
import { settleDoubt } from "./deployments/change-apps.ts";
import { beginStep } from "./deployments/run-deployment.ts";
import { loadScheduler } from "./load.ts";
import { type SchedulerOptions, settingsFrom } from "./options.ts";
import { type Scheduler } from "./scheduler.ts";
import { kickAll, runSlowPass } from "./slow-pass.ts";
import { openDatabase } from "./store/database.ts";
import { watchEngine } from "./tasks/watch-engine.ts";

export type { DockerAddress, SchedulerOptions } from "./options.ts";

export interface RunningScheduler {
  readonly address: { readonly host: string; readonly port: number };
  /** Ends the scheduler; tasks run on, and are adopted by the next one. */
  stop(): Promise<void>;
}

/**
 * Starts a scheduler: takes its seat in Postgres, adopts what was there, and serves the API. Resolves when the API answers; the engine may come
 * later. Throws when Postgres or the address cannot be had.
 */
export async function startScheduler(options: SchedulerOptions): Promise<RunningScheduler> {
  const settings = settingsFrom(options);
  const { log } = options;
  await mkdir(settings.workDir, { recursive: true, mode: 0o700 });
  const database = await openDatabase({
    url: settings.databaseUrl,
    instance: settings.instance,
    log,
    startTimeoutSeconds: settings.startTimeoutSeconds,
  });
  const abort = new AbortController();
  // Each open event stream listens.
  setMaxListeners(0, abort.signal);
  let api: Api | null = null;
  const server = createFront(() => api, createGuard(settings), route);
  try {
    const scheduler = await loadScheduler({ settings, database, log, signal: abort.signal });
    const address = await listen(server, settings.listen);
    api = { scheduler, changes: scheduler.changes, address };
    server.on("error", (error) => log.error({ reason: describeError(error) }, "the scheduler's HTTP server failed"));
    const background = begin(scheduler);
    log.info({ ...address, apps: scheduler.state.apps.size, tasks: scheduler.state.tasks.size }, "the scheduler is ready");
    return { address, stop: () => stopScheduler(scheduler, server, { abort, background }) };
  } catch (error) {
    abort.abort();
    await database.close();
    throw error;
  }
}

/** Takes up the deployments that were running, and begins to watch. */
function begin(scheduler: Scheduler): Promise<unknown> {
  const deployments = [...scheduler.state.deployments.values()];
  for (const deployment of deployments) beginStep(scheduler, deployment);
  kickAll(scheduler);
  scheduler.database.onReturn(() => {
    kickAll(scheduler);
    // What fails here is tried again before the next change.
    scheduler.changes.run(() => settleDoubt(scheduler)).catch(() => undefined);
  });
  scheduler.events.publish("scheduler_registered_event", { frameworkId: scheduler.frameworkId, master: scheduler.settings.hostname });
  return Promise.all([watchEngine(scheduler), runSlowPass(scheduler)]).catch((error: unknown) => {
    scheduler.log.error({ reason: describeError(error) }, "the scheduler's watch ended");
  });
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      const address = server.address();
      resolve({ host, port: typeof address === "object" && address !== null ? address.port : port });
    });
  });
}

interface Running {
  readonly abort: AbortController;
  readonly background: Promise<unknown>;
}

async function stopScheduler(scheduler: Scheduler, server: Server, { abort, background }: Running): Promise<void> {
  abort.abort();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 2_000).unref();
  await closed;
  await background;
  scheduler.queue.stop();
  scheduler.health.stop();
  await scheduler.sandboxes.stop();
  await scheduler.database.close();
}
