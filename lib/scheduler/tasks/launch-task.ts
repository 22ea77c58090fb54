import { describeError } from "#lib/core/errors.ts";

import { containerSpec, imageOf, sandboxPath } from "../engine/container-spec.ts";
import { createContainer, removeContainer, startContainer } from "../engine/containers.ts";
import { EngineFailure, isEngineFailure } from "../engine/engine-failure.ts";
import { isImageId, pullImage } from "../engine/images.ts";
import { ensureNetwork } from "../engine/network.ts";
import { type AppDefinition } from "../model/app.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { type Scheduler } from "../scheduler.ts";
import { toTimestamp } from "../timestamps.ts";
import { announceTask } from "./announce.ts";
import { endTask } from "./end-task.ts";
import { taskEnvironment } from "./environment.ts";
import { busyPort } from "./host-ports.ts";
import { stopTask } from "./kill-task.ts";
import { settleTask } from "./settle-task.ts";
import { type Task, hasEnded, newTaskIds } from "./task.ts";

/** Milliseconds until a task that could not even be written down is tried again. */
const retryAfter = 1_000;

/** A new task of the app on these (reserved) ports, launched in the background. */
export function startTask(scheduler: Scheduler, app: AppDefinition, ports: readonly number[]): Task {
  const task: Task = {
    ...newTaskIds(app.id),
    appId: app.id,
    app,
    host: scheduler.settings.hostname,
    stagedAt: toTimestamp(Date.now()),
    ports,
    state: "TASK_STAGING",
    ipAddresses: [],
    containerId: null,
    message: "",
    killReason: null,
    startedAt: null,
    endedAt: null,
  };
  scheduler.state.addTask(task);
  launchTask(scheduler, task);
  return task;
}

/** Launches a task, or takes up a launch that was interrupted. Safe to repeat: the container's name is the task's id. */
export function launchTask(scheduler: Scheduler, task: Task): void {
  if (hasEnded(task) || scheduler.launching.has(task.id) || scheduler.stopping.has(task.id)) return;
  scheduler.launching.add(task.id);
  launchNow(scheduler, task)
    .catch((error: unknown) => launchFailed(scheduler, task, error))
    .finally(() => {
      scheduler.launching.delete(task.id);
      afterLaunch(scheduler, task);
    });
}

async function launchNow(scheduler: Scheduler, task: Task): Promise<void> {
  if (task.state === "TASK_STAGING") {
    if (!(await findFreePorts(scheduler, task))) return;
    try {
      // The intent first: a container without a row is nobody's and would be removed.
      await scheduler.taskRows.save(task.id);
    } catch {
      forget(scheduler, task);
      return;
    }
    task.state = "TASK_STARTING";
    announceTask(scheduler, task);
  }
  if (task.app.container?.docker?.forcePullImage === true) await pull(scheduler, task);
  await scheduler.launches.run(async () => {
    if (task.killReason !== null) return;
    await createWithImage(scheduler, task);
    if (isKilled(task)) return;
    await startOnNetwork(scheduler, task);
  });
  if (!isKilled(task)) await settleTask(scheduler, task);
}

/** A question, so that the compiler does not take the earlier answer for the present one. */
function isKilled(task: Task): boolean {
  return task.killReason !== null;
}

/** Exchanges ports that something outside this scheduler uses. False when that ended the task. */
async function findFreePorts(scheduler: Scheduler, task: Task): Promise<boolean> {
  const endpoints = endpointsOf(task.app);
  for (let tries = 0; tries < 20; tries += 1) {
    const busy = await busyPort(scheduler.settings.publishAddress, task.ports, endpoints);
    if (busy === null) return true;
    if (endpoints.some((endpoint) => endpoint.hostPort === busy)) {
      endTask(scheduler, task, "TASK_FAILED", `Host port ${busy} is in use by something else on this machine`);
      return false;
    }
    // The busy ones are kept reserved until the others are chosen, so that the same are not tried again.
    const others = scheduler.hostPorts.reserve(task.app);
    if (others === null) break;
    scheduler.hostPorts.release(task.ports);
    task.ports = others;
  }
  endTask(scheduler, task, "TASK_FAILED", "No free host port was found");
  return false;
}

/** Takes back a task of which nothing but this memory exists. */
function forget(scheduler: Scheduler, task: Task): void {
  scheduler.hostPorts.release(task.ports);
  scheduler.state.removeTask(task.id);
  scheduler.taskRows.saveSoon(task.id);
  setTimeout(() => scheduler.kick(task.appId), retryAfter).unref();
}

async function createWithImage(scheduler: Scheduler, task: Task): Promise<void> {
  const { settings, engine } = scheduler;
  const image = imageOf(settings, task.app);
  const environment = taskEnvironment({ app: task.app, taskId: task.id, host: task.host, ports: task.ports, image, sandbox: sandboxPath });
  const spec = containerSpec(settings, task, environment);
  try {
    await createContainer(engine, spec);
  } catch (error) {
    if (!isEngineFailure(error, "notFound")) throw error;
    if (isImageId(image)) throw new EngineFailure("refused", `There is no image ${image} on this machine`, error);
    await pull(scheduler, task);
    await createContainer(engine, spec);
  }
}

const pulls = new Map<string, Promise<void>>();

/** Fetches the task's image; tasks that want the same one share the effort. */
async function pull(scheduler: Scheduler, task: Task): Promise<void> {
  const image = imageOf(scheduler.settings, task.app);
  const running = pulls.get(image);
  if (running !== undefined) return running;
  const pulling = pullImage(scheduler.engine, image, scheduler.signal).finally(() => pulls.delete(image));
  pulls.set(image, pulling);
  return pulling;
}

/** Somebody may have removed the tasks' network since the last look. */
async function startOnNetwork(scheduler: Scheduler, task: Task): Promise<void> {
  const { engine, settings } = scheduler;
  try {
    await startContainer(engine, task.id);
  } catch (error) {
    if (!isEngineFailure(error, "notFound") || !error.message.includes(settings.networkName)) throw error;
    await ensureNetwork(engine, settings.networkName, settings.instance);
    await startContainer(engine, task.id);
  }
}

async function launchFailed(scheduler: Scheduler, task: Task, error: unknown): Promise<void> {
  if (isEngineFailure(error, "unavailable") || scheduler.signal.aborted) {
    // It stays staged; the launch is taken up when the engine is back.
    task.message = describeError(error);
    return;
  }
  scheduler.sandboxes.note(task.id, `${describeError(error)}\n`);
  await removeContainer(scheduler.engine, task.id).catch(() => undefined);
  endTask(scheduler, task, task.killReason === null ? "TASK_FAILED" : "TASK_KILLED", task.killReason ?? messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What happened to the task while its launch was under way is looked at now. */
function afterLaunch(scheduler: Scheduler, task: Task): void {
  const died = scheduler.diedEarly.delete(task.id);
  if (hasEnded(task) || !scheduler.state.tasks.has(task.id)) return;
  if (task.killReason !== null) stopTask(scheduler, task);
  else if (died) settleTask(scheduler, task).catch(() => undefined);
}
