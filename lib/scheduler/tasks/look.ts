import { type ListedContainer, listContainers, removeContainer, stopContainer } from "../engine/containers.ts";
import { type Scheduler } from "../scheduler.ts";
import { cleanUp, endTask } from "./end-task.ts";
import { stopTask } from "./kill-task.ts";
import { launchTask } from "./launch-task.ts";
import { settleTask } from "./settle-task.ts";
import { type Task, hasEnded } from "./task.ts";

/** A container nobody wants is left alone this long, in milliseconds. */
const leftoverGrace = 15_000;

/**
 * Compares every living task with its container, and every container with its task. Takes up what an earlier process left half done. Only
 * containers with this scheduler's label are seen at all. Throws EngineFailure when the engine is away.
 */
export async function lookAtEverything(scheduler: Scheduler): Promise<void> {
  const before = [...scheduler.state.allAlive()].filter((task) => !isBusy(scheduler, task));
  const containers = await listContainers(scheduler.engine, scheduler.settings.instance);
  const byTask = new Map(containers.map((container) => [container.taskId, container]));
  await Promise.all(before.map((task) => lookAtTask(scheduler, task, byTask.get(task.id))));
  await Promise.all(containers.map((container) => lookAtContainer(scheduler, container)));
}

function isBusy(scheduler: Scheduler, task: Task): boolean {
  return scheduler.launching.has(task.id) || scheduler.stopping.has(task.id);
}

async function lookAtTask(scheduler: Scheduler, task: Task, container: ListedContainer | undefined): Promise<void> {
  if (hasEnded(task) || isBusy(scheduler, task)) return;
  const unchanged = container?.status === "running" && task.startedAt !== null && task.killReason === null;
  if (unchanged && scheduler.sandboxes.isFollowing(task.id)) return;
  const sight = await settleTask(scheduler, task);
  if (sight === "ended" || hasEnded(task) || isBusy(scheduler, task)) return;
  if (task.killReason !== null) return stopTask(scheduler, task);
  if (sight === "created" || (sight === "missing" && task.startedAt === null)) return launchTask(scheduler, task);
  if (sight === "missing") endTask(scheduler, task, "TASK_FAILED", "The container is gone");
}

async function lookAtContainer(scheduler: Scheduler, container: ListedContainer): Promise<void> {
  const task = scheduler.state.tasks.get(container.taskId);
  if (task !== undefined && !hasEnded(task)) return;
  if (task !== undefined) return cleanUp(scheduler, task);
  if (Date.now() - container.createdAt < leftoverGrace) return;
  scheduler.log.warn({ container: container.id, task: container.taskId }, "removing a container that no task wants");
  scheduler.events.publish("unknown_instance_terminated_event", {
    instanceId: container.taskId.replace(/\._app\.\d+$/, ""),
    runSpecId: container.appId,
    condition: "Killed",
  });
  await stopContainer(scheduler.engine, container.id, scheduler.settings.killGraceSeconds).catch(() => undefined);
  await removeContainer(scheduler.engine, container.id);
}
