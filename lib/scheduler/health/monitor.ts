import { describeError } from "#lib/core/errors.ts";

import { type EventHub } from "../events/event-hub.ts";
import { type HealthCheck, type ReadinessCheck } from "../model/app.ts";
import { type Task } from "../tasks/task.ts";
import { toTimestamp } from "../timestamps.ts";
import { type CheckState, afterFailure, afterSuccess, isAlive, isKnown, unseen } from "./check-state.ts";
import { type ReadinessResult } from "./readiness.ts";

/** Watches running tasks. Everything it knows is forgotten with the task. */
export interface HealthMonitor {
  /** Begins to watch a running task; one that is watched already stays as it is. */
  watch(task: Task): void;
  forget(taskId: string): void;
  /** The states of a task's health checks, in order; empty while nothing is known. */
  results(taskId: string): readonly CheckState[];
  /** Readiness results of a task that has a readiness check. */
  readiness(taskId: string): readonly ReadinessResult[];
  /** Healthy and ready, in a deployment's sense. */
  isReady(task: Task): boolean;
  stop(): void;
}

export interface HealthOptions {
  readonly events: EventHub;
  readonly eager: boolean;
  /** Asks a task once. Rejects with the cause when the check fails. */
  probe(task: Task, check: HealthCheck): Promise<void>;
  probeReadiness(task: Task, check: ReadinessCheck): Promise<ReadinessResult>;
  /** A task became ready, or healthy, or neither any more. */
  onChange(task: Task): void;
  onUnhealthy(task: Task, reason: string): void;
}

interface Watch {
  readonly abort: AbortController;
  readonly checks: CheckState[];
  readiness: ReadinessResult[];
}

const longestFirstWait = 5_000;
const eagerStart = 50;

export function createHealthMonitor(options: HealthOptions): HealthMonitor {
  const watches = new Map<string, Watch>();
  const forget = (taskId: string): void => {
    watches.get(taskId)?.abort.abort();
    watches.delete(taskId);
  };
  return {
    watch(task) {
      if (watches.has(task.id)) return;
      const checks = task.app.healthChecks ?? [];
      const readinessChecks = task.app.readinessChecks ?? [];
      const watch: Watch = { abort: new AbortController(), checks: checks.map(() => unseen), readiness: [] };
      watches.set(task.id, watch);
      for (const [index, check] of checks.entries()) void watchHealth(options, watch, { task, check, index });
      for (const check of readinessChecks) void watchReadiness(options, watch, task, check);
    },
    forget,
    stop() {
      for (const watch of watches.values()) watch.abort.abort();
      watches.clear();
    },
    results: (taskId) => (watches.get(taskId)?.checks ?? []).filter(isKnown),
    readiness: (taskId) => watches.get(taskId)?.readiness ?? [],
    isReady(task) {
      if (task.state !== "TASK_RUNNING") return false;
      const watch = watches.get(task.id);
      if (watch === undefined) return false;
      const needsReadiness = (task.app.readinessChecks ?? []).length > 0;
      return watch.checks.every(isAlive) && (!needsReadiness || watch.readiness.some((result) => result.ready));
    },
  };
}

interface Watched {
  readonly task: Task;
  readonly check: HealthCheck;
  readonly index: number;
}

async function watchHealth(options: HealthOptions, watch: Watch, watched: Watched): Promise<void> {
  const { task, check, index } = watched;
  const interval = Math.max(check.intervalSeconds, 1) * 1_000;
  const startedAt = Date.parse(task.startedAt ?? task.stagedAt);
  const graceUntil = startedAt + check.gracePeriodSeconds * 1_000;
  // A task that ran before this process did need not wait again.
  let wait = Math.max(0, startedAt + (options.eager ? eagerStart : Math.min(interval, longestFirstWait)) - Date.now());
  let eagerWait = eagerStart;
  while (await waited(wait, watch.abort.signal)) {
    const begun = Date.now();
    const cause = await options.probe(task, check).then(
      () => null,
      (error: unknown) => describeError(error),
    );
    if (watch.abort.signal.aborted) return;
    record(options, watch, watched, { cause, inGrace: Date.now() < graceUntil });
    wait = Math.max(0, begun + interval - Date.now());
    if (options.eager && !isKnown(watch.checks[index] ?? unseen)) {
      eagerWait = Math.min(eagerWait * 2, interval);
      wait = Math.min(wait, eagerWait);
    }
  }
}

function record(options: HealthOptions, watch: Watch, watched: Watched, result: { cause: string | null; inGrace: boolean }): void {
  const { task, check, index } = watched;
  const before = watch.checks[index] ?? unseen;
  const now = toTimestamp(Date.now());
  if (result.cause === null) {
    watch.checks[index] = afterSuccess(before, now);
    if (!isAlive(before)) announceHealth(options, task, true);
    return;
  }
  const after = afterFailure(before, {
    now,
    cause: result.cause,
    inGrace: result.inGrace,
    maxConsecutiveFailures: check.maxConsecutiveFailures,
    mesosLevel: check.protocol.startsWith("MESOS_"),
  });
  watch.checks[index] = after.state;
  if (!after.counted) return;
  options.events.publish("failed_health_check_event", { appId: task.appId, taskId: task.instanceId, healthCheck: check });
  if (isAlive(before)) announceHealth(options, task, false);
  if (after.kill) options.onUnhealthy(task, result.cause);
}

function announceHealth(options: HealthOptions, task: Task, alive: boolean): void {
  const { version } = task.app;
  options.events.publish("health_status_changed_event", { appId: task.appId, instanceId: task.instanceId, version, alive });
  options.events.publish("instance_health_changed_event", {
    instanceId: task.instanceId,
    runSpecId: task.appId,
    healthy: alive,
    runSpecVersion: version,
  });
  options.onChange(task);
}

async function watchReadiness(options: HealthOptions, watch: Watch, task: Task, check: ReadinessCheck): Promise<void> {
  const interval = Math.max(check.intervalSeconds, 1) * 1_000;
  let wait = 0;
  while (await waited(wait, watch.abort.signal)) {
    const begun = Date.now();
    const result = await options.probeReadiness(task, check);
    if (watch.abort.signal.aborted) return;
    watch.readiness = [result];
    if (result.ready) return options.onChange(task);
    wait = Math.max(0, begun + interval - Date.now());
  }
}

/** False when the watch ended meanwhile. */
function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve(true);
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
