import { Duplex, PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";

import type { ContainerCreateOptions } from "dockerode";

import { BerthError } from "#lib/core/errors.ts";

import { engineError, engineStatus } from "./engine-error.ts";
import type { Engine } from "./engine.ts";

/** A command to run once in a container of an image, shut off from everything. */
export interface CommandRun {
  /** The same for every try, so that the next one finds what an earlier one left. */
  readonly name: string;
  readonly image: string;
  /** The words of the command; the image's entrypoint is passed by. */
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly env: readonly string[];
  readonly limits: { readonly cpus: number; readonly memoryMiB: number; readonly pids: number; readonly timeoutMs: number };
  /** Gets everything it says, as it comes; hostile text. */
  onOutput(text: string): void;
  /** Kills it. */
  readonly signal: AbortSignal;
}

export type CommandEnd = { readonly kind: "exited"; readonly code: number; readonly outOfMemory: boolean } | { readonly kind: "timed-out" };

const callMs = 30_000;
/** What it printed last is on its way a little longer than its end. */
const drainMs = 2_000;
const outputMaxBytes = 16 * 1024 * 1024;
const nobodysCommand = /no such file or directory|executable file not found|permission denied|not a directory|exec format error/i;

/**
 * Runs it and says how it ended; the container is gone afterwards, whatever happened. Throws `cancelled` when `signal` aborts,
 * `image_missing`, `docker_unavailable`; a command that the image does not have has exited with 127, as in a shell.
 */
export async function runCommand(engine: Engine, run: CommandRun): Promise<CommandEnd> {
  await removeByName(engine, run.name);
  try {
    return await runContainer(engine, run);
  } catch (error) {
    if (run.signal.aborted) throw new BerthError("cancelled", { cause: error });
    throw engineError(error, engineStatus(error) === 404 ? "image_missing" : "docker_failed");
  } finally {
    await removeByName(engine, run.name);
  }
}

async function runContainer(engine: Engine, run: CommandRun): Promise<CommandEnd> {
  const container = await limited(engine.createContainer(specOf(run)));
  const output = await limited(container.attach({ stream: true, stdout: true, stderr: true }));
  const text = textOf(run);
  engine.modem.demuxStream(output, text, text);
  const drained = finished(output, { cleanup: true }).catch(() => undefined);
  try {
    await limited(container.start());
  } catch (error) {
    const said = error instanceof Error ? error.message : "";
    if (!nobodysCommand.test(said)) throw error;
    run.onOutput("The image has no such command.\n");
    return { kind: "exited", code: 127, outOfMemory: false };
  }
  const deadline = timer(run.limits.timeoutMs);
  try {
    const first = await Promise.race([container.wait({ abortSignal: run.signal }), deadline.passed, aborted(run.signal)]);
    if (first === "passed") return { kind: "timed-out" };
    await Promise.race([drained, delay(drainMs, undefined, { ref: false })]);
    const { State } = await limited(container.inspect());
    return { kind: "exited", code: State.ExitCode, outOfMemory: State.OOMKilled };
  } finally {
    deadline.clear();
    if (output instanceof Duplex) output.destroy();
  }
}

function specOf(run: CommandRun): ContainerCreateOptions & { name: string } {
  const [program = "", ...args] = run.command;
  const memory = run.limits.memoryMiB * 1024 * 1024;
  const period = 100_000;
  return {
    name: run.name,
    Image: run.image,
    Entrypoint: [program],
    Cmd: args,
    Env: [...run.env],
    Labels: { ...run.labels },
    Healthcheck: { Test: ["NONE"] },
    Tty: false,
    OpenStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      Privileged: false,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      NetworkMode: "none",
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": "rw,nosuid,nodev,size=256m,mode=1777" },
      PidsLimit: run.limits.pids,
      Memory: memory,
      MemorySwap: memory,
      CpuPeriod: period,
      CpuQuota: Math.round(run.limits.cpus * period),
      // What it says goes to us alone: nothing of it stays on the host's disk.
      LogConfig: { Type: "none", Config: {} },
      Init: true,
      AutoRemove: false,
      RestartPolicy: { Name: "no" },
    },
  };
}

/** Passes text on until there is too much of it; what comes after is read and dropped, so that the command does not hang on a full pipe. */
function textOf(run: CommandRun): PassThrough {
  const stream = new PassThrough();
  const decoder = new TextDecoder();
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    const before = bytes;
    bytes += chunk.length;
    if (bytes <= outputMaxBytes) run.onOutput(decoder.decode(chunk, { stream: true }));
    else if (before <= outputMaxBytes) run.onOutput("\n… it says too much; the rest is left out …\n");
  });
  return stream;
}

/** Removes what has the name, running or not, and its volumes. Gone already is fine; so is one that is just going. */
async function removeByName(engine: Engine, name: string): Promise<void> {
  try {
    await limited(engine.getContainer(name).remove({ force: true, v: true }));
  } catch (error) {
    const status = engineStatus(error);
    if (status !== 404 && status !== 409) throw engineError(error);
  }
}

/** Removes every container with the label whose name `keep` does not want. Answers how many. */
export async function removeContainersOf(engine: Engine, label: string, keep: (name: string) => boolean): Promise<number> {
  let removed = 0;
  const found = await limited(engine.listContainers({ all: true, filters: { label: [label] } })).catch((error: unknown) => {
    throw engineError(error);
  });
  for (const { Id, Names } of found) {
    if (Names.some((name) => keep(name.replace(/^\//, "")))) continue;
    await removeByName(engine, Id);
    removed += 1;
  }
  return removed;
}

async function limited<T>(call: Promise<T>): Promise<T> {
  const deadline = timer(callMs);
  try {
    const first = await Promise.race([call.then((value) => ({ value })), deadline.passed]);
    if (first === "passed") throw new BerthError("docker_unavailable", { detail: "The engine does not answer in time." });
    return first.value;
  } finally {
    deadline.clear();
  }
}

function timer(ms: number): { passed: Promise<"passed">; clear(): void } {
  let handle: NodeJS.Timeout | undefined;
  const passed = new Promise<"passed">((resolve) => {
    handle = setTimeout(() => resolve("passed"), ms);
  });
  return { passed, clear: () => clearTimeout(handle) };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(new BerthError("cancelled"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
