import { describeError } from "#lib/core/errors.ts";

import { notePlacements } from "../utilisation/placements.ts";
import type { WorkerContext } from "../workers/context.ts";
import { repairDueTimes } from "./due.ts";
import { listJobApps } from "./rounds.ts";
import { activeRunStatuses } from "./states.ts";

/**
 * An ended attempt's app stays so long, scaled to nothing: what a worker that was frozen still wants to make is refused, as it exists. Longer
 * than such a worker can live.
 */
const putAwayForMs = 60_000;
const runsKept = 100;

/** Puts away every app of ours that no attempt wants any more, and removes it after a grace. */
export async function sweepJobApps(context: WorkerContext, now: Date = new Date()): Promise<void> {
  const clusters = await context.database.environment.findMany({
    where: { jobs: { some: {} } },
    distinct: ["clusterId"],
    select: { clusterId: true },
  });
  for (const { clusterId } of clusters) {
    await sweepCluster(context, clusterId, now).catch((error: unknown) =>
      context.log.info({ clusterId, reason: describeError(error) }, "The apps of ended runs were not put away; that comes again."),
    );
  }
}

async function sweepCluster(context: WorkerContext, clusterId: string | null, now: Date): Promise<void> {
  const parts = await context.clusters.of(clusterId);
  // In this order: an app that is made meanwhile is found in the rows.
  const apps = await listJobApps(context, parts);
  notePlacements(clusterId, apps, "jobs");
  if (apps.length === 0) return;
  const wanted = await context.database.jobRun.findMany({
    where: { status: { in: [...activeRunStatuses] }, appId: { in: apps.map((app) => app.id) } },
    select: { appId: true },
  });
  const kept = new Set(wanted.map((run) => run.appId));
  for (const app of apps) {
    if (kept.has(app.id)) continue;
    if (app.instances > 0) await parts.marathon.scaleApp(app.id, 0, { force: true });
    // The version is the time of its last change.
    else if (!(now.getTime() - Date.parse(app.version) < putAwayForMs)) await parts.marathon.deleteApp(app.id);
  }
}

/** Forgets what is too old to matter: runs beyond the newest hundred of a job, and jobs a week after they were deleted. */
export async function sweepJobRows(context: WorkerContext): Promise<void> {
  const { database } = context;
  await database.$executeRaw`
    WITH old AS (
      SELECT id, log_id FROM (
        SELECT id, log_id, status, row_number() OVER (PARTITION BY job_id ORDER BY number DESC) AS place FROM job_run) AS placed
      WHERE place > ${runsKept} AND status NOT IN ('waiting', 'running')),
    text AS (DELETE FROM log_chunk USING old WHERE log_chunk.log_id = old.log_id)
    DELETE FROM job_run USING old WHERE job_run.id = old.id`;
  await database.$executeRaw`
    WITH gone AS (
      SELECT j.id FROM job j JOIN environment e ON e.id = j.environment_id
      WHERE (j.deleted_at < now() - interval '7 days' OR e.destroyed_at < now() - interval '30 days')
        AND (j.executor = 'apps' OR j.outside_revision = j.revision)
        AND NOT EXISTS (SELECT 1 FROM job_run r WHERE r.job_id = j.id AND r.status IN ('waiting', 'running'))),
    text AS (DELETE FROM log_chunk USING job_run r, gone WHERE r.job_id = gone.id AND log_chunk.log_id = r.log_id)
    DELETE FROM job USING gone WHERE job.id = gone.id`;
  await repairDueTimes(database);
}
