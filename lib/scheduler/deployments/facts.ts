import { type AppDefinition } from "../model/app.ts";
import { type Scheduler } from "../scheduler.ts";
import { type Task } from "../tasks/task.ts";
import { type TaskFact } from "./arithmetic.ts";

/** The tasks as the arithmetic sees them, against the wanted definition. */
export function factsOf(scheduler: Scheduler, tasks: readonly Task[], target: AppDefinition | undefined): TaskFact[] {
  const wanted = target?.versionInfo.lastConfigChangeAt;
  return tasks.map((task) => ({
    id: task.id,
    current: task.app.versionInfo.lastConfigChangeAt === wanted,
    killing: task.killReason !== null,
    running: task.startedAt !== null,
    ready: scheduler.health.isReady(task),
    stagedAt: task.stagedAt,
  }));
}
