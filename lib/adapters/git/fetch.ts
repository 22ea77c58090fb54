import { withDiskWatch } from "./disk-watch.ts";
import { stderrOf } from "./failure.ts";
import type { GitRunner } from "./runner.ts";
import { type RemoteSource, withRemote } from "./source.ts";

export interface FetchLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** What one fetch may add to the disk; default 2 GiB. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 2 * 1024 ** 3;
const maxOutputBytes = 1024 * 1024;

/** Fetches one refspec with as much history as `flag` says, or all of it where the server cannot cut it short. */
export async function fetchShallow(
  runner: GitRunner,
  source: RemoteSource,
  gitDir: string,
  flag: string,
  refspec: string,
  limits: FetchLimits,
): Promise<void> {
  try {
    await fetchOnce(runner, source, gitDir, [flag], [refspec], limits);
  } catch (error) {
    // Plain files behind a web server cannot cut a history short.
    if (!/does not support (?:shallow|--shallow|--depth)/.test(stderrOf(error))) throw error;
    await fetchOnce(runner, source, gitDir, [], [refspec], limits);
  }
}

/** One `git fetch`; the refspecs go through standard input, which takes any number of them. */
export async function fetchOnce(
  runner: GitRunner,
  source: RemoteSource,
  gitDir: string,
  flags: readonly string[],
  refspecs: readonly string[],
  limits: FetchLimits,
): Promise<void> {
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--refmap=",
    "--no-recurse-submodules",
    "--stdin",
    ...flags,
  ];
  const input = `${refspecs.join("\n")}\n`;
  await withRemote(runner, source, (env) =>
    withDiskWatch(gitDir, limits.maxBytes ?? defaultMaxBytes, limits.signal, (signal) =>
      runner.run([...args, "--", source.url], { gitDir, env, input, signal, timeoutMs: limits.timeoutMs, maxOutputBytes }),
    ),
  );
}
