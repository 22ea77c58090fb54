import { setMaxListeners } from "node:events";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { describeError } from "#lib/core/errors.ts";
import { type Log } from "#lib/platform/log.ts";

import { inspectContainer } from "../engine/containers.ts";
import { isEngineFailure } from "../engine/engine-failure.ts";
import { type Engine } from "../engine/engine.ts";
import { followLogs } from "../engine/logs.ts";
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
      for await (const frames of followLogs(engine, taskId, sandbox.resume(), signal)) await sandbox.write(frames);
      if (signal.aborted) return true;
      // The engine ends the stream when the container ends, and also when the engine itself does.
      const container = await inspectContainer(engine, taskId);
      return container === null || container.status !== "running";
    } catch (error) {
      if (signal.aborted || isEngineFailure(error, "notFound")) return true;
      this.#options.log.debug({ task: taskId, reason: describeError(error) }, "a log stream broke; it is taken up again");
      return false;
    }
  }

  #complain(error: unknown): void {
    this.#options.log.warn({ reason: describeError(error) }, "a task's log could not be written");
  }
}
