import { describeError } from "#lib/core/errors.ts";

import { type Scheduler } from "../scheduler.ts";
import { hasEnded } from "../tasks/task.ts";

/** Lets go of tasks that ended long ago or of which there are too many, with their logs. */
export async function forgetOldTasks(scheduler: Scheduler): Promise<void> {
  const { settings, state } = scheduler;
  const oldest = Date.now() - settings.finishedSeconds * 1_000;
  const ended = [...state.tasks.values()].filter(hasEnded).sort((left, right) => (right.endedAt ?? "").localeCompare(left.endedAt ?? ""));
  for (const [index, task] of ended.entries()) {
    if (index < settings.finishedCount && Date.parse(task.endedAt ?? "") > oldest) continue;
    state.removeTask(task.id);
    scheduler.taskRows.saveSoon(task.id);
  }
  try {
    await scheduler.sandboxes.keepOnly(new Set(state.tasks.keys()));
  } catch (error) {
    scheduler.log.warn({ reason: describeError(error) }, "old logs could not be deleted");
  }
}
