import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PassThrough, type Readable } from "node:stream";

import { BerthError, isBerthError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";

import { gitEnvironment, gitSettings, type OuterEnvironment } from "./environment.ts";
import { GitExit, gitFailure } from "./failure.ts";
import { type ProcessGroup, startProcessGroup } from "./process-group.ts";
import { sshProgram } from "./ssh-program.ts";

export interface GitRunOptions {
  /** The repository; without one git runs in an empty folder. */
  readonly gitDir?: string;
  /** More variables, from this adapter only (credentials, the ssh program). */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** Milliseconds until the whole process group is ended and `git_timed_out` thrown. */
  readonly timeoutMs: number;
  /** Bytes of standard output accepted; more ends git with `git_failed`. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal;
  /** Transports this call may use; default: those of the runner. Reading calls pass none. */
  readonly protocols?: readonly string[];
}

export type GitStreamOptions = Omit<GitRunOptions, "maxOutputBytes">;

export interface GitStream {
  readonly stdout: Readable;
  /** Resolves when git ended well; rejects with a BerthError otherwise. Handled even when nobody looks. */
  readonly done: Promise<void>;
}

/** The addresses of a host (name or literal, without brackets) that may be connected to. Throws BerthError when it may not be. */
export type ResolveHost = (host: string, port: number) => Promise<readonly string[]>;

export interface GitRunner {
  /** Where the runner keeps its empty home, known hosts and, for as long as a call lasts, deploy keys. */
  readonly homeDir: string;
  readonly resolveHost?: ResolveHost;
  /** Runs git to its end and gives its standard output. Throws BerthError. */
  readonly run: (args: readonly string[], options: GitRunOptions) => Promise<Buffer>;
  /** Starts git and gives its standard output as it comes; destroying the stream ends git, and an error of git fails the stream. */
  readonly stream: (args: readonly string[], options: GitStreamOptions) => GitStream;
}

export interface GitRunnerOptions {
  /** A folder of the runner's own, created when missing. */
  readonly homeDir: string;
  readonly log: Log;
  /** What git may speak, for example `["https", "http", "ssh"]`. */
  readonly protocols: readonly string[];
  /** The operator's environment; only PATH, certificates and proxies are taken from it. */
  readonly environment?: OuterEnvironment;
  /** The installation's policy on addresses; git connects to what it answers and nothing else. Default: git looks names up itself. */
  readonly resolveHost?: ResolveHost;
  /** Seconds below 1 000 bytes/s after which an HTTP transfer is given up; default 30. */
  readonly lowSpeedSeconds?: number;
}

const maxStderrBytes = 16 * 1024;

/** The one way git is run: argument arrays, a built-up environment, settings a repository cannot change, its own process group, limits. */
export function createGitRunner(options: GitRunnerOptions): GitRunner {
  const homeDir = resolve(options.homeDir);
  const emptyHome = join(homeDir, "home");
  const globalConfig = join(homeDir, "gitconfig");
  mkdirSync(emptyHome, { recursive: true, mode: 0o700 });
  // The runner names every repository itself, so whose user owns it says nothing.
  writeFileSync(globalConfig, "[safe]\n\tdirectory = *\n", { mode: 0o600 });
  writeFileSync(join(homeDir, sshProgram.fileName), sshProgram.text, { mode: 0o700 });
  chmodSync(join(homeDir, sshProgram.fileName), 0o700);
  const baseEnv = gitEnvironment(options.environment ?? {}, { home: emptyHome, globalConfig, ceiling: homeDir });

  function launch(args: readonly string[], call: GitStreamOptions): Launched {
    const protocols = call.protocols ?? options.protocols;
    const settings = gitSettings(protocols, options.lowSpeedSeconds ?? 30).flatMap((setting) => ["-c", setting]);
    const gitDir = call.gitDir === undefined ? [] : [`--git-dir=${resolve(call.gitDir)}`];
    const env = { ...baseEnv, ...call.env, GIT_ALLOW_PROTOCOL: protocols.join(":") };
    const group = startProcessGroup("git", [...settings, ...gitDir, ...args], { cwd: emptyHome, env });
    group.child.stdin.end(call.input ?? "");
    return watch(group, args[0] ?? "", call, [call.gitDir ?? "", homeDir], options.log);
  }

  return {
    homeDir,
    ...(options.resolveHost === undefined ? {} : { resolveHost: options.resolveHost }),
    async run(args, call) {
      throwIfAborted(call.signal);
      const launched = launch(args, call);
      const chunks: Buffer[] = [];
      let size = 0;
      launched.group.child.stdout.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= call.maxOutputBytes) chunks.push(chunk);
        else launched.fail(new BerthError("git_failed", { detail: `Git answered with more than ${describeBytes(call.maxOutputBytes)}.` }));
      });
      await launched.finished;
      return Buffer.concat(chunks);
    },
    stream(args, call) {
      throwIfAborted(call.signal);
      const launched = launch(args, call);
      return { stdout: endingWith(launched), done: launched.finished };
    },
  };
}

