import { describeError } from "#lib/core/errors.ts";

import { removeContainer, stopContainer } from "../engine/containers.ts";
import { isEngineFailure } from "../engine/engine-failure.ts";
import { readParameters } from "../model/docker-parameters.ts";
import { memoryBytes } from "../model/memory.ts";
import { type Scheduler } from "../scheduler.ts";
import { announceTask } from "./announce.ts";
import { endTask } from "./end-task.ts";
import { settleTask } from "./settle-task.ts";
import { type Task, hasEnded } from "./task.ts";

/** Wants a task gone: records that, then stops the container. Repeating does nothing. */
export function killTask(scheduler: Scheduler, task: Task, reason: string): void {
  if (hasEnded(task) || task.killReason !== null) return;
  task.killReason = reason;
  task.state = "TASK_KILLING";
  scheduler.health.forget(task.id);
  announceTask(scheduler, task);
  scheduler.kick(task.appId);
  scheduler.launching.get(task.id)?.abort();
  scheduler.taskRows.save(task.id).then(
    () => stopTask(scheduler, task),
    // Should this process end before the row is written, the container is found stopped and the task counts as failed: it is replaced all the same.
    () => stopTask(scheduler, task),
  );
}

/** Stops the container of a task somebody wants gone, unless its launch or stop is under way; the launch looks at the wish itself. */
export function stopTask(scheduler: Scheduler, task: Task): void {
  if (hasEnded(task) || scheduler.stopping.has(task.id) || scheduler.launching.has(task.id)) return;
  scheduler.stopping.add(task.id);
  stopNow(scheduler, task)
    .catch((error: unknown) => {
      // The periodic look tries again.
      scheduler.log.warn({ task: task.id, reason: describeError(error) }, "a task could not be stopped yet");
    })
    .finally(() => scheduler.stopping.delete(task.id));
}

async function stopNow(scheduler: Scheduler, task: Task): Promise<void> {
  const grace = graceOf(scheduler, task);
  try {
    await stopContainer(scheduler.engine, task.id, grace);
  } catch (error) {
    if (!isEngineFailure(error, "notFound")) throw error;
    return endTask(scheduler, task, "TASK_KILLED", task.killReason ?? "");
  }
  const sight = await settleTask(scheduler, task);
  if (sight === "created") await removeContainer(scheduler.engine, task.id);
  if (sight === "created" || sight === "missing") endTask(scheduler, task, "TASK_KILLED", task.killReason ?? "");
}

/** Seconds from SIGTERM to SIGKILL: the app's own word, else that of its docker parameters, else the scheduler's. */
function graceOf({ settings }: Scheduler, { app }: Task): number {
  if (app.taskKillGracePeriodSeconds !== undefined) return app.taskKillGracePeriodSeconds;
  const limits = { memory: memoryBytes(app), pids: settings.pidsLimit };
  return readParameters(app.container?.docker?.parameters ?? [], limits).settings.stopTimeout ?? settings.killGraceSeconds;
}
