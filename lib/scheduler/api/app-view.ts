import { type AppDefinition } from "../model/app.ts";
import { type Scheduler } from "../scheduler.ts";
import { type Task } from "../tasks/task.ts";
import { taskStatsOf } from "./task-stats.ts";
import { countsOf, taskView } from "./task-view.ts";

/** What an answer shows beside the app itself. Counts and deployments are always there. */
export interface Embeds {
  readonly tasks: boolean;
  readonly lastTaskFailure: boolean;
  readonly readiness: boolean;
  readonly taskStats: boolean;
}

export const everyEmbed: Embeds = { tasks: true, lastTaskFailure: true, readiness: true, taskStats: false };

/** Reads `embed=`, with any of Marathon's prefixes or none; unknown values are ignored. */
export function embedsFrom(query: URLSearchParams): Embeds {
  const asked = new Set(query.getAll("embed").map((value) => value.replace(/^(group\.apps\.|apps\.|app\.)/, "")));
  const failures = asked.has("failures");
  return {
    tasks: asked.has("tasks") || failures,
    lastTaskFailure: asked.has("lastTaskFailure") || failures,
    readiness: asked.has("readiness"),
    taskStats: asked.has("taskStats"),
  };
}

/** An app as it is answered: its definition with what the server adds. */
export function appView(scheduler: Scheduler, app: AppDefinition, embeds: Embeds): Record<string, unknown> {
  const tasks = scheduler.state.alive(app.id);
  const failure = scheduler.state.failures.get(app.id);
  return {
    ...plainApp(app),
    ...countsOf(scheduler, tasks),
    deployments: deploymentsOf(scheduler, app.id),
    ...(embeds.tasks ? { tasks: tasks.map((task) => taskView(scheduler, task)) } : {}),
    ...(embeds.lastTaskFailure && failure !== undefined ? { lastTaskFailure: failure } : {}),
    ...(embeds.readiness ? { readinessCheckResults: readinessOf(scheduler, tasks) } : {}),
    ...(embeds.taskStats ? { tasksStats: taskStatsOf(scheduler, app, tasks) } : {}),
  };
}

/** The definition alone, without the lists that Marathon leaves out when they are empty. */
export function plainApp(app: AppDefinition): Record<string, unknown> {
  const { env, ...rest } = app;
  return env === undefined || Object.keys(env).length === 0 ? rest : { ...rest, env };
}

export function deploymentsOf(scheduler: Scheduler, appId: string): { id: string }[] {
  const affecting = [...scheduler.state.deployments.values()].filter((deployment) => deployment.plan.affectedApps.includes(appId));
  return affecting.map(({ id }) => ({ id }));
}

export function readinessOf(scheduler: Scheduler, tasks: readonly Task[]) {
  return tasks.flatMap((task) => scheduler.health.readiness(task.id));
}
