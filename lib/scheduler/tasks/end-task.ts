import { describeError } from "#lib/core/errors.ts";

import { removeContainer } from "../engine/containers.ts";
import { type Scheduler } from "../scheduler.ts";
import { toTimestamp } from "../timestamps.ts";
import { announceTask } from "./announce.ts";
import { type EndState, type Task, type TaskFailure, hasEnded } from "./task.ts";

/** A task is over: remember how, tell everyone, free what it held, and clean up behind it. Repeating does nothing. */
export function endTask(scheduler: Scheduler, task: Task, state: EndState, message: string): void {
  if (hasEnded(task)) return;
  task.state = state;
  task.message = message;
  task.endedAt = toTimestamp(Date.now());
  scheduler.state.taskEnded(task);
  scheduler.hostPorts.release(task.ports);
  scheduler.health.forget(task.id);
  scheduler.taskRows.saveSoon(task.id);
  if (state !== "TASK_KILLED") scheduler.backoff.raise(task.app);
  if (state === "TASK_FAILED") rememberFailure(scheduler, task, state, message);
  announceTask(scheduler, task);
  scheduler.log.info({ task: task.id, state, message }, "task ended");
  scheduler.kick(task.appId);
  scheduler.kickWaiting();
  void cleanUp(scheduler, task);
}

/** Keeps what `lastTaskFailure` shows, as long as the app exists. */
export function rememberFailure(scheduler: Scheduler, task: Task, state: EndState, message: string): void {
  if (!scheduler.state.apps.has(task.appId)) return;
  const failure: TaskFailure = {
    appId: task.appId,
    host: task.host,
    message,
    state,
    taskId: task.id,
    timestamp: toTimestamp(Date.now()),
    version: task.app.version,
    slaveId: scheduler.agentId,
  };
  scheduler.state.failures.set(task.appId, failure);
  scheduler.failureRows.saveSoon(task.appId);
}

/** Removes the container once its last words are in the log files. What fails here is done by the periodic look. */
export async function cleanUp(scheduler: Scheduler, task: Task): Promise<void> {
  try {
    await scheduler.sandboxes.drained(task.id);
    await removeContainer(scheduler.engine, task.id);
  } catch (error) {
    scheduler.log.debug({ task: task.id, reason: describeError(error) }, "a container could not be removed yet");
  }
}
