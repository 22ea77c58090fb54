import { type AppDefinition } from "../model/app.ts";
import { type Scheduler } from "../scheduler.ts";
import { type Task } from "../tasks/task.ts";
import { countsOf } from "./task-view.ts";

/** The `tasksStats` of an app: counts and life times of its tasks, in Marathon's four groups; empty groups are left out. */
export function taskStatsOf(scheduler: Scheduler, app: AppDefinition, tasks: readonly Task[]): Record<string, unknown> {
  const { lastScalingAt, lastConfigChangeAt } = app.versionInfo;
  const groups = {
    startedAfterLastScaling: tasks.filter((task) => task.stagedAt >= lastScalingAt),
    withLatestConfig: tasks.filter((task) => task.app.version >= lastConfigChangeAt),
    withOutdatedConfig: tasks.filter((task) => task.app.version < lastConfigChangeAt),
    totalSummary: tasks,
  };
  const filled = Object.entries(groups).filter(([, group]) => group.length > 0);
  return Object.fromEntries(filled.map(([name, group]) => [name, { stats: statsOf(scheduler, group) }]));
}

function statsOf(scheduler: Scheduler, tasks: readonly Task[]) {
  const counts = countsOf(scheduler, tasks);
  const lifeTimes = tasks.flatMap((task) => (task.startedAt === null ? [] : [(Date.now() - Date.parse(task.startedAt)) / 1_000]));
  lifeTimes.sort((left, right) => left - right);
  const sum = lifeTimes.reduce((total, seconds) => total + seconds, 0);
  const median = lifeTimes[Math.floor(lifeTimes.length / 2)];
  return {
    counts: { staged: counts.tasksStaged, running: counts.tasksRunning, healthy: counts.tasksHealthy, unhealthy: counts.tasksUnhealthy },
    ...(median === undefined ? {} : { lifeTime: { averageSeconds: sum / lifeTimes.length, medianSeconds: median } }),
  };
}
