import { type WireContainers, type WireSlave, type WireStateSummary } from "./utilisation-wire.ts";
import { addressOfPid } from "./wire.ts";

/** CPUs; memory and disk in MiB. */
export interface Amounts {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
}

export interface HostUse {
  readonly id: string;
  readonly name: string;
  /** `host:port` of its agent; null when the master does not say. */
  readonly address: string | null;
  /** Takes tasks: connected, and not drained by an operator. */
  readonly active: boolean;
  readonly total: Amounts;
  /** Given to tasks, whether they use it or not. */
  readonly promised: Amounts;
  /** Neither promised nor being offered to a framework at the moment. */
  readonly free: Amounts;
  readonly tasks: { readonly running: number; readonly starting: number };
  readonly attributes: Readonly<Record<string, string>>;
  readonly since: Date | null;
  readonly version: string | null;
}

export interface ClusterUse {
  /** As its operator called it. */
  readonly name: string | null;
  readonly leader: string;
  readonly hosts: readonly HostUse[];
  /** Of the active hosts. */
  readonly total: Amounts;
  readonly promised: Amounts;
  readonly free: Amounts;
  /** What only the metrics know; null when they could not be read. */
  readonly counters: ClusterCounters | null;
}

export interface ClusterCounters {
  readonly hosts: { readonly active: number; readonly inactive: number; readonly disconnected: number; readonly unreachable: number };
  /** Since the master became the leader, where they have ended. */
  readonly tasks: Readonly<Record<"staging" | "starting" | "running" | "killing" | "failed" | "lost" | "unreachable", number>>;
  readonly uptimeSeconds: number;
}

/** The master's summary in our words. */
export function toClusterUse(summary: WireStateSummary, counters: ClusterCounters | null): ClusterUse {
  const hosts = summary.slaves.map(toHostUse).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const active = hosts.filter((host) => host.active);
  const sum = (of: (host: HostUse) => Amounts) => active.map(of).reduce(plus, { cpus: 0, mem: 0, disk: 0 });
  return {
    name: summary.cluster ?? null,
    leader: summary.hostname,
    hosts,
    total: sum((host) => host.total),
    promised: sum((host) => host.promised),
    free: sum((host) => host.free),
    counters,
  };
}

function toHostUse(slave: WireSlave): HostUse {
  const busy = plus(slave.used_resources, slave.offered_resources);
  return {
    id: slave.id,
    name: slave.hostname,
    address: addressOfPid(slave.pid),
    active: slave.active && !slave.deactivated,
    total: rounded(slave.resources),
    promised: rounded(slave.used_resources),
    free: rounded({
      cpus: Math.max(0, slave.resources.cpus - busy.cpus),
      mem: Math.max(0, slave.resources.mem - busy.mem),
      disk: Math.max(0, slave.resources.disk - busy.disk),
    }),
    tasks: { running: slave.TASK_RUNNING, starting: slave.TASK_STAGING + slave.TASK_STARTING },
    attributes: slave.attributes ?? {},
    since: slave.registered_time == null ? null : new Date(slave.registered_time * 1000),
    version: slave.version ?? null,
  };
}

/** Metrics of the leading master; null from a standby, whose numbers are all zero. */
export function toCounters(metrics: Readonly<Record<string, unknown>>): ClusterCounters | null {
  if (metrics["master/elected"] !== 1) return null;
  const number = (name: string): number => {
    const value = metrics[`master/${name}`];
    return typeof value === "number" && Number.isFinite(value) ? value : 0;
  };
  return {
    hosts: {
      active: number("slaves_active"),
      inactive: number("slaves_inactive"),
      disconnected: number("slaves_disconnected"),
      unreachable: number("slaves_unreachable"),
    },
    tasks: {
      staging: number("tasks_staging"),
      starting: number("tasks_starting"),
      running: number("tasks_running"),
      killing: number("tasks_killing"),
      failed: number("tasks_failed"),
      lost: number("tasks_lost"),
      unreachable: number("tasks_unreachable"),
    },
    uptimeSeconds: number("uptime_secs"),
  };
}

export interface TaskUse {
  /** For plain and Docker apps the id of the task. */
  readonly executorId: string;
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
}

/** What containers really used between two looks at their agent. One that is new, or began anew, has to be looked at twice. */
export function usedBetween(before: WireContainers, after: WireContainers): TaskUse[] {
  const earlier = new Map(before.map((container) => [container.container_id, container.statistics]));
  return after.flatMap(({ container_id: id, executor_id: executorId, statistics: now }) => {
    const then = earlier.get(id);
    if (now == null || then == null || now.timestamp <= then.timestamp) return [];
    const busy = now.cpus_user_time_secs + now.cpus_system_time_secs - then.cpus_user_time_secs - then.cpus_system_time_secs;
    if (busy < 0) return [];
    return [{ executorId, cpus: round(busy / (now.timestamp - then.timestamp)), mem: round(now.mem_rss_bytes / 1024 / 1024) }];
  });
}

function plus(one: Amounts, other: Amounts): Amounts {
  return rounded({ cpus: one.cpus + other.cpus, mem: one.mem + other.mem, disk: one.disk + other.disk });
}

/** Sums of tenths are not tenths any more. */
function rounded(amounts: Amounts): Amounts {
  return { cpus: round(amounts.cpus), mem: round(amounts.mem), disk: round(amounts.disk) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
