import { chmod, mkdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { findDaemon } from "#lib/adapters/daemon/daemon.ts";
import { processStart } from "#lib/adapters/daemon/process-identity.ts";
import { BerthError } from "#lib/core/errors.ts";

/** BERTH_HOME: everything an installation keeps, and who may read it. */
export interface Home {
  readonly path: string;
  readonly logs: string;
  readonly keys: string;
  /** Ids of running processes, for the next start after a violent end. */
  readonly run: string;
  release(): Promise<void>;
}

const neededMegabytes = 300;
const privateFolders = ["logs", "keys", "run", "tools"];

/**
 * Makes and locks BERTH_HOME. Throws `already_running` when another supervisor has it, `disk_full` when its disk has less
 * than 300 MB, `start_failed` when it cannot be written.
 */
export async function openHome(path: string): Promise<Home> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    // As root, other system users (PostgreSQL's) must pass through; what is private lies in folders of its own.
    await chmod(path, process.getuid?.() === 0 ? 0o711 : 0o700);
    for (const name of privateFolders) await mkdir(join(path, name), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explain(path, error);
  }
  await checkSpace(path);
  const lock = join(path, "supervisor.lock");
  await takeLock(lock);
  return { path, logs: join(path, "logs"), keys: join(path, "keys"), run: join(path, "run"), release: () => rm(lock, { force: true }) };
}

function explain(path: string, error: unknown): BerthError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new BerthError("disk_full", { detail: `The disk under ${path} is full: make room and start again.`, cause: error });
  const reason =
    code === "EACCES" || code === "EPERM" || code === "EROFS"
      ? "you may not write there"
      : code === "ENOTDIR" || code === "EEXIST"
        ? "it is not a folder"
        : String(code);
  return new BerthError("start_failed", {
    detail: `Berth cannot keep its data in ${path} (${reason}): correct its owner or permissions, or set BERTH_HOME.`,
    cause: error,
  });
}

async function checkSpace(path: string): Promise<void> {
  const disk = await statfs(path);
  const megabytes = Math.floor((disk.bavail * disk.bsize) / 1024 ** 2);
  if (megabytes < neededMegabytes) {
    throw new BerthError("disk_full", {
      detail: `The disk under ${path} has ${megabytes} MB left and Berth needs ${neededMegabytes} MB to start: make room and start again.`,
    });
  }
}

/** The lock names a process and when it started, so that a lock left by a dead one does not count. */
async function takeLock(lock: string): Promise<void> {
  const holder = await findDaemon(lock);
  if (holder !== undefined && holder.pid !== process.pid) throw heldBy(lock, holder.pid);
  try {
    await writeFile(lock, JSON.stringify({ pid: process.pid, start: (await processStart(process.pid)) ?? "" }), {
      flag: "wx",
      mode: 0o600,
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw heldBy(lock, Number(/"pid":(\d+)/.exec(await readFile(lock, "utf8"))?.[1]));
    throw explain(dirname(lock), error);
  }
}

function heldBy(lock: string, pid: number): BerthError {
  return new BerthError("already_running", {
    detail: `Berth runs already with the data in ${dirname(lock)} (process ${pid}): use that one, or stop it first.`,
  });
}
