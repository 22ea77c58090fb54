import { setTimeout as delay } from "node:timers/promises";

import { Client } from "pg";

import { describeError } from "#lib/core/errors.ts";
import { atMostEvery } from "#lib/platform/at-most-every.ts";
import type { Log } from "#lib/platform/log.ts";

import type { RouteTable } from "./route-table.ts";
import { type Route, parseRoute } from "./route.ts";

export interface RouteFeed {
  /** Resolves when the table has been read for the first time. */
  readonly loaded: Promise<void>;
  stop(): Promise<void>;
}

interface FeedOptions {
  readonly databaseUrl: string;
  readonly table: RouteTable;
  readonly log: Log;
  readonly reloadMs: number;
  /** Somebody's rights may have changed, or the news of it may have been missed. */
  readonly onAccess: () => void;
}

const channel = "berth_routes";
const accessChannel = "berth_access";
const columns = "environment_id, host, project_name, environment_name, state, targets, release_id, note, link, public, changed_at";
/** However often rights change, what is remembered is asked again four times a second at most. */
const accessEveryMs = 250;
const connectMs = 5_000;
const queryMs = 10_000;
const shortestPauseMs = 100;
const longestPauseMs = 5_000;
/** More changes at once than this are read as the whole table. */
const manyChanges = 500;
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Keeps `table` equal to the database's: all of it at first, after each reconnection and every `reloadMs`, single
 * environments when notified. While the database is away the table stays as it is.
 */
export function startRouteFeed(options: FeedOptions): RouteFeed {
  const stop = new AbortController();
  let loadedOnce: () => void = () => undefined;
  const loaded = new Promise<void>((resolve) => {
    loadedOnce = resolve;
  });
  const onAccess = atMostEvery(accessEveryMs, options.onAccess);
  const done = keepReading({ ...options, onAccess }, loadedOnce, stop.signal);
  return {
    loaded,
    stop: () => {
      stop.abort();
      return done;
    },
  };
}

async function keepReading(options: FeedOptions, loadedOnce: () => void, signal: AbortSignal): Promise<void> {
  let pause = shortestPauseMs;
  while (!signal.aborted) {
    const onLoad = (): void => {
      pause = shortestPauseMs;
      loadedOnce();
    };
    try {
      await readWhileConnected(options, onLoad, signal);
    } catch (error) {
      if (!signal.aborted)
        options.log.warn(
          { reason: describeError(error), routes: options.table.size },
          "no connection to the routes, answering from memory",
        );
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(pause * 2, longestPauseMs);
  }
}

/** One connection's life; ends by throwing, or quietly when `signal` says so. */
async function readWhileConnected(options: FeedOptions, onLoad: () => void, signal: AbortSignal): Promise<void> {
  const client = new Client({
    connectionString: options.databaseUrl,
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    keepAlive: true,
    application_name: "berth gateway",
  });
  const changed = new Set<string>();
  let wake: () => void = () => undefined;
  const failures: Error[] = [];
  const fail = (error: Error): void => {
    failures.push(error);
    wake();
  };
  client.on("error", fail);
  client.on("end", () => fail(new Error("the connection was closed")));
  client.on("notification", ({ channel: heard, payload = "" }) => {
    if (heard === accessChannel) return options.onAccess();
    changed.add(payload);
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener("abort", onAbort);
  try {
    await client.connect();
    await client.query(`LISTEN ${channel}`);
    await client.query(`LISTEN ${accessChannel}`);
    options.onAccess();
    let reloadAt = 0;
    while (!signal.aborted) {
      if (failures[0] !== undefined) throw failures[0];
      const now = Date.now();
      const whole = now >= reloadAt || changed.size > manyChanges || [...changed].some((id) => !uuid.test(id));
      const ids = [...changed];
      changed.clear();
      if (whole) {
        options.table.replace(await readRoutes(client, options.log, null));
        reloadAt = now + options.reloadMs;
        onLoad();
      } else if (ids.length > 0) {
        options.table.update(ids, await readRoutes(client, options.log, ids));
      }
      if (changed.size === 0 && failures.length === 0) await new Promise<void>((resolve) => (wake = once(resolve, reloadAt - Date.now())));
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    await close(client);
  }
}

async function readRoutes(client: Client, log: Log, ids: readonly string[] | null): Promise<Route[]> {
  const select = `SELECT ${columns} FROM route`;
  const { rows } =
    ids === null
      ? await client.query<Record<string, unknown>>(select)
      : await client.query<Record<string, unknown>>(`${select} WHERE environment_id = ANY($1::uuid[])`, [ids]);
  const routes: Route[] = [];
  for (const row of rows) {
    const route = parseRoute(row);
    if (route === null) log.error({ environmentId: row["environment_id"] }, "a route makes no sense and is left out");
    else routes.push(route);
  }
  return routes;
}

/** Closes politely, or at once when the other side does not answer. */
async function close(client: Client): Promise<void> {
  client.on("error", () => undefined);
  const ended = client.end().catch(() => undefined);
  await Promise.race([ended, delay(500)]);
}

/** A function that calls `callback` once; so does the passing of `ms`. */
function once(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, Math.max(0, ms));
  return () => {
    clearTimeout(timer);
    callback();
  };
}
