import { setMaxListeners } from "node:events";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { describeError } from "#lib/core/errors.ts";
import { type Log } from "#lib/platform/log.ts";

import { inspectContainer } from "../engine/containers.ts";
import { isEngineFailure } from "../engine/engine-failure.ts";
import { type Engine } from "../engine/engine.ts";
import { followLogs, lastLogs } from "../engine/logs.ts";
import { pause } from "../pause.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { type Chunk, readLog } from "./log-file.ts";
import { type Sandbox, type StreamName, openSandbox } from "./sandbox.ts";

/** The tasks' log files: one folder each, filled from the engine's log streams. */
export interface Sandboxes {
  /** Begins to copy a task's output, from where an earlier process stopped. Repeating does nothing. */
  follow(taskId: string): void;
  isFollowing(taskId: string): boolean;
  /** Resolves when everything an ended container said is in the files, or after a limit. */
  drained(taskId: string): Promise<void>;
  /** Adds text of the scheduler's own to a task's stderr. */
  note(taskId: string, text: string): void;
  /** Null when there is no such log (any more). Offsets are bytes since the task's first. */
  read(taskId: string, name: StreamName, offset: number | null, length: number): Promise<Chunk | null>;
  /** Deletes the folders of all tasks but these. */
  keepOnly(taskIds: ReadonlySet<string>): Promise<void>;
  stop(): Promise<void>;
}

interface SandboxesOptions {
  readonly engine: Engine;
  readonly workDir: string;
  readonly log: Log;
}

const drainLimit = 10_000;
const retryEvery = 1_000;
const checkpointEvery = 1_000;
/** What an ended stream may have left out is not more than this. */
const lastLines = 200;
/**
 * The engine's log streams can fall silent for ever when its own files turn over under them. So a stream that said this much (bytes) and is
 * quiet for so long (milliseconds) is opened anew, and one that said anything at all now and then.
 */
const suspicious = { bytes: 262_144, quiet: 3_000, anyQuiet: 600_000 };
/** Task ids are made by this scheduler; nothing else is ever looked up as a folder. */
const taskIdPattern = /^[a-z0-9][a-z0-9_.-]*\.instance-[0-9a-f-]{36}\._app\.\d+$/;

export function createSandboxes(options: SandboxesOptions): Sandboxes {
  return new FolderSandboxes(options);
}

class FolderSandboxes implements Sandboxes {
  readonly #options: SandboxesOptions;
  readonly #followers = new Map<string, Promise<void>>();
  readonly #open = new Map<string, Sandbox>();
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(options: SandboxesOptions) {
    this.#options = options;
    // Each task's stream listens.
    setMaxListeners(0, this.#abort.signal);
    this.#timer = setInterval(() => {
      for (const sandbox of this.#open.values()) sandbox.checkpoint().catch((error: unknown) => this.#complain(error));
    }, checkpointEvery);
  }

  follow(taskId: string): void {
    if (this.#followers.has(taskId) || this.#abort.signal.aborted) return;
    const follower = this.#followToEnd(taskId)
      .catch((error: unknown) => this.#complain(error))
      .finally(() => this.#followers.delete(taskId));
    this.#followers.set(taskId, follower);
  }

  isFollowing(taskId: string): boolean {
    return this.#followers.has(taskId);
  }

  async drained(taskId: string): Promise<void> {
    const follower = this.#followers.get(taskId);
    if (follower === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainLimit);
    });
    await Promise.race([follower, limit]);
    clearTimeout(timer);
  }

  note(taskId: string, text: string): void {
    const write = async (): Promise<void> => {
      const open = this.#open.get(taskId);
      if (open !== undefined) return open.note(text);
      const sandbox = await openSandbox(this.#folder(taskId));
      await sandbox.note(text);
      await sandbox.finish();
      await sandbox.close();
    };
    write().catch((error: unknown) => this.#complain(error));
  }

  async read(taskId: string, name: StreamName, offset: number | null, length: number): Promise<Chunk | null> {
    if (!taskIdPattern.test(taskId)) return null;
    const open = this.#open.get(taskId);
    if (open !== undefined) return open.read(name, offset, length);
    const folder = this.#folder(taskId);
    const checkpoint = await readCheckpoint(folder);
    return readLog(join(folder, name), checkpoint[name].base, offset, length);
  }

  async keepOnly(taskIds: ReadonlySet<string>): Promise<void> {
    const folders = await readdir(this.#options.workDir).catch(() => []);
    const old = folders.filter((name) => taskIdPattern.test(name) && !taskIds.has(name) && !this.#open.has(name));
    for (const name of old) await rm(this.#folder(name), { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#abort.abort();
    await Promise.all(this.#followers.values());
  }

  #folder(taskId: string): string {
    return join(this.#options.workDir, taskId);
  }

  async #followToEnd(taskId: string): Promise<void> {
    const sandbox = await openSandbox(this.#folder(taskId));
    this.#open.set(taskId, sandbox);
    try {
      while (!(await this.#followOnce(taskId, sandbox))) await pause(retryEvery, this.#abort.signal);
      if (!this.#abort.signal.aborted) await sandbox.finish();
    } finally {
      await sandbox.checkpoint();
      this.#open.delete(taskId);
      await sandbox.close();
    }
  }

  /** True when there is nothing more to come. */
  async #followOnce(taskId: string, sandbox: Sandbox): Promise<boolean> {
    const { engine } = this.#options;
    const { signal } = this.#abort;
    try {
      if (!(await this.#readSession(taskId, sandbox))) return false;
      if (signal.aborted) return true;
      // The engine ends the stream when the container ends, and also when the engine itself does.
      const container = await inspectContainer(engine, taskId);
      if (container !== null && container.status === "running") return false;
      if (container !== null) await sandbox.addMissed(await lastLogs(engine, taskId, lastLines));
      return true;
    } catch (error) {
      if (signal.aborted || isEngineFailure(error, "notFound")) return true;
      this.#options.log.debug({ task: taskId, reason: describeError(error) }, "a log stream broke; it is taken up again");
      return false;
    }
  }

  /** Copies until the engine ends the stream; false when it was given up because it fell silent. */
  async #readSession(taskId: string, sandbox: Sandbox): Promise<boolean> {
    const session = new AbortController();
    const heard = { bytes: 0, at: Date.now() };
    const watch = setInterval(() => {
      const quiet = Date.now() - heard.at;
      if (quiet >= suspicious.quiet && (heard.bytes >= suspicious.bytes || (heard.bytes > 0 && quiet >= suspicious.anyQuiet)))
        session.abort();
    }, checkpointEvery);
    const signal = AbortSignal.any([this.#abort.signal, session.signal]);
    try {
      for await (const frames of followLogs(this.#options.engine, taskId, await sandbox.resume(), signal)) {
        await sandbox.write(frames);
        heard.bytes += frames.reduce((sum, frame) => sum + frame.data.length, 0);
        heard.at = Date.now();
      }
    } catch (error) {
      if (!session.signal.aborted) throw error;
    } finally {
      clearInterval(watch);
    }
    return !session.signal.aborted;
  }

  #complain(error: unknown): void {
    this.#options.log.warn({ reason: describeError(error) }, "a task's log could not be written");
  }
}
