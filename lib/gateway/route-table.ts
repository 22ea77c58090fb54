import type { Route, Target } from "./route.ts";

type Watcher = () => void;

export interface RouteTableEvents {
  /** Targets no route names any more. */
  readonly retired: (targets: readonly Target[]) => void;
}

/** All routes in memory, by host and by environment, with watchers per environment. */
export class RouteTable {
  readonly #byHost = new Map<string, Route>();
  readonly #byEnvironment = new Map<string, Route>();
  readonly #uses = new Map<string, number>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #events: RouteTableEvents;
  /** Whether the table has been read at least once. */
  loaded = false;

  constructor(events: RouteTableEvents) {
    this.#events = events;
  }

  get size(): number {
    return this.#byHost.size;
  }

  find(host: string): Route | undefined {
    return this.#byHost.get(host);
  }

  /** Calls `watcher` once at each change or end of the environment's route, until the returned function is called. */
  watch(environmentId: string, watcher: Watcher): () => void {
    const watchers = this.#watchers.get(environmentId) ?? new Set();
    this.#watchers.set(environmentId, watchers);
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(environmentId) === watchers) this.#watchers.delete(environmentId);
    };
  }

  /** Takes what the table holds now for `environmentIds`; the ones without a route are dropped. */
  update(environmentIds: Iterable<string>, routes: readonly Route[]): void {
    const found = new Map(routes.map((route) => [route.environmentId, route]));
    this.#apply(environmentIds, found);
  }

  /** Takes the whole table. */
  replace(routes: readonly Route[]): void {
    this.loaded = true;
    const found = new Map(routes.map((route) => [route.environmentId, route]));
    this.#apply(new Set([...this.#byEnvironment.keys(), ...found.keys()]), found);
  }

  #apply(environmentIds: Iterable<string>, found: ReadonlyMap<string, Route>): void {
    const changes: [string, Route | undefined, Route | undefined][] = [];
    for (const id of environmentIds) {
      const before = this.#byEnvironment.get(id);
      const after = found.get(id);
      if (before?.print !== after?.print) changes.push([id, before, after]);
    }
    // All old names go before any new one comes, so that a host may move from one environment to another in one step.
    for (const [id, before] of changes) this.#drop(id, before);
    for (const [id, before, after] of changes) this.#put(id, before, after);
    this.#retire(changes.flatMap(([, before]) => before?.targets ?? []));
    // Listed first: a watcher may watch again, and shall not be called for the same change twice.
    const watchers = changes.flatMap(([id]) => [...(this.#watchers.get(id) ?? [])]);
    for (const watcher of watchers) watcher();
  }

  #drop(id: string, before: Route | undefined): void {
    if (before === undefined) return;
    this.#byEnvironment.delete(id);
    if (this.#byHost.get(before.host) === before) this.#byHost.delete(before.host);
    for (const { key } of before.targets) this.#uses.set(key, (this.#uses.get(key) ?? 1) - 1);
  }

  #put(id: string, before: Route | undefined, after: Route | undefined): void {
    if (after === undefined) return;
    const route = before?.state === after.state ? { ...after, since: before.since } : after;
    this.#byEnvironment.set(id, route);
    this.#byHost.set(route.host, route);
    for (const { key } of route.targets) this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1);
  }

  #retire(candidates: readonly Target[]): void {
    const retired = candidates.filter(({ key }) => (this.#uses.get(key) ?? 0) <= 0);
    for (const { key } of retired) this.#uses.delete(key);
    if (retired.length > 0) this.#events.retired(retired);
  }
}
