import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { Client } from "pg";

import { adopt, type Daemon, startDaemon } from "#lib/adapters/daemon/daemon.ts";
import { findFreePort } from "#lib/adapters/daemon/free-port.ts";
import { processCommand, processStart } from "#lib/adapters/daemon/process-identity.ts";
import { BerthError } from "#lib/core/errors.ts";

import { createCluster } from "./cluster.ts";
import { type PostgresPlace, preparePlace } from "./place.ts";

/** A running PostgreSQL that listens on 127.0.0.1 alone. */
export interface EmbeddedPostgres {
  /** Superuser, database `berth`. */
  readonly adminUrl: string;
  readonly port: number;
  /** It ran already, left over from a start that ended violently. */
  readonly adopted: boolean;
  /** Resolves with a reason when the server ends. */
  readonly exited: Promise<string>;
  /** Ends it cleanly: sessions are cut, everything acknowledged is on disk. */
  stop(graceMilliseconds: number): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** A folder of our own for data and records; what is in it is used again. */
  readonly folder: string;
  readonly logFile: string;
  /** The next free port is taken when this one is in use. */
  readonly preferredPort: number;
  readonly password: string;
  /** Only for tests: data may be lost when the machine, not the server, dies. */
  readonly unsafeButFast?: boolean;
  /** Called while a long recovery goes on. */
  readonly onWait?: (seconds: number) => void;
}

const database = "berth";
const superuser = "berth";
const startTimeoutSeconds = 300;
const pollMilliseconds = 25;
/** PostgreSQL's code for it. */
const wrongPassword = "28P01";

/** Small and calm: Berth's own load is light, and the machine belongs to the environments. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_buffers: "32MB",
  max_connections: "60",
  max_wal_size: "256MB",
  min_wal_size: "64MB",
  max_worker_processes: "4",
  max_parallel_workers: "2",
  max_parallel_workers_per_gather: "1",
  autovacuum_max_workers: "2",
  jit: "off",
  io_method: "sync",
  tcp_keepalives_idle: "30",
  idle_in_transaction_session_timeout: "120s",
  log_min_messages: "warning",
  log_line_prefix: "%m [%p] %q%u@%d ",
  log_timezone: "UTC",
  timezone: "UTC",
};
const fastSettings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", autovacuum: "off" };

/**
 * Starts the embedded PostgreSQL, or takes over the one a killed parent left on the same data. Makes the data on the
 * first run. Throws `start_failed` or `disk_full` with one sentence for people.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await preparePlace(options.folder);
  const left = await findLeftOver(place.dataFolder);
  if (left !== undefined) {
    const url = adminUrl(left.port, options.password);
    const fits = await answers(url).catch(() => false);
    if (fits) return running(left.daemon, left.port, url);
    await left.daemon.stop("SIGINT", 10_000);
  }
  await mkdir(options.folder, { recursive: true });
  await createCluster(place, { superuser, password: options.password });
  const port = await findFreePort("127.0.0.1", options.preferredPort);
  const daemon = await launch(place, port, options);
  const url = adminUrl(port, options.password);
  try {
    await untilReady(daemon, url, options);
    await ensureDatabase(port, options.password);
  } catch (error) {
    await daemon.stop("SIGINT", 5000);
    throw error;
  }
  return running(daemon, port, url);
}

function running(daemon: Daemon, port: number, url: string): EmbeddedPostgres {
  return {
    adminUrl: url,
    port,
    adopted: daemon.adopted,
    exited: daemon.exited,
    // SIGINT is PostgreSQL's "fast" shutdown: it does not wait for clients to leave.
    stop: (graceMilliseconds) => daemon.stop("SIGINT", graceMilliseconds),
  };
}

const adminUrl = (port: number, password: string, name = database) =>
  `postgresql://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;

/** postmaster.pid names process, data and port; the process must really be a server on these data. */
async function findLeftOver(dataFolder: string): Promise<{ daemon: Daemon; port: number } | undefined> {
  const lines = (await readFile(join(dataFolder, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const [command, start] = [await processCommand(pid), await processStart(pid)];
  if (start === undefined || !command.includes("postgres") || !command.includes(dataFolder)) {
    // The number belongs to somebody else by now. PostgreSQL itself would refuse to start beside such a file.
    await rm(join(dataFolder, "postmaster.pid"), { force: true });
    return undefined;
  }
  return { daemon: adopt(pid, start), port };
}

function launch(place: PostgresPlace, port: number, options: EmbeddedPostgresOptions): Promise<Daemon> {
  const chosen = { ...settings, ...(options.unsafeButFast === true ? fastSettings : {}), port: String(port) };
  return startDaemon({
    file: place.postgres,
    args: ["-D", place.dataFolder, ...Object.entries(chosen).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    environment: { LC_ALL: "C", TZ: "UTC" },
    user: place.user,
    logFile: options.logFile,
    recordFile: join(options.folder, "postgres.pid"),
  });
}

async function untilReady(daemon: Daemon, url: string, options: EmbeddedPostgresOptions): Promise<void> {
  const state: { ended?: string } = {};
  void daemon.exited.then((reason) => (state.ended = reason));
  const startedAt = performance.now();
  for (;;) {
    if (await answers(url.replace(/[^/]+$/, "postgres"))) return;
    if (state.ended !== undefined) throw await explainEnd(options.logFile, state.ended);
    const seconds = (performance.now() - startedAt) / 1000;
    if (seconds > startTimeoutSeconds) {
      throw new BerthError("start_failed", {
        detail: `PostgreSQL did not answer within ${startTimeoutSeconds} s; see ${options.logFile}.`,
      });
    }
    options.onWait?.(Math.round(seconds));
    await delay(pollMilliseconds);
  }
}

/** Whether a session can be opened there now. Throws `start_failed` when the server is there and refuses our password. */
async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === wrongPassword) {
      const detail = "PostgreSQL's password in BERTH_HOME/keys does not fit its data: put the keys back that were made with these data.";
      throw new BerthError("start_failed", { detail, cause: error });
    }
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl(port, password, "postgres"), connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}

async function explainEnd(logFile: string, reason: string): Promise<BerthError> {
  const log = (await readFile(logFile, "utf8").catch(() => "")).split("\n").slice(-30);
  if (log.some((line) => /No space left on device|could not (write|extend|create) .*: (No space|Disk quota)/.test(line))) {
    return new BerthError("disk_full", { detail: "PostgreSQL could not start because its disk is full: make room and start again." });
  }
  const fatal = log.findLast((line) => /FATAL|PANIC|could not/.test(line))?.replace(/^.*?(FATAL|PANIC): */, "") ?? reason;
  return new BerthError("start_failed", { detail: `PostgreSQL ended while starting (${fatal.trim()}); see ${logFile}.` });
}
