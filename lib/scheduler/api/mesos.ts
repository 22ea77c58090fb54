import { describeError } from "#lib/core/errors.ts";

import { type ContainerStats } from "../engine/stats.ts";
import { MarathonFailure } from "../failures.ts";
import { exactText } from "../files/exact-text.ts";
import { memoryBytes } from "../model/memory.ts";
import { type Scheduler } from "../scheduler.ts";
import { capacityOf, promisedBy } from "../tasks/capacity.ts";
import { type Task, hasEnded } from "../tasks/task.ts";
import { type Answer, type Api, type ApiRequest } from "./request.ts";

/** The little of a Mesos master and agent that clients ask for logs and usage. One address plays both. */

const sandboxRoot = "/sandbox";
/** Sixteen memory pages. */
const longestRead = 65_536;

export function directoryOf(taskId: string): string {
  return `${sandboxRoot}/${taskId}`;
}

/** An agent's `/state`: each task is an executor of its own, with its directory. */
export function showState(api: Api): Answer {
  const { scheduler } = api;
  const tasks = [...scheduler.state.tasks.values()];
  const executors = tasks.filter((task) => !hasEnded(task)).map(executorView);
  const completed = tasks.filter(hasEnded).map(executorView);
  const framework = { id: scheduler.frameworkId, name: "marathon", executors, completed_executors: completed };
  return {
    status: 200,
    json: {
      id: scheduler.agentId,
      hostname: scheduler.settings.hostname,
      pid: pidOf(api),
      frameworks: [framework],
      completed_frameworks: [],
      slaves: [slaveView(api)],
    },
  };
}

function executorView(task: Task) {
  return {
    id: task.id,
    name: task.appId,
    source: task.id,
    container: task.containerId ?? "",
    directory: directoryOf(task.id),
    tasks: hasEnded(task) ? [] : [{ id: task.id, state: task.state }],
    queued_tasks: [],
    completed_tasks: hasEnded(task) ? [{ id: task.id, state: task.state }] : [],
  };
}

export function showSlaves(api: Api): Answer {
  return { status: 200, json: { slaves: [slaveView(api)] } };
}

export function showStateSummary(api: Api): Answer {
  const { scheduler } = api;
  const counts = taskCounts(scheduler);
  const slave = { ...slaveView(api), ...counts, framework_ids: [scheduler.frameworkId] };
  const framework = { id: scheduler.frameworkId, name: "marathon", active: true, slave_ids: [scheduler.agentId], ...counts };
  return { status: 200, json: { hostname: scheduler.settings.hostname, slaves: [slave], frameworks: [framework] } };
}

export function showMetrics({ scheduler }: Api): Answer {
  const { total, used } = resourcesOf(scheduler);
  const counts = taskCounts(scheduler);
  const metrics: Record<string, number> = {};
  for (const name of ["cpus", "mem", "disk"] as const) {
    metrics[`master/${name}_total`] = total[name];
    metrics[`master/${name}_used`] = used[name];
    metrics[`master/${name}_percent`] = total[name] === 0 ? 0 : used[name] / total[name];
  }
  for (const [state, count] of Object.entries(counts)) metrics[`master/tasks_${state.slice("TASK_".length).toLowerCase()}`] = count;
  const connected = scheduler.machine.connected ? 1 : 0;
  return {
    status: 200,
    json: {
      ...metrics,
      "master/slaves_active": connected,
      "master/slaves_connected": connected,
      "master/frameworks_active": 1,
      "master/elected": 1,
      "master/uptime_secs": (Date.now() - Date.parse(scheduler.startedAt)) / 1_000,
    },
  };
}

function slaveView(api: Api) {
  const { scheduler } = api;
  const { total, used } = resourcesOf(scheduler);
  return {
    id: scheduler.agentId,
    hostname: scheduler.settings.hostname,
    pid: pidOf(api),
    registered_time: Date.parse(scheduler.startedAt) / 1_000,
    resources: { ...total, gpus: 0, ports: `[${scheduler.settings.portRange.join("-")}]` },
    used_resources: { ...used, gpus: 0 },
    offered_resources: { cpus: 0, mem: 0, disk: 0, gpus: 0 },
    reserved_resources: {},
    unreserved_resources: { ...total, gpus: 0 },
    attributes: scheduler.settings.attributes,
    active: scheduler.machine.connected,
    deactivated: false,
    version: "1.11.0",
  };
}

