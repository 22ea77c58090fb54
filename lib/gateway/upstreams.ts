import type { GatewayLimits } from "./limits.ts";
import type { Target } from "./route.ts";
import { UpstreamConnection } from "./upstream-connection.ts";

/** Which connection a request may have: any idle one, only one used a moment ago, or none that was used before. */
export type Freshness = "any" | "recent" | "new";

/** An idle connection this young has not been closed for idleness by any app. */
const recentMs = 1_000;

/** The connections to one task at one address. */
class TaskConnections {
  readonly limits: GatewayLimits;
  readonly #target: Target;
  readonly #emptied: () => void;
  readonly #all = new Set<UpstreamConnection>();
  readonly #idle: UpstreamConnection[] = [];
  #retired = false;

  constructor(target: Target, limits: GatewayLimits, emptied: () => void) {
    this.#target = target;
    this.limits = limits;
    this.#emptied = emptied;
  }

  /** The connection used last, as the likeliest to be alive, else a new one; null at the limit. */
  take(freshness: Freshness): UpstreamConnection | null {
    const last = freshness === "new" ? undefined : this.#idle.at(-1);
    if (last !== undefined && (freshness === "any" || last.movedAt > Date.now() - recentMs)) {
      this.#idle.pop();
      return last;
    }
    if (this.#all.size >= this.limits.connectionsPerTask) return null;
    const connection = new UpstreamConnection(this, this.#target);
    this.#all.add(connection);
    return connection;
  }

  released(connection: UpstreamConnection): void {
    if (this.#retired) connection.destroy();
    else this.#idle.push(connection);
  }

  closed(connection: UpstreamConnection): void {
    this.#all.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#all.size === 0) this.#emptied();
  }

  get size(): number {
    return this.#all.size;
  }

  /** No route leads here any more: running requests finish, nothing else starts. */
  retire(): void {
    this.#retired = true;
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }

  checkTime(now: number): void {
    for (const connection of this.#all) connection.checkTime(now);
  }

  destroy(): void {
    for (const connection of this.#all) connection.destroy();
  }
}

const checkEveryMs = 500;

/** All connections to tasks, kept apart by task and address, so that nobody inherits another task's connection. */
export class Upstreams {
  readonly #limits: GatewayLimits;
  readonly #tasks = new Map<string, TaskConnections>();
  /** Without a route, but with requests still running. */
  readonly #retiring = new Set<TaskConnections>();
  /** Targets that could not be reached, and until when others are preferred. */
  readonly #shunned = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(limits: GatewayLimits) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#checkTime(), checkEveryMs);
    this.#timer.unref();
  }

  /** A connection to `target`, open or opening; null when the task has as many as it may. */
  take(target: Target, freshness: Freshness): UpstreamConnection | null {
    return this.#task(target).take(freshness);
  }

  /** The target could not be reached: others come first for a while. */
  shun(target: Target): void {
    this.#shunned.set(target.key, Date.now() + this.#limits.shunMs);
  }

  shunned(target: Target): boolean {
    if (this.#shunned.size === 0) return false;
    return (this.#shunned.get(target.key) ?? 0) > Date.now();
  }

  retire(targets: readonly Target[]): void {
    for (const { key } of targets) {
      const task = this.#tasks.get(key);
      if (task === undefined) continue;
      this.#tasks.delete(key);
      this.#retiring.add(task);
      task.retire();
      if (task.size === 0) this.#retiring.delete(task);
    }
  }

  destroy(): void {
    clearInterval(this.#timer);
    for (const task of [...this.#tasks.values(), ...this.#retiring]) task.destroy();
    this.#tasks.clear();
  }

  #task(target: Target): TaskConnections {
    const known = this.#tasks.get(target.key);
    if (known !== undefined) return known;
    const task: TaskConnections = new TaskConnections(target, this.#limits, () => this.#forget(target.key, task));
    this.#tasks.set(target.key, task);
    return task;
  }

  #forget(key: string, task: TaskConnections): void {
    this.#retiring.delete(task);
    if (this.#tasks.get(key) === task) this.#tasks.delete(key);
  }

  #checkTime(): void {
    const now = Date.now();
    for (const task of this.#tasks.values()) task.checkTime(now);
    for (const task of this.#retiring) task.checkTime(now);
    for (const [key, until] of this.#shunned) if (until <= now) this.#shunned.delete(key);
  }
}
