import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { BerthError } from "#lib/core/errors.ts";

interface Limits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const ownerFile = "berth-owner";
const pollMs = 100;
const abandonedAfterMs = 60 * 60 * 1_000;
const turns = new Map<string, Promise<unknown>>();

/**
 * Runs `work` while nobody else in this process changes the mirror, and not before a git left by a killed process has ended: git itself
 * refuses a second shallow fetch, and leaves its lock behind for ever when it is killed. Throws `git_timed_out` when the turn does not come.
 */
export async function withMirrorTurn<Result>(
  gitDir: string,
  limits: Limits,
  work: (remainingMs: number) => Promise<Result>,
): Promise<Result> {
  const deadline = performance.now() + limits.timeoutMs;
  const before = turns.get(gitDir) ?? Promise.resolve();
  const mine = before.then(async () => {
    await waitForStrangers(gitDir, deadline, limits.signal);
    await writeFile(join(gitDir, ownerFile), String(process.pid));
    try {
      return await work(Math.max(1, deadline - performance.now()));
    } catch (error) {
      // git keeps half a pack when it is ended while receiving it.
      await removeHalfPacks(gitDir, 0);
      throw error;
    }
  });
  const settled = mine.then(
    () => undefined,
    () => undefined,
  );
  turns.set(gitDir, settled);
  void settled.then(() => (turns.get(gitDir) === settled ? turns.delete(gitDir) : false));
  return mine;
}

/** Waits while another living process holds the mirror's lock; removes locks and half packs nobody holds any more. */
async function waitForStrangers(gitDir: string, deadline: number, signal: AbortSignal | undefined): Promise<void> {
  const lock = join(gitDir, "shallow.lock");
  for (;;) {
    if (signal?.aborted) throw new BerthError("cancelled", { cause: signal.reason });
    const since = await stat(lock).then(
      (found) => found.mtimeMs,
      () => null,
    );
    if (since === null) break;
    if (Date.now() - since > abandonedAfterMs || !(await ownerLives(gitDir))) {
      await rm(lock, { force: true });
      break;
    }
    if (performance.now() > deadline) throw new BerthError("git_timed_out", { detail: "Another fetch of this repository did not finish." });
    await delay(pollMs);
  }
  await removeHalfPacks(gitDir, abandonedAfterMs);
}

/** Whether the process that last took the mirror, when it is another one, is still there. */
async function ownerLives(gitDir: string): Promise<boolean> {
  const owner = Number(await readFile(join(gitDir, ownerFile), "utf8").catch(() => "0"));
  if (!Number.isInteger(owner) || owner <= 0 || owner === process.pid) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch {
    return false;
  }
}

async function removeHalfPacks(gitDir: string, olderThanMs: number): Promise<void> {
  const folder = join(gitDir, "objects", "pack");
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith("tmp_"))) {
    const path = join(folder, name);
    const age = await stat(path).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age >= olderThanMs) await rm(path, { force: true });
  }
}
