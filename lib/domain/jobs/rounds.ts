import type { ObservedApp } from "#lib/adapters/marathon/model.ts";
import { describeError } from "#lib/core/errors.ts";

import type { ClusterParts } from "../clusters/parts.ts";
import type { WorkerContext } from "../workers/context.ts";
import type { ClusterLook } from "./cluster-look.ts";
import { addDueRuns } from "./due.ts";
import { jobsLabel } from "./job-app.ts";
import { activeRunStatuses } from "./states.ts";
import { stepRun } from "./step.ts";

const runsAtOnce = 200;
const stepsAtOnce = 8;

/** What is due is written down, and every run that has not ended takes a step. Safe to repeat, in any number of workers. */
export async function runJobs(context: WorkerContext, now: Date = new Date()): Promise<void> {
  await addDueRuns(context.database, context.log, now);
  const active = await context.database.jobRun.findMany({
    where: { status: { in: [...activeRunStatuses] }, job: { executor: "apps" } },
    orderBy: { createdAt: "asc" },
    take: runsAtOnce,
    select: { id: true, job: { select: { environment: { select: { clusterId: true } } } } },
  });
  const clusters = new Set(active.map((run) => run.job.environment.clusterId));
  await Promise.all(
    [...clusters].map(async (clusterId) => {
      const look = await lookAt(context, clusterId);
      if (look === null) return;
      const runs = active.filter((run) => run.job.environment.clusterId === clusterId);
      await inTurns(runs, async ({ id }) => await stepRun(context, id, look, now));
    }),
  );
}

/** What one cluster holds of jobs; null while it does not answer: its runs wait. */
async function lookAt(context: WorkerContext, clusterId: string | null): Promise<ClusterLook | null> {
  try {
    const parts = await context.clusters.of(clusterId);
    const apps = await listJobApps(context, parts);
    let queue: ReturnType<ClusterParts["marathon"]["queue"]> | undefined;
    return {
      parts,
      apps: new Map(apps.map((app) => [app.id, app])),
      async delayOf(appId) {
        queue ??= parts.marathon.queue();
        const item = (await queue).find((each) => each.appId === appId);
        return item === undefined ? null : { seconds: item.delaySeconds, reasons: item.reasons };
      },
    };
  } catch (error) {
    context.log.info({ clusterId, reason: describeError(error) }, "The cluster was not asked about its jobs; that comes again.");
    return null;
  }
}

export async function listJobApps(context: WorkerContext, parts: ClusterParts): Promise<ObservedApp[]> {
  return await parts.marathon.listApps({ labels: { [jobsLabel]: context.instance } });
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const turn = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(stepsAtOnce, waiting.length) }, turn));
}
