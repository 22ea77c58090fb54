import { isBerthError } from "#lib/core/errors.ts";

import { commitFormat, type CommitInfo, parseCommits } from "./commit-format.ts";
import { exitCodeOf } from "./failure.ts";
import { type FetchLimits, fetchShallow } from "./fetch.ts";
import { withMirrorTurn } from "./mirror-lock.ts";
import { requireCommitId, requireFullRef } from "./ref-name.ts";
import type { GitRunner } from "./runner.ts";
import type { RemoteSource } from "./source.ts";

export interface CommitRange {
  /** What `to` has and `from` lacks, newest first, at most `max`. */
  readonly commitsIn: readonly CommitInfo[];
  /** What `from` has and `to` lacks. */
  readonly commitsOut: readonly CommitInfo[];
  readonly inCount: number;
  readonly outCount: number;
  /** False where the history at hand does not reach back to where the two parted. */
  readonly complete: boolean;
  /** Paths that differ between the two trees; null where there are more than can be told. */
  readonly paths: readonly string[] | null;
}

const reading = { timeoutMs: 60_000, maxOutputBytes: 8 * 1024 * 1024, protocols: [] } as const;
/** How much history of a ref is fetched for the sake of a comparison. */
const historyDepth = 1_000;

/** What lies between two commits of a repository. Throws `source_gone` when it has not got one of them. */
export async function readRange(runner: GitRunner, gitDir: string, from: string, to: string, max: number): Promise<CommitRange> {
  const [one, other] = [requireCommitId(from), requireCommitId(to)];
  const [commitsIn, commitsOut, counts, complete, paths] = await Promise.all([
    listCommits(runner, gitDir, other, one, max),
    listCommits(runner, gitDir, one, other, max),
    runner.run(["rev-list", "--left-right", "--count", `${one}...${other}`, "--"], { ...reading, gitDir }),
    haveBase(runner, gitDir, one, other),
    changedPaths(runner, gitDir, one, other),
  ]);
  const [outCount = 0, inCount = 0] = counts.toString("latin1").trim().split(/\s+/).map(Number);
  return { commitsIn, commitsOut, inCount, outCount, complete, paths };
}

/** Fetches more history of a ref than a build needs. What cannot be had is left out: the range says then that it is not complete. */
export async function fetchRangeHistory(
  runner: GitRunner,
  source: RemoteSource,
  mirrorDir: string,
  fullRef: string,
  limits: FetchLimits,
): Promise<void> {
  const { fullName } = requireFullRef(fullRef);
  await withMirrorTurn(mirrorDir, limits, (timeoutMs) =>
    fetchShallow(runner, source, mirrorDir, `--depth=${historyDepth}`, `+${fullName}:refs/berth/history`, { ...limits, timeoutMs }),
  );
}

async function listCommits(runner: GitRunner, gitDir: string, has: string, lacks: string, max: number): Promise<CommitInfo[]> {
  const format = ["--encoding=UTF-8", "--no-color", "--no-notes", `--format=${commitFormat}`];
  return parseCommits(await runner.run(["log", `--max-count=${max}`, ...format, has, `^${lacks}`, "--"], { ...reading, gitDir }));
}

async function haveBase(runner: GitRunner, gitDir: string, one: string, other: string): Promise<boolean> {
  return runner.run(["merge-base", one, other], { ...reading, gitDir }).then(
    () => true,
    (error: unknown) => {
      if (exitCodeOf(error) === 1) return false;
      throw error;
    },
  );
}

async function changedPaths(runner: GitRunner, gitDir: string, one: string, other: string): Promise<string[] | null> {
  try {
    const output = await runner.run(["diff-tree", "-r", "-z", "--name-only", "--no-renames", one, other, "--"], { ...reading, gitDir });
    return output
      .toString("utf8")
      .split("\0")
      .filter((path) => path !== "");
  } catch (error) {
    if (isBerthError(error, "git_failed")) return null;
    throw error;
  }
}