interface Launched {
  readonly group: ProcessGroup;
  readonly finished: Promise<void>;
  /** Ends git; `finished` then rejects with this error. Only the first counts. */
  readonly fail: (error: BerthError) => void;
}

/** Standard output that ends only when git ended well, and fails with its error otherwise: half an answer never looks like a whole one. */
function endingWith({ group, finished, fail }: Launched): Readable {
  const out = new PassThrough();
  out.on("error", () => undefined);
  out.once("close", () => {
    if (out.writableFinished) return;
    fail(new BerthError("cancelled", { detail: "The reader went away." }));
    group.child.stdout.resume();
  });
  group.child.stdout.pipe(out, { end: false });
  finished.then(
    () => out.end(),
    (error: Error) => out.destroy(error),
  );
  return out;
}

/** Puts limits on a running git and turns its end into a promise. */
function watch(group: ProcessGroup, verb: string, call: GitStreamOptions, hidden: readonly string[], log: Log): Launched {
  const started = performance.now();
  let failure: BerthError | undefined;
  const fail = (error: BerthError) => {
    failure ??= error;
    group.end();
  };
  const onAbort = () => fail(abortError(call.signal));
  const timer = setTimeout(
    () => fail(new BerthError("git_timed_out", { detail: `Git did not finish within ${Math.ceil(call.timeoutMs / 1_000)} seconds.` })),
    call.timeoutMs,
  );
  call.signal?.addEventListener("abort", onAbort, { once: true });
  let stderr = Buffer.alloc(0);
  group.child.stderr.on("data", (chunk: Buffer) => {
    stderr = Buffer.concat([stderr, chunk]).subarray(-maxStderrBytes);
  });
  const finished = new Promise<void>((resolve, reject) => {
    group.child.once("error", (error) => {
      failure ??= new BerthError("unavailable", { detail: "Git cannot be started; install git 2.39 or newer.", cause: error });
      if (group.child.pid === undefined) reject(failure);
    });
    group.child.once("close", (code) => {
      if (failure === undefined && code === 0) resolve();
      else reject(failure ?? gitFailure(new GitExit(code, stderr.toString("utf8")), hidden));
    });
  }).finally(() => {
    clearTimeout(timer);
    call.signal?.removeEventListener("abort", onAbort);
    log.debug({ git: verb, milliseconds: Math.round(performance.now() - started), code: group.child.exitCode }, "git ended");
  });
  return { group, finished, fail };
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

function abortError(signal: AbortSignal | undefined): BerthError {
  const reason: unknown = signal?.reason;
  return isBerthError(reason) ? reason : new BerthError("cancelled", { cause: reason });
}

function describeBytes(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MiB` : `${Math.floor(bytes / 1024)} KiB`;
}
