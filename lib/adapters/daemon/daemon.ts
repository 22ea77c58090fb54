import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, statSync, renameSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import { processStart } from "./process-identity.ts";
import type { SystemUser } from "./system-user.ts";

/**
 * A server of somebody else's that we run (PostgreSQL, dockerd, the registry). It is a child in its own process group,
 * so that Ctrl-C reaches it only through us, and it writes to a file, so that it survives our violent end. The record
 * beside it lets the next start recognise it beyond doubt: process id and the moment that process began.
 */
export interface Daemon {
  readonly pid: number;
  /** It was running already, left by an earlier start. */
  readonly adopted: boolean;
  /** Resolves once when the process has ended, with a short reason. */
  readonly exited: Promise<string>;
  /** Sends the signal, waits, sends SIGKILL when the time is up; resolves when the process is gone. */
  stop(signal: NodeJS.Signals, graceMilliseconds: number): Promise<void>;
}

export interface DaemonOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user?: SystemUser | undefined;
  /** Standard output and error are appended here; one older file is kept. */
  readonly logFile: string;
  /** Where the process id is remembered. */
  readonly recordFile: string;
}

const recordSchema = z.object({ pid: z.number().int().positive(), start: z.string() });
const logLimitBytes = 10 * 1024 * 1024;
const pollMilliseconds = 50;
const adoptedPollMilliseconds = 1000;

/** Starts the program and records it. Throws when it cannot be started at all; a program that ends later shows in `exited`. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  rotate(options.logFile);
  const log = openSync(options.logFile, "a", 0o600);
  try {
    const child = spawn(options.file, options.args, {
      cwd: options.cwd ?? "/",
      // Next.js declares NODE_ENV as always there; no daemon minds it.
      env: { NODE_ENV: "production", ...options.environment },
      ...options.user,
      shell: false,
      detached: true,
      stdio: ["ignore", log, log],
    });
    const exited = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code ?? "unknown"}`));
      child.once("error", (error) => resolve(error.message));
    });
    await once(child, "spawn");
    const pid = child.pid;
    if (pid === undefined) throw new Error(`${options.file} did not start`);
    await recordDaemon(options.recordFile, pid);
    return { pid, adopted: false, exited, stop: (signal, grace) => stopProcess(pid, exited, signal, grace) };
  } finally {
    closeSync(log);
  }
}

/** The daemon of an earlier start, if exactly that process still runs. A record that no longer holds is removed. */
export async function findDaemon(recordFile: string): Promise<Daemon | undefined> {
  const text = await readFile(recordFile, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const record = recordSchema.safeParse(parseJson(text));
  if (record.success && (await processStart(record.data.pid)) === record.data.start) return adopt(record.data.pid, record.data.start);
  await rm(recordFile, { force: true });
  return undefined;
}

/** Takes charge of a running process that is known to be ours. */
export function adopt(pid: number, start: string): Daemon {
  const exited = (async () => {
    while ((await processStart(pid)) === start) await delay(adoptedPollMilliseconds, undefined, { ref: false });
    return "ended";
  })();
  return {
    pid,
    adopted: true,
    exited,
    stop: async (signal, grace) => {
      if ((await processStart(pid)) === start) await stopProcess(pid, untilGone(pid, start), signal, grace);
    },
  };
}

async function recordDaemon(recordFile: string, pid: number): Promise<void> {
  const start = await processStart(pid);
  if (start !== undefined) await writeFile(recordFile, JSON.stringify({ pid, start }), { mode: 0o600 });
}

async function untilGone(pid: number, start: string): Promise<void> {
  while ((await processStart(pid)) === start) await delay(pollMilliseconds);
}

async function stopProcess(pid: number, exited: Promise<unknown>, signal: NodeJS.Signals, graceMilliseconds: number): Promise<void> {
  const timer = new AbortController();
  send(pid, signal);
  const late = delay(graceMilliseconds, "late", { signal: timer.signal }).catch(() => "stopped");
  if ((await Promise.race([exited.then(() => "ended"), late])) === "late") {
    send(pid, "SIGKILL");
    await exited;
  }
  timer.abort();
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended; `exited` tells.
  }
}

function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logLimitBytes) renameSync(file, `${file}.1`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
