import { constants, copyFile } from "node:fs/promises";
import { join } from "node:path";

import { isBerthError } from "#lib/core/errors.ts";

import { type FetchLimits, fetchOnce } from "./fetch.ts";
import type { GitRunner } from "./runner.ts";
import type { RemoteSource } from "./source.ts";

/** A commit, and a ref that leads to it: refs/heads/…, refs/tags/… or refs/pull/…. */
export interface NamedCommit {
  readonly commit: string;
  readonly fullName: string;
}

/** git has the tree without files even where nobody sent it. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const fetchBatch = 500;
/** A server that cannot leave the files out is asked for this many commits in one call, not for all. */
const unfilteredLimit = 100;

/** Fetches the refs' commits without their files, a few hundred at a time. What vanished meanwhile is left out; other failures are thrown. */
export async function fetchFacts(
  runner: GitRunner,
  source: RemoteSource,
  gitDir: string,
  refs: readonly NamedCommit[],
  limits: FetchLimits,
): Promise<void> {
  const deadline = performance.now() + limits.timeoutMs;
  const queue: NamedCommit[][] = [refs.slice(0, unfilteredLimit)];
  for (let start = unfilteredLimit; start < refs.length; start += fetchBatch) queue.push(refs.slice(start, start + fetchBatch));
  let filterChecked = false;
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
    try {
      await fetchFactsOf(runner, source, gitDir, batch, { ...limits, timeoutMs: Math.max(1, deadline - performance.now()) });
    } catch (error) {
      if (!isBerthError(error, "source_gone")) throw error;
      // One ref that vanished meanwhile refuses the whole batch.
      const half = Math.ceil(batch.length / 2);
      if (batch.length > 1) queue.unshift(batch.slice(0, half), batch.slice(half));
      continue;
    }
    if (!filterChecked && !(await leavesFilesOut(runner, gitDir, batch))) return;
    filterChecked = true;
  }
}

/** By commit id, or by name where the server only gives what it advertises. */
async function fetchFactsOf(
  runner: GitRunner,
  source: RemoteSource,
  gitDir: string,
  batch: readonly NamedCommit[],
  limits: FetchLimits,
): Promise<void> {
  const flags = ["--depth=1", "--filter=tree:0"];
  const byCommit = batch.map((ref) => ref.commit);
  const byName = batch.map((ref) => ref.fullName);
  await fetchOnce(runner, source, gitDir, flags, byCommit, limits).catch(async (error: unknown) => {
    if (!isBerthError(error, "source_gone")) throw error;
    await fetchOnce(runner, source, gitDir, flags, byName, limits);
  });
}

/** Whether the server honoured the filter, judged by the commits' trees, which must not have arrived. */
async function leavesFilesOut(runner: GitRunner, gitDir: string, batch: readonly NamedCommit[]): Promise<boolean> {
  await asOrdinaryRepository(gitDir);
  const input = batch.slice(0, 20).map((ref) => `${ref.commit}^{tree}\n`);
  const output = await runner.run(["cat-file", "--batch-check"], {
    gitDir,
    input: input.join(""),
    timeoutMs: 60_000,
    maxOutputBytes: 64 * 1024,
    protocols: [],
  });
  return !output
    .toString("latin1")
    .split("\n")
    .some((line) => / tree \d+$/.test(line) && !line.startsWith(emptyTree));
}

/** Takes back what `fetch --filter` wrote into the configuration: with it, git would go and look for every commit it does not have. */
export async function asOrdinaryRepository(factsDir: string): Promise<void> {
  const pristine = join(factsDir, "berth-config");
  await copyFile(join(factsDir, "config"), pristine, constants.COPYFILE_EXCL).catch(() => undefined);
  await copyFile(pristine, join(factsDir, "config"));
}
