import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { BerthError } from "#lib/core/errors.ts";

const everyMs = 100;

/**
 * Runs `work` with a signal that fires when the repository's packs have grown by more than `maxGrowthBytes`, or when `signal` does.
 * git has no such limit of its own for fetching.
 */
export async function withDiskWatch<Result>(
  gitDir: string,
  maxGrowthBytes: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const packs = join(gitDir, "objects", "pack");
  const before = await folderSize(packs);
  const quota = new AbortController();
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void folderSize(packs).then((size) => {
      looking = false;
      if (size - before <= maxGrowthBytes) return;
      quota.abort(
        new BerthError("git_failed", { detail: `The repository sends more than ${Math.floor(maxGrowthBytes / 1024 / 1024)} MiB at once.` }),
      );
    });
  }, everyMs);
  try {
    return await work(signal === undefined ? quota.signal : AbortSignal.any([signal, quota.signal]));
  } finally {
    clearInterval(timer);
  }
}

/** Bytes of the files in one folder; files that vanish meanwhile count nothing. */
async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (found) => found.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
