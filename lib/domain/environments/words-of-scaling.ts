/** What people may ask for: none at all is a stop, and more than this no single environment needs. */
export const instancesAtMost = 50;

interface Resources {
  readonly cpus: number;
  /** MiB */
  readonly mem: number;
}

/** What a scaling starts from, as its sheet shows it. */
export interface ScalingFacts {
  readonly instances: number;
  /** Of one instance. */
  readonly each: Resources;
  /** How many more instances the cluster has room for; null = not known. */
  readonly room: number | null;
  /** What new environments of the stage begin with. */
  readonly stageInstances: number;
  /** The change waits until it is started. */
  readonly stopped: boolean;
}

export interface ScaleEffect {
  readonly from: number;
  readonly to: number;
  /** What it takes from the cluster beside what it has; negative when it gives back. */
  readonly cpus: number;
  readonly mem: number;
  /** Null = not known. */
  readonly fits: boolean | null;
  readonly room: number | null;
}

/** How many instances of this size the hosts could still start, each whole on one of them. */
export function roomFor(hosts: readonly Resources[], each: Resources): number {
  return hosts.map((host) => instancesOn(host, each)).reduce((sum, count) => sum + count, 0);
}

function instancesOn(host: Resources, each: Resources): number {
  // Sums of tenths fall short of a whole by a hair.
  const whole = (free: number, needed: number) => (needed <= 0 ? instancesAtMost : Math.floor(free / needed + 1e-6));
  return Math.min(instancesAtMost, Math.max(0, Math.min(whole(host.cpus, each.cpus), whole(host.mem, each.mem))));
}

/** What a change to so many instances means for the cluster. */
export function scaleEffect({ instances: from, each, room }: ScalingFacts, to: number): ScaleEffect {
  const more = to - from;
  const fits = more <= 0 ? true : room === null ? null : more <= room;
  return { from, to, cpus: rounded(more * each.cpus), mem: rounded(more * each.mem), fits, room };
}

/** The effect in sentences: what changes, whether it fits, and what happens when it does not. */
export function effectWords(effect: ScaleEffect, facts: ScalingFacts): string[] {
  const { from, to, fits, room } = effect;
  if (from === to) return [`It has ${countWords(to)} already.`];
  const change = `${countWords(from)} ${from === 1 ? "becomes" : "become"} ${to}.`;
  if (facts.stopped) return [change, "It is stopped: the number counts when it is started."];
  const size = `${amountWords(Math.abs(effect.cpus), "CPU", "CPUs")} and ${Math.abs(effect.mem)} MiB of memory`;
  if (to < from)
    return [change, `That gives ${size} back to the cluster.`, "The youngest leave; visitors are led to the others before they end."];
  return [change, `That takes ${size} more from the cluster.`, ...roomWords(fits, room, to - from)];
}

function roomWords(fits: boolean | null, room: number | null, more: number): string[] {
  if (fits === true) return ["It fits into what the cluster has free."];
  const waits = "What does not fit waits until the cluster has room; what runs goes on running.";
  if (room === null || fits === null) return ["What the cluster has free is not known at the moment.", waits];
  return [room === 0 ? "The cluster has no room for another one." : `The cluster has room for ${room} of the ${more} new ones.`, waits];
}

/** 1 instance, 3 instances */
export function countWords(count: number): string {
  return amountWords(count, "instance", "instances");
}

function amountWords(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
