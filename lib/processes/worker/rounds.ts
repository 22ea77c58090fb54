import { isToldKind } from "#lib/core/event-kinds.ts";
import { reviveBuilds } from "#lib/domain/builds/run.ts";
import { reviveChecks } from "#lib/domain/checks/run.ts";
import { expireEnvironments } from "#lib/domain/environments/expire.ts";
import { syncOutsideJobs } from "#lib/domain/jobs/outside-sync.ts";
import { runJobs } from "#lib/domain/jobs/rounds.ts";
import { sweepJobApps, sweepJobRows } from "#lib/domain/jobs/sweep.ts";
import { sweepPromotions } from "#lib/domain/promotions/advance.ts";
import { checkImages } from "#lib/domain/promotions/image-check.ts";
import { readRanges } from "#lib/domain/promotions/ranges.ts";
import { renewArchives } from "#lib/domain/registry-archives/keep.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import { releaseDeadWorkers } from "#lib/domain/workers/janitor.ts";
import { checkParts } from "#lib/domain/workers/parts.ts";
import { sweepImages, sweepRows } from "#lib/domain/workers/sweep.ts";
import { listen } from "#lib/platform/database/listen.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { startClusterRounds } from "./cluster-rounds.ts";
import { every } from "./every.ts";

const everyMs = {
  janitor: 5_000,
  parts: 5_000,
  builds: 10_000,
  checks: 10_000,
  expiry: 60_000,
  images: 30_000,
  archives: 60_000,
  promotions: 10_000,
  imageChecks: 60_000,
  ranges: 10_000,
  jobs: 1_000,
  outsideJobs: 5_000,
  jobApps: 20_000,
  rows: 10 * 60_000,
};

/**
 * What a worker does unasked: janitor, health of parts, the slow passes, polling of remotes, and what it does for each cluster.
 */
export function startRounds(
  context: WorkerContext,
  options: { url: string; syncSeconds: number; onTold: () => void },
): { stop(): Promise<void> } {
  const timers = [
    every(context.log, everyMs.janitor, "janitor", () => releaseDeadWorkers(context.database, context.log)),
    every(context.log, everyMs.parts, "parts", () => checkParts(context)),
    every(context.log, everyMs.builds, "builds", () => reviveBuilds(context)),
    every(context.log, everyMs.expiry, "expiry", () => expireEnvironments(context.database)),
    every(context.log, everyMs.checks, "checks", () => reviveChecks(context)),
    every(context.log, everyMs.images, "images", () => sweepImages(context)),
    every(context.log, everyMs.archives, "archives", () => renewArchives(context)),
    every(context.log, everyMs.imageChecks, "image checks", () => checkImages(context)),
    every(context.log, everyMs.ranges, "ranges", () => readRanges(context)),
    every(context.log, everyMs.promotions, "promotions", () => sweepPromotions(context)),
    every(context.log, everyMs.jobs, "jobs", () => runJobs(context)),
    every(context.log, everyMs.jobApps, "apps of jobs", () => sweepJobApps(context)),
    every(context.log, everyMs.outsideJobs, "jobs elsewhere", () => syncOutsideJobs(context)),
    every(context.log, everyMs.rows, "rows of jobs", () => sweepJobRows(context)),
    every(context.log, everyMs.rows, "rows", () => sweepRows(context)),
    every(context.log, options.syncSeconds * 1000, "remotes", () => pollRemotes(context)),
  ];
  const listener = listen(options.url, ["berth_events"], {
    onNotification: (_channel, payload) => wakeFor(context, payload, options.onTold),
    log: context.log,
  });
  const clusters = startClusterRounds(context);
  return {
    async stop() {
      clusters.stop();
      for (const timer of timers) clearInterval(timer);
      await listener.close();
    },
  };
}

async function pollRemotes(context: WorkerContext): Promise<void> {
  const projects = await context.database.project.findMany({ where: { repositoryKind: "remote", deletedAt: null }, select: { id: true } });
  for (const { id } of projects) await enqueue(context.database, { task: "sync-refs", payload: { projectId: id } });
}

/** A loop of this process that waits for its environment hears of cancellations at once. */
function wakeFor(context: WorkerContext, payload: string, onTold: () => void): void {
  const environment: unknown = JSON.parse(payload).environment;
  const kind: unknown = JSON.parse(payload).kind;
  if (typeof kind === "string" && isToldKind(kind)) onTold();
  if (typeof environment === "string" && kind === "deployment.cancelled") context.wakers.wake(environment);
}
