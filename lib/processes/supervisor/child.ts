import { type ChildProcess, spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import { processStart } from "#lib/adapters/daemon/process-identity.ts";
import type { SystemUser } from "#lib/adapters/daemon/system-user.ts";
import { BerthError } from "#lib/core/errors.ts";

import { type LogFile, openLogFile } from "./log-file.ts";
import { worthShowing } from "./log-line.ts";

/** One of Berth's own processes, kept running until it is stopped. */
export interface Child {
  readonly name: string;
  /** Undefined between a crash and the next start. */
  readonly pid: () => number | undefined;
  /** Resolves when it has been ready once. Rejects with `start_failed` when its first starts all fail. */
  readonly ready: Promise<void>;
  /** SIGTERM, then SIGKILL when the time is up. It is not started again. */
  stop(graceMilliseconds: number): Promise<void>;
  kill(): void;
}

export interface ChildOptions {
  readonly name: string;
  /** Node's flags, then the script. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined: the supervisor's own. */
  readonly user: SystemUser | undefined;
  readonly logFile: string;
  readonly recordFile: string;
  /** Something a person should know, as one sentence. */
  readonly onNotice: (text: string) => void;
}

const readySchema = z.object({ type: z.literal("ready") });
const calmMilliseconds = 30_000;
const longestPauseMilliseconds = 10_000;
const triesBeforeReady = 3;
const readyTimeoutMilliseconds = 60_000;
const noticesPerMinute = 20;
const lastWordsMilliseconds = 300;

/** Starts the process and keeps it running: a crash is followed by a new start, at most one per second, slower while it keeps crashing. */
export function keepRunning(options: ChildOptions): Child {
  const log = openLogFile(options.logFile);
  const life: Life = { child: undefined, stopping: false, pause: new AbortController() };
  let ended: Promise<void> = Promise.resolve();
  const ready = new Promise<void>((resolve, reject) => {
    ended = live(options, { life, log, onReady: resolve, onFailure: reject });
  });
  ready.catch(() => undefined);
  return {
    name: options.name,
    pid: () => life.child?.pid,
    ready,
    stop: async (graceMilliseconds) => {
      life.stopping = true;
      life.pause.abort();
      life.child?.kill("SIGTERM");
      const late = setTimeout(() => life.child?.kill("SIGKILL"), graceMilliseconds);
      await ended;
      clearTimeout(late);
      await rm(options.recordFile, { force: true });
      log.close();
    },
    kill: () => {
      life.stopping = true;
      life.child?.kill("SIGKILL");
    },
  };
}

interface Life {
  child: ChildProcess | undefined;
  stopping: boolean;
  /** Cuts the wait between a crash and the next start short. */
  readonly pause: AbortController;
}

interface Hooks {
  readonly life: Life;
  readonly log: LogFile;
  readonly onReady: () => void;
  readonly onFailure: (error: BerthError) => void;
}

/** One run after the other until it is to stop, or until its first runs all failed before they were ready. */
async function live(options: ChildOptions, { life, log, onReady, onFailure }: Hooks): Promise<void> {
  let lastNotice: string | undefined;
  const notice = limitNotices((text) => {
    lastNotice = text;
    options.onNotice(text);
  });
  let readyOnce = false;
  const noteReady = () => {
    readyOnce = true;
    onReady();
  };
  for (let crashes = 0; ;) {
    const startedAt = performance.now();
    const end = await runOnce({ options, log, notice, life, onReady: noteReady });
    if (life.stopping) return;
    const lived = performance.now() - startedAt;
    crashes = lived > calmMilliseconds ? 1 : crashes + 1;
    if (!readyOnce && crashes >= triesBeforeReady) {
      const detail = `The ${options.name} process does not start (${lastNotice ?? end}); see ${options.logFile}.`;
      return onFailure(new BerthError("start_failed", { detail }));
    }
    options.onNotice(`ended unexpectedly (${end}) and is started again; see ${options.logFile}`);
    const backOff = crashes === 1 ? 0 : Math.min(500 * 2 ** (crashes - 1), longestPauseMilliseconds);
    await delay(Math.max(backOff, 1000 - lived), undefined, { signal: life.pause.signal }).catch(() => undefined);
    if (life.stopping) return;
  }
}

interface Run {
  readonly options: ChildOptions;
  readonly log: LogFile;
  readonly notice: (text: string) => void;
  readonly life: Life;
  readonly onReady: () => void;
}

/** One life of the process; resolves with how it ended. */
async function runOnce({ options, log, notice, life, onReady }: Run): Promise<string> {
  const child = spawn(process.execPath, options.args, {
    cwd: options.cwd,
    env: { NODE_ENV: "production", ...options.environment },
    ...options.user,
    shell: false,
    // A process group of its own: Ctrl-C on the terminal reaches it through us, in order.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  life.child = child;
  void record(options.recordFile, child.pid);
  const unready = setTimeout(
    () => notice(`has not become ready for ${readyTimeoutMilliseconds / 1000} s; see ${options.logFile}`),
    readyTimeoutMilliseconds,
  );
  child.on("message", (message) => {
    if (!readySchema.safeParse(message).success) return;
    clearTimeout(unready);
    onReady();
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream, crlfDelay: Infinity }).on("line", (line) => {
      log.write(line);
      const text = worthShowing(line);
      if (text !== undefined) notice(text);
    });
  }
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const end = await new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code ?? "unknown"}`));
    child.once("error", (error) => resolve(error.message));
  });
  clearTimeout(unready);
  life.child = undefined;
  // Its last words may still be in the pipe; a grandchild that holds the pipe open is not waited for.
  await Promise.race([closed, delay(lastWordsMilliseconds)]);
  log.write(JSON.stringify({ level: 30, time: new Date().toISOString(), process: "supervisor", msg: `${options.name} ended: ${end}` }));
  return end;
}

async function record(file: string, pid: number | undefined): Promise<void> {
  const start = pid === undefined ? undefined : await processStart(pid);
  if (start !== undefined) await writeFile(file, JSON.stringify({ pid, start }), { mode: 0o600 }).catch(() => undefined);
}

/** A process that complains without end is heard twenty times a minute, and once with the same words; the log has the rest. */
function limitNotices(onNotice: (text: string) => void): (text: string) => void {
  let [windowStart, heard] = [0, new Set<string>()];
  return (text) => {
    const now = performance.now();
    if (now - windowStart > 60_000) [windowStart, heard] = [now, new Set()];
    if (heard.has(text) || heard.size > noticesPerMinute) return;
    heard.add(text);
    onNotice(heard.size > noticesPerMinute ? "says more; the rest of this minute is only in its log" : text);
  };
}
