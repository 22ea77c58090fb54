import { describeError } from "#lib/core/errors.ts";

import { scaleMoves } from "./deployments/arithmetic.ts";
import { deploymentOf } from "./deployments/evaluate.ts";
import { factsOf } from "./deployments/facts.ts";
import { forgetOldTasks } from "./files/retention.ts";
import { pause } from "./pause.ts";
import { type Scheduler } from "./scheduler.ts";
import { foldHistory } from "./store/groups.ts";
import { killTask } from "./tasks/kill-task.ts";

const passEvery = 10_000;
/** How long an app without a deployment may have more tasks than it wants, in milliseconds. */
const surplusGrace = 60_000;

/** Makes up for whatever a lost event or a failed write left undone, every few seconds. */
export async function runSlowPass(scheduler: Scheduler): Promise<void> {
  const surplusSince = new Map<string, number>();
  let passes = 0;
  while (!scheduler.signal.aborted) {
    await pause(passEvery, scheduler.signal);
    if (scheduler.signal.aborted) return;
    try {
      for (const rows of [scheduler.taskRows, scheduler.deploymentRows, scheduler.failureRows]) rows.retry();
      kickAll(scheduler);
      killSurplus(scheduler, surplusSince);
      if (passes % 6 === 0) {
        await forgetOldTasks(scheduler);
        await foldHistory(scheduler.database.query);
      }
    } catch (error) {
      scheduler.log.error({ reason: describeError(error) }, "the slow pass failed");
    }
    passes += 1;
  }
}

/** Thinks about every app there is, was, or is being changed. */
export function kickAll(scheduler: Scheduler): void {
  for (const id of scheduler.state.apps.keys()) scheduler.kick(id);
  for (const task of scheduler.state.allAlive()) scheduler.kick(task.appId);
  for (const deployment of scheduler.state.deployments.values()) for (const id of deployment.plan.affectedApps) scheduler.kick(id);
}

/** What a cancelled deployment left too much. */
function killSurplus(scheduler: Scheduler, since: Map<string, number>): void {
  if (!scheduler.database.available) return;
  for (const app of scheduler.state.apps.values()) {
    const tasks = scheduler.state.alive(app.id);
    if (tasks.length <= app.instances || deploymentOf(scheduler, app.id) !== undefined) {
      since.delete(app.id);
      continue;
    }
    const first = since.get(app.id) ?? Date.now();
    since.set(app.id, first);
    if (Date.now() - first < surplusGrace) continue;
    const question = { instances: app.instances, since: app.version, named: [], selection: app.killSelection };
    const doomed = new Set(scaleMoves(factsOf(scheduler, tasks, app), question).kill);
    for (const task of tasks) if (doomed.has(task.id)) killTask(scheduler, task, "There were more tasks than instances");
  }
  for (const id of since.keys()) if (!scheduler.state.apps.has(id)) since.delete(id);
}
