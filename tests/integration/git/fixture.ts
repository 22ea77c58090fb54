import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { pino } from "pino";

import { createGitRunner, type GitRunner, type GitRunnerOptions } from "#lib/adapters/git/runner.ts";

const execute = promisify(execFile);

export interface GitFixture {
  readonly folder: string;
  readonly runner: GitRunner;
  readonly path: (...parts: string[]) => string;
  readonly createRunner: (options?: Partial<GitRunnerOptions>) => GitRunner;
  readonly remove: () => Promise<void>;
}

export const log = pino({ level: "silent" });

/** A folder of its own and a runner that may also read file:// URLs. */
export async function createFixture(): Promise<GitFixture> {
  const folder = await mkdtemp(join(tmpdir(), "berth-git-"));
  const createRunner = (options: Partial<GitRunnerOptions> = {}) =>
    createGitRunner({ homeDir: join(folder, "git-home"), log, protocols: ["https", "http", "ssh", "file"], ...options });
  return {
    folder,
    runner: createRunner(),
    path: (...parts) => join(folder, ...parts),
    createRunner,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A person's own git, as it would be used in a terminal. Gives standard output and standard error together. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const env = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: cwd,
    LC_ALL: "C",
    NODE_ENV: "test" as const,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Anna",
    GIT_AUTHOR_EMAIL: "anna@example.com",
    GIT_COMMITTER_NAME: "Anna",
    GIT_COMMITTER_EMAIL: "anna@example.com",
  };
  const { stdout, stderr } = await execute("git", ["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=master", ...args], {
    cwd,
    env,
    maxBuffer: 64 * 1024 * 1024,
  });
  return `${stdout}${stderr}`;
}

/** As `git`, for a command that has to fail; gives what it said. */
export async function gitFails(cwd: string, ...args: string[]): Promise<string> {
  try {
    await git(cwd, ...args);
  } catch (error) {
    if (error instanceof Error && "stderr" in error) return String(error.stderr);
    throw error;
  }
  throw new Error(`git ${args.join(" ")} was expected to fail`);
}

/** The commit a name stands for. */
export async function commitOf(cwd: string, name: string): Promise<string> {
  return (await git(cwd, "rev-parse", `${name}^{commit}`)).trim();
}

/** Polls until `look` gives something other than null or false, for at most `timeoutMs`. */
export async function eventually<Value>(
  look: () => Promise<Value | null | false> | Value | null | false,
  timeoutMs = 10_000,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== null && value !== false) return value;
    if (performance.now() > deadline) throw new Error("It did not happen in time.");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
