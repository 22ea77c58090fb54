import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { findDaemon } from "#lib/adapters/daemon/daemon.ts";
import { processStart } from "#lib/adapters/daemon/process-identity.ts";
import { removeEngineFolder } from "#lib/adapters/engine-local/mounts.ts";

/**
 * A temporary folder for the servers of one test run or one product, which names its owner; what owners that were killed
 * left behind under the same prefix is cleared first.
 */
export async function makeRunFolder(prefix = "berth-test-"): Promise<string> {
  await clearDeadRuns(prefix);
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // PostgreSQL's system user must pass through, else its data go elsewhere.
  await chmod(folder, 0o711);
  await writeFile(join(folder, "owner"), JSON.stringify({ pid: process.pid, start: await processStart(process.pid) }));
  return folder;
}

/** Where a run's engine has its sockets: short, because a socket's path may not be long. */
export const engineStateFolder = (folder: string): string => join("/run", basename(folder));

/** Ends the supervisor and servers recorded in a folder and removes every trace of it. */
export async function clearRunFolder(folder: string): Promise<void> {
  const supervisor = await findDaemon(join(folder, "supervisor.lock"));
  await supervisor?.stop("SIGTERM", 25_000);
  const left = [
    await findDaemon(join(folder, "postgres", "postgres.pid")),
    await findDaemon(join(engineStateFolder(folder), "berth-dockerd.json")),
  ];
  for (const daemon of left) await daemon?.stop("SIGTERM", 10_000);
  // The data of a PostgreSQL that may not pass through the folder's parents are elsewhere, named here.
  const elsewhere = (await readFile(join(folder, "postgres", "location"), "utf8").catch(() => "")).trim();
  if (elsewhere.startsWith("/var/lib/berth/data-")) await rm(elsewhere, { recursive: true, force: true });
  await removeEngineFolder(engineStateFolder(folder));
  await removeEngineFolder(folder);
  await rm(folder, { recursive: true, force: true });
}

/** A run is dead when its folder names an owner that no longer runs. */
async function clearDeadRuns(prefix: string): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    const owner = /"pid":(\d+),"start":"([^"]*)"/.exec(await readFile(join(folder, "owner"), "utf8").catch(() => ""));
    if (owner !== null && (await processStart(Number(owner[1]))) !== owner[2]) await clearRunFolder(folder);
  }
}
