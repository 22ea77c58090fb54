import { describeError } from "#lib/core/errors.ts";
import { reviveBuilds } from "#lib/domain/builds/run.ts";
import { recordCluster } from "#lib/domain/workers/cluster.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import { releaseDeadWorkers } from "#lib/domain/workers/janitor.ts";
import { checkParts } from "#lib/domain/workers/parts.ts";
import { sweepEnvironments, sweepImages, sweepRows } from "#lib/domain/workers/sweep.ts";
import { listen } from "#lib/platform/database/listen.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

const everyMs = { janitor: 5_000, parts: 5_000, cluster: 10_000, environments: 20_000, builds: 10_000, images: 30_000, rows: 10 * 60_000 };
const appPrefix = "/berth/";

/**
 * What a worker does unasked: janitor, health of parts, the slow passes, polling of remotes, and listening to Marathon's
 * events, which only make the passes sooner.
 */
export function startRounds(context: WorkerContext, options: { url: string; syncSeconds: number }): { stop(): Promise<void> } {
  const stop = new AbortController();
  const timers = [
    every(context, everyMs.janitor, "janitor", () => releaseDeadWorkers(context.database, context.log)),
    every(context, everyMs.parts, "parts", () => checkParts(context)),
    every(context, everyMs.cluster, "cluster", () => recordCluster(context)),
    every(context, everyMs.environments, "environments", () => sweepEnvironments(context)),
    every(context, everyMs.builds, "builds", () => reviveBuilds(context)),
    every(context, everyMs.images, "images", () => sweepImages(context)),
    every(context, everyMs.rows, "rows", () => sweepRows(context)),
    every(context, options.syncSeconds * 1000, "remotes", () => pollRemotes(context)),
  ];
  const listener = listen(options.url, ["berth_events"], {
    onNotification: (_channel, payload) => wakeFor(context, payload),
    log: context.log,
  });
  void followMarathon(context, stop.signal);
  return {
    async stop() {
      stop.abort();
      for (const timer of timers) clearInterval(timer);
      await listener.close();
    },
  };
}

/** Runs a round now and then, never twice at once; a failing one is logged and comes again. */
function every(context: WorkerContext, ms: number, name: string, round: () => Promise<unknown>): NodeJS.Timeout {
  let running = false;
  const turn = async () => {
    if (running) return;
    running = true;
    try {
      await round();
    } catch (error) {
      context.log.info({ round: name, reason: describeError(error) }, "A round did not work; it comes again.");
    } finally {
      running = false;
    }
  };
  void turn();
  return setInterval(() => void turn(), ms);
}

async function pollRemotes(context: WorkerContext): Promise<void> {
  const projects = await context.database.project.findMany({ where: { repositoryKind: "remote", deletedAt: null }, select: { id: true } });
  for (const { id } of projects) await enqueue(context.database, { task: "sync-refs", payload: { projectId: id } });
}

/** A loop of this process that waits for its environment hears of cancellations at once. */
function wakeFor(context: WorkerContext, payload: string): void {
  const environment: unknown = JSON.parse(payload).environment;
  const kind: unknown = JSON.parse(payload).kind;
  if (typeof environment === "string" && kind === "deployment.cancelled") context.wakers.wake(environment);
}

async function followMarathon(context: WorkerContext, signal: AbortSignal): Promise<void> {
  for await (const event of context.marathon.events(signal)) {
    if (event.type === "connected") {
      await sweepEnvironments(context).catch((error: unknown) =>
        context.log.info({ reason: describeError(error) }, "The pass after connecting did not work; it comes again."),
      );
      continue;
    }
    for (const appId of event.appIds.filter((id) => id.startsWith(appPrefix))) {
      await ringApp(context, appId).catch((error: unknown) =>
        context.log.info({ reason: describeError(error) }, "An event of Marathon's was lost; the next pass sees to it."),
      );
    }
  }
}

async function ringApp(context: WorkerContext, appId: string): Promise<void> {
  const environment = await context.database.environment.findFirst({ where: { appId, destroyedAt: null }, select: { id: true } });
  if (environment === null || context.wakers.wake(environment.id)) return;
  await enqueue(context.database, { task: "reconcile-environment", payload: { environmentId: environment.id } });
}
