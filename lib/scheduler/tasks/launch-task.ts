import { createHash } from "node:crypto";

import { describeError } from "#lib/core/errors.ts";

import { containerSpec, fetches, imageOf, sandboxParent, sandboxPath } from "../engine/container-spec.ts";
import { createContainer, fillContainer, removeContainer, startContainer } from "../engine/containers.ts";
import { EngineFailure, isEngineFailure } from "../engine/engine-failure.ts";
import { isImageId, pullImage } from "../engine/images.ts";
import { type RegistryAuth, authFor } from "../engine/registry-auth.ts";
import { type Fetched, fetchArtifacts } from "../fetch/artifacts.ts";
import { type AppDefinition } from "../model/app.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { type Scheduler } from "../scheduler.ts";
import { toTimestamp } from "../timestamps.ts";
import { announceTask } from "./announce.ts";
import { endTask } from "./end-task.ts";
import { taskEnvironment } from "./environment.ts";
import { busyPort } from "./host-ports.ts";
import { stopTask } from "./kill-task.ts";
import { forgetNetwork, networkOf, prepareNetwork } from "./network.ts";
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
  scheduler.launching.set(task.id, new AbortController());
  launchNow(scheduler, task)
    .catch((error: unknown) => launchFailed(scheduler, task, error))
    .finally(() => {
      scheduler.launching.delete(task.id);
      afterLaunch(scheduler, task);
    });
}

async function launchNow(scheduler: Scheduler, task: Task): Promise<void> {
  prepareNetwork(scheduler, task.app);
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
  const fetched = fetches(task.app) && !isKilled(task) ? await fetchFor(scheduler, task) : null;
  try {
    if (task.app.container?.docker?.forcePullImage === true) await pull(scheduler, task, fetched);
    // A launch that has to fetch its image gives its place to others meanwhile.
    if (!(await createAndStart(scheduler, task, fetched))) {
      await pull(scheduler, task, fetched);
      if (!(await createAndStart(scheduler, task, fetched))) throw new EngineFailure("refused", "The image is gone again", undefined);
    }
  } finally {
    await fetched?.remove();
  }
  if (!isKilled(task)) await settleTask(scheduler, task);
}

/** What the app wants in its sandbox. Ends early when the task is killed. */
async function fetchFor(scheduler: Scheduler, task: Task): Promise<Fetched> {
  const killed = scheduler.launching.get(task.id)?.signal;
  const signal = killed === undefined ? scheduler.signal : AbortSignal.any([scheduler.signal, killed]);
  try {
    return await fetchArtifacts(scheduler.settings, task.id, task.app, signal);
  } catch (error) {
    throw new EngineFailure("refused", messageOf(error), error);
  }
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

/** False when the image must be fetched first. */
function createAndStart(scheduler: Scheduler, task: Task, fetched: Fetched | null): Promise<boolean> {
  return scheduler.launches.run(async () => {
    if (isKilled(task)) return true;
    if (!(await createIfImage(scheduler, task, fetched))) return false;
    return isKilled(task) || startOnNetwork(scheduler, task, fetched);
  });
}

async function createIfImage(scheduler: Scheduler, task: Task, fetched: Fetched | null): Promise<boolean> {
  const { settings, engine } = scheduler;
  const image = imageOf(settings, task.app);
  const environment = taskEnvironment({ app: task.app, taskId: task.id, host: task.host, ports: task.ports, image, sandbox: sandboxPath });
  const spec = containerSpec(settings, task, { environment, network: await networkOf(scheduler, task) });
  try {
    await createContainer(engine, spec);
  } catch (error) {
    if (!isEngineFailure(error, "notFound")) throw error;
    if (isImageId(image)) throw new EngineFailure("refused", `There is no image ${image} on this machine`, error);
    return false;
  }
  if (fetched !== null) await fillContainer(engine, task.id, sandboxParent, fetched.archive("sandbox"));
  return true;
}

/**
 * Fetches the task's image, with the credentials among what was fetched; tasks that want the same one with the same credentials share the
 * effort. A task that is killed meanwhile does not wait for it.
 */
async function pull(scheduler: Scheduler, task: Task, fetched: Fetched | null): Promise<void> {
  const { pulls } = scheduler;
  const image = imageOf(scheduler.settings, task.app);
  if (isImageId(image)) return;
  const auth = credentialsFor(image, fetched);
  const key = `${image} ${auth === null ? "" : createHash("sha256").update(JSON.stringify(auth)).digest("hex")}`;
  const pulling = pulls.get(key) ?? pullImage(scheduler.engine, image, auth, scheduler.signal).finally(() => pulls.delete(key));
  pulls.set(key, pulling);
  const signal = scheduler.launching.get(task.id)?.signal;
  await Promise.race([pulling, givenUp(signal)]);
}

function credentialsFor(image: string, fetched: Fetched | null): RegistryAuth | null {
  if (fetched === null || fetched.dockerConfig === null) return null;
  try {
    return authFor(image, fetched.dockerConfig);
  } catch (error) {
    throw new EngineFailure("refused", messageOf(error), error);
  }
}

/** Rejects when the launch is told to give up. */
function givenUp(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    const giveUp = (): void => reject(new EngineFailure("refused", "The launch was given up.", undefined));
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener("abort", giveUp, { once: true });
  });
}

/** Somebody may have removed the tasks' network since the last look: then the container is made again on a new one. False: fetch the image. */
async function startOnNetwork(scheduler: Scheduler, task: Task, fetched: Fetched | null): Promise<boolean> {
  const { engine } = scheduler;
  try {
    await startContainer(engine, task.id);
    return true;
  } catch (error) {
    if (!isEngineFailure(error, "notFound") || !/network/i.test(error.message)) throw error;
    forgetNetwork(scheduler, task.app);
    if (!(await createIfImage(scheduler, task, fetched))) return false;
    await startContainer(engine, task.id);
    return true;
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
