import { type ContainerState, inspectContainer } from "../engine/containers.ts";
import { type Scheduler } from "../scheduler.ts";
import { toTimestamp } from "../timestamps.ts";
import { announceTask } from "./announce.ts";
import { endTask } from "./end-task.ts";
import { type Task, hasEnded } from "./task.ts";

/** What a look at a task's container showed, as far as somebody else must act on it. */
export type Sight = "fine" | "ended" | "missing" | "created";

/** Looks at a task's container and believes what it sees. Throws EngineFailure when the engine does not tell. */
export async function settleTask(scheduler: Scheduler, task: Task): Promise<Sight> {
  const container = await inspectContainer(scheduler.engine, task.id);
  if (hasEnded(task)) return "ended";
  if (container === null) return "missing";
  switch (container.status) {
    case "created":
      return "created";
    case "exited":
    case "dead":
    case "removing":
      endWith(scheduler, task, container);
      return "ended";
    default:
      markRunning(scheduler, task, container);
      return "fine";
  }
}

function endWith(scheduler: Scheduler, task: Task, container: ContainerState): void {
  if (task.killReason !== null) return endTask(scheduler, task, "TASK_KILLED", task.killReason);
  // A task that came and went between two looks was running all the same.
  markRunning(scheduler, task, container);
  if (container.outOfMemory)
    return endTask(scheduler, task, "TASK_FAILED", `Memory limit exceeded: ${task.app.mem} MB (exit status ${container.exitCode})`);
  if (container.exitCode === 0) return endTask(scheduler, task, "TASK_FINISHED", "Container exited with status 0");
  const detail = container.error === "" ? "" : `: ${container.error}`;
  return endTask(scheduler, task, "TASK_FAILED", `Container exited with status ${container.exitCode}${detail}`);
}

/** The container runs (or ran): from staging to running, once. */
function markRunning(scheduler: Scheduler, task: Task, container: ContainerState): void {
  const address = container.address;
  if (task.startedAt === null) {
    task.containerId = container.id;
    task.startedAt = toTimestamp(Date.now());
    task.message = "";
    task.ipAddresses = address === null ? [] : [address];
    if (task.killReason === null) task.state = "TASK_RUNNING";
    scheduler.taskRows.saveSoon(task.id);
    announceTask(scheduler, task);
    scheduler.kick(task.appId);
  }
  scheduler.sandboxes.follow(task.id);
  if (task.killReason === null && container.status === "running") scheduler.health.watch(task);
}