function pidOf({ address }: Api): string {
  return `slave(1)@${address.host}:${address.port}`;
}

/** An agent's `/containers`: what each task really uses. Two looks make a rate, as with Mesos. */
export async function showContainers({ scheduler }: Api): Promise<Answer> {
  const tasks = [...scheduler.state.allAlive()];
  const usage = await scheduler.usage.read(tasks).catch((error: unknown) => {
    throw new MarathonFailure("unavailable", `The Docker Engine does not say what its containers use: ${describeError(error)}`);
  });
  return {
    status: 200,
    json: tasks.flatMap((task) => {
      const stats = usage.get(task.id);
      if (stats === undefined) return [];
      return [{ ...containerView(scheduler, task), statistics: statisticsView(task, stats) }];
    }),
  };
}

function containerView(scheduler: Scheduler, task: Task) {
  return {
    container_id: task.containerId ?? task.id,
    executor_id: task.id,
    executor_name: task.appId,
    framework_id: scheduler.frameworkId,
    source: task.id,
  };
}

function statisticsView({ app }: Task, stats: ContainerStats) {
  return {
    timestamp: stats.at,
    cpus_limit: app.cpus,
    cpus_user_time_secs: stats.userSeconds,
    cpus_system_time_secs: stats.systemSeconds,
    mem_limit_bytes: memoryBytes(app),
    mem_rss_bytes: stats.memoryBytes,
  };
}

/** Disk is not limited unless the options say so; 0 then, as Mesos shows what it does not have. */
function resourcesOf(scheduler: Scheduler) {
  const capacity = capacityOf(scheduler) ?? { cpus: 0, mem: 0, disk: 0 };
  const total = { ...capacity, disk: scheduler.settings.resources.disk ?? 0 };
  return { total, used: promisedBy(scheduler) };
}

function taskCounts(scheduler: Scheduler): Record<string, number> {
  const counts: Record<string, number> = {
    TASK_STAGING: 0,
    TASK_STARTING: 0,
    TASK_RUNNING: 0,
    TASK_KILLING: 0,
    TASK_FINISHED: 0,
    TASK_KILLED: 0,
    TASK_FAILED: 0,
  };
  for (const task of scheduler.state.tasks.values()) counts[task.state] = (counts[task.state] ?? 0) + 1;
  return counts;
}

/** `/files/read`: part of a task's output, in bytes from its beginning. */
export async function readFile({ scheduler }: Api, { query }: ApiRequest): Promise<Answer> {
  const path = query.get("path");
  if (path === null || path === "") return text(400, "Expecting 'path=value' in query.\n");
  const offset = wholeNumber(query.get("offset"));
  const length = wholeNumber(query.get("length"));
  if (offset === null || offset < -1) return text(400, "Failed to parse offset: not a number.\n");
  if (length === null || length < -1) return text(400, "Failed to parse length: not a number.\n");
  const place = /^\/sandbox\/([^/]+)\/(stdout|stderr)$/.exec(path);
  if (place === null)
    return text(/^\/sandbox(\/[^/]+)?\/?$/.test(path) ? 400 : 404, "Cannot read that: only the stdout and stderr of tasks.\n");
  const [, taskId = "", name] = place;
  const most = length === -1 ? longestRead : Math.min(length, longestRead);
  const chunk = await scheduler.sandboxes.read(taskId, name === "stderr" ? "stderr" : "stdout", offset === -1 ? null : offset, most);
  if (chunk === null) return text(404, "There is no such file (any more).\n");
  return { status: 200, json: { data: exactText(chunk.data), offset: chunk.offset } };
}

/** -1 when absent, null when it is no number. */
function wholeNumber(value: string | null): number | null {
  if (value === null || value === "") return -1;
  return /^-?\d{1,15}$/.test(value) ? Number(value) : null;
}

function text(status: number, message: string): Answer {
  return { status, text: message };
}
