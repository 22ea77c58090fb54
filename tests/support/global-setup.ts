import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findDaemon } from "#lib/adapters/daemon/daemon.ts";

/**
 * Gives the run a folder for parts that test files start on demand, and ends those parts with the run. Vitest calls this
 * once per project; only the first call makes the folder and clears it.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env["BERTH_TEST_RUN"] !== undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "berth-test-"));
  process.env["BERTH_TEST_RUN"] = folder;
  return async () => {
    const postgres = await findDaemon(join(folder, "postgres", "postgres.pid"));
    await postgres?.stop("SIGINT", 10_000);
    await rm(folder, { recursive: true, force: true });
  };
}
