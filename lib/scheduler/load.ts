import { describeError } from "#lib/core/errors.ts";
import { type Log } from "#lib/platform/log.ts";

import { createBackoff } from "./backoff.ts";
import { createChangeLock } from "./deployments/change-lock.ts";
import { evaluateApp } from "./deployments/evaluate.ts";
import { createLaunchQueue } from "./deployments/launch-queue.ts";
import { type Engine, createEngine } from "./engine/engine.ts";
import { createCommandRunner } from "./engine/exec.ts";
import { type EventHub, createEventHub } from "./events/event-hub.ts";
import { createSandboxes } from "./files/sandboxes.ts";
import { askHealth } from "./health/ask-health.ts";
import { type HealthMonitor, createHealthMonitor } from "./health/monitor.ts";
import { askReadiness } from "./health/readiness.ts";
import { type Settings } from "./options.ts";
import { type Scheduler } from "./scheduler.ts";
import { type SchedulerState, createState } from "./state.ts";
import { loadApps, loadFailures, saveFailure } from "./store/apps.ts";
import { type Database } from "./store/database.ts";
import { deleteDeployment, loadDeployments, saveProgress } from "./store/deployments.ts";
import { loadFrameworkId } from "./store/framework.ts";
import { loadGroups } from "./store/groups.ts";
import { deleteTask, loadTasks, saveTask } from "./store/tasks.ts";
import { createWriteBehind } from "./store/write-behind.ts";
import { createHostPorts } from "./tasks/host-ports.ts";
import { killUnhealthy } from "./tasks/kill-unhealthy.ts";
import { createLimiter } from "./tasks/limiter.ts";
import { type Task, hasEnded } from "./tasks/task.ts";
import { createUsage } from "./tasks/usage.ts";
import { createVersionClock, toTimestamp } from "./timestamps.ts";

/** Creates and starts at the same time; more would only make the engine slower. */
const launchesAtATime = 8;

interface Parts {
  readonly settings: Settings;
  readonly database: Database;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Puts the scheduler together from its parts and from what Postgres remembers. */
export async function loadScheduler(parts: Parts): Promise<Scheduler> {
  const { settings, database, log } = parts;
  const frameworkId = await loadFrameworkId(database, settings.instance);
  const state = createState();
  const engine = createEngine(settings.docker);
  const events = createEventHub();
  const hooks: Hooks = { changed: () => undefined, unhealthy: () => undefined };
  const kicks = createKicks((appId) => evaluateApp(scheduler, appId), log);
  const scheduler: Scheduler = {
    ...parts,
    ...writers(database, state, log),
    state,
    engine,
    events,
    frameworkId,
    agentId: `${frameworkId.slice(0, -5)}-S0`,
    backoff: createBackoff(),
    queue: createLaunchQueue(),
    versions: createVersionClock(),
    hostPorts: createHostPorts(settings.portRange),
    health: createHealth(settings, engine, events, hooks),
    sandboxes: createSandboxes({ engine, workDir: settings.workDir, log }),
    launches: createLimiter(launchesAtATime),
    usage: createUsage(engine),
    machine: { current: null, connected: false },
    launching: new Map(),
    stopping: new Set(),
    pulls: new Map(),
    networks: { common: null, shared: new Map(), tidy: false },
    changes: createChangeLock(),
    doubt: { current: null },
    diedEarly: new Set(),
    startedAt: toTimestamp(Date.now()),
    kick: (appId) => kicks.kick(appId),
    kickWaiting() {
      for (const entry of scheduler.queue.entries()) kicks.kick(entry.app.id);
    },
  };
  hooks.changed = (task) => scheduler.kick(task.appId);
  hooks.unhealthy = (task, reason) => killUnhealthy(scheduler, task, reason);
  await remember(scheduler);
  return scheduler;
}

interface Hooks {
  changed: (task: Task) => void;
  unhealthy: (task: Task, reason: string) => void;
}

function createHealth(settings: Settings, engine: Engine, events: EventHub, hooks: Hooks): HealthMonitor {
  const run = createCommandRunner(engine);
  return createHealthMonitor({
    events,
    eager: settings.eagerHealthChecks,
    probe: (task, check) => askHealth(run, settings.publishAddress, task, check),
    probeReadiness: (task, check) => askReadiness(settings.publishAddress, task, check),
    onChange: (task) => hooks.changed(task),
    onUnhealthy: (task, reason) => hooks.unhealthy(task, reason),
  });
}

function writers(database: Database, state: SchedulerState, log: Log) {
  return {
    taskRows: createWriteBehind(
      database,
      (id) => {
        const task = state.tasks.get(id);
        return task === undefined ? deleteTask(database, id) : saveTask(database, task);
      },
      log,
    ),
    deploymentRows: createWriteBehind(
      database,
      (id) => {
        const deployment = state.deployments.get(id);
        return deployment === undefined ? deleteDeployment(database.query, id) : saveProgress(database, deployment);
      },
      log,
    ),
    failureRows: createWriteBehind(
      database,
      async (appId) => {
        const failure = state.failures.get(appId);
        if (failure !== undefined) await saveFailure(database, failure);
      },
      log,
    ),
  };
}

/** Thinks about each app at most once per turn of the event loop, however often it is kicked. */
function createKicks(evaluate: (appId: string) => void, log: Log): { kick(appId: string): void } {
  const pending = new Set<string>();
  const run = (): void => {
    const apps = [...pending];
    pending.clear();
    for (const appId of apps) {
      try {
        evaluate(appId);
      } catch (error) {
        log.error({ app: appId, reason: describeError(error), err: error }, "an app could not be evaluated");
      }
    }
  };
  return {
    kick(appId) {
      if (pending.size === 0) setImmediate(run);
      pending.add(appId);
    },
  };
}

async function remember(scheduler: Scheduler): Promise<void> {
  const { database, state, versions, hostPorts } = scheduler;
  for (const app of await loadApps(database)) {
    state.apps.set(app.id, app);
    versions.sawVersion(app.version);
  }
  for (const group of await loadGroups(database)) {
    state.groups.set(group.id, group);
    versions.sawVersion(group.version);
  }
  for (const task of await loadTasks(database)) {
    state.addTask(task);
    if (!hasEnded(task)) hostPorts.adopt(task.ports);
  }
  for (const deployment of await loadDeployments(database)) {
    state.deployments.set(deployment.id, deployment);
    versions.sawVersion(deployment.version);
  }
  restoreDelays(scheduler);
  for (const failure of await loadFailures(database)) state.failures.set(failure.appId, failure);
}

/** What ended by itself before this process began waits as long as it would have: a restart is no reason to start anything again. */
function restoreDelays({ state, backoff }: Scheduler): void {
  const ended = [...state.tasks.values()].filter((task) => hasEnded(task) && task.state !== "TASK_KILLED");
  const inOrder = ended.toSorted((one, other) => (one.endedAt ?? "").localeCompare(other.endedAt ?? ""));
  for (const task of inOrder) backoff.raise(task.app, Date.parse(task.endedAt ?? "") || Date.now());
}
