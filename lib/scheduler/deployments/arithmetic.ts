import { type RestartStrategy } from "./deployment.ts";

/** What the arithmetic needs to know of a task that has not ended. */
export interface TaskFact {
  readonly id: string;
  /** Runs the configuration that is wanted now. */
  readonly current: boolean;
  readonly killing: boolean;
  readonly running: boolean;
  /** Healthy and ready, in a deployment's sense. */
  readonly ready: boolean;
  readonly stagedAt: string;
}

export interface Decision {
  /** Tasks to kill now. */
  readonly kill: readonly string[];
  /** How many tasks should be waiting for their launch, at most. */
  readonly launch: number;
  readonly done: boolean;
}

interface RestartQuestion {
  readonly instances: number;
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
  /** Tasks considered healthy now, and all tasks there are. */
  readonly healthy: number;
  readonly all: number;
}

/** Marathon's numbers for a rolling restart: how many old tasks go at once, and how many tasks there may be in all. */
export function restartNumbers(question: RestartQuestion): { killNow: number; maxCapacity: number } {
  const { instances, healthy, all } = question;
  const minHealthy = Math.ceil(rounded(instances * question.minimumHealthCapacity));
  let maxCapacity = Math.floor(rounded(instances * (1 + question.maximumOverCapacity)));
  let killNow = Math.max(0, healthy - minHealthy);
  if (minHealthy === maxCapacity && maxCapacity <= healthy) maxCapacity += 1;
  if (instances < all) killNow = Math.max(all - instances, killNow);
  return { killNow, maxCapacity };
}

/** Takes the binary dust off a product, so that 10 × 1.1 is 11 and not a little more. */
function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

/** The numbers for the tasks as they are at the beginning of a restart. */
export function beginRestart(
  tasks: readonly TaskFact[],
  app: { instances: number; upgradeStrategy: { minimumHealthCapacity: number; maximumOverCapacity: number } },
): RestartStrategy {
  const numbers = restartNumbers({
    instances: app.instances,
    ...app.upgradeStrategy,
    healthy: tasks.filter((task) => task.ready && !task.killing).length,
    all: tasks.length,
  });
  return {
    ...numbers,
    initialOld: tasks.filter((task) => !task.current && !task.killing).length,
    initialReady: tasks.filter((task) => task.current && task.ready && !task.killing).length,
  };
}

/**
 * The next moves of a rolling restart. Of the old tasks `killNow` go first, then one for each new task that becomes ready; an old task counts
 * against the capacity until it is really gone. Done when every wanted new task is ready and no old one is left.
 */
export function restartMoves(tasks: readonly TaskFact[], instances: number, strategy: RestartStrategy, selection: KillSelection): Decision {
  const old = tasks.filter((task) => !task.current);
  const fresh = tasks.filter((task) => task.current);
  const ready = fresh.filter((task) => task.ready && !task.killing).length;
  const earned = Math.max(0, ready - strategy.initialReady);
  const keep = ready >= instances ? 0 : Math.max(0, strategy.initialOld - strategy.killNow - earned);
  const oldStaying = old.filter((task) => !task.killing);
  const unhealthyFirst = [...inKillOrder(oldStaying, selection)].sort((left, right) => Number(left.ready) - Number(right.ready));
  const surplus = surplusOf(fresh, instances, selection, []);
  const room = Math.max(0, Math.min(instances, strategy.maxCapacity - old.length));
  return {
    kill: [...unhealthyFirst.slice(0, Math.max(0, oldStaying.length - keep)).map((task) => task.id), ...surplus],
    launch: Math.max(0, room - fresh.length),
    done: old.length === 0 && fresh.length === instances && ready === instances,
  };
}

export type KillSelection = "YOUNGEST_FIRST" | "OLDEST_FIRST";

/**
 * The next moves of a scaling: the surplus goes first (tasks that were named, then the ones least along, then by age), and only when it is
 * gone do missing ones start. Done when the number is right and every task that was launched since `since` is ready.
 */
export function scaleMoves(
  tasks: readonly TaskFact[],
  question: { instances: number; since: string; named: readonly string[]; selection: KillSelection },
): Decision {
  const kill = surplusOf(tasks, question.instances, question.selection, question.named);
  const launch = Math.max(0, question.instances - tasks.length);
  const settled =
    tasks.length === question.instances && tasks.every((task) => !task.killing && (task.ready || task.stagedAt < question.since));
  return { kill, launch, done: kill.length === 0 && settled };
}

function surplusOf(tasks: readonly TaskFact[], instances: number, selection: KillSelection, named: readonly string[]): string[] {
  const staying = tasks.filter((task) => !task.killing);
  const surplus = Math.max(0, staying.length - instances);
  const first = new Set(named);
  const order = [...inKillOrder(staying, selection)].sort((left, right) => Number(first.has(right.id)) - Number(first.has(left.id)));
  return order.slice(0, surplus).map((task) => task.id);
}

/** Staging before running, then by age. Health is not looked at. */
function inKillOrder(tasks: readonly TaskFact[], selection: KillSelection): TaskFact[] {
  const direction = selection === "YOUNGEST_FIRST" ? -1 : 1;
  return [...tasks].sort(
    (left, right) => Number(left.running) - Number(right.running) || direction * left.stagedAt.localeCompare(right.stagedAt),
  );
}
