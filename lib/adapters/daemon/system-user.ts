import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Ids of a system user, as `spawn` takes them. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Finds a system user, making it when it is missing: no password, no login shell, no home. Needs root for that; throws when it cannot. */
export async function ensureSystemUser(name: string): Promise<SystemUser> {
  const find = async () => {
    const [uid, gid] = await Promise.all([execute("id", ["-u", name]), execute("id", ["-g", name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  };
  try {
    return await find();
  } catch {
    const args = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name];
    await execute("useradd", args);
    return find();
  }
}

/** Whether the user may pass every folder above a path and enter or run it, by the permission bits alone. */
export async function canReach(user: SystemUser, path: string): Promise<boolean> {
  return (await isOpenTo(user, path, 1)) && passes(user, dirname(path));
}

/** Whether the user may read a file, and pass every folder above it. */
export async function canRead(user: SystemUser, path: string): Promise<boolean> {
  return (await isOpenTo(user, path, 4)) && passes(user, dirname(path));
}

async function passes(user: SystemUser, folder: string): Promise<boolean> {
  if (!(await isOpenTo(user, folder, 1))) return false;
  return dirname(folder) === folder || passes(user, dirname(folder));
}

async function isOpenTo(user: SystemUser, path: string, bit: 1 | 4): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined) return false;
  const shift = facts.uid === user.uid ? 6 : facts.gid === user.gid ? 3 : 0;
  return ((facts.mode >> shift) & bit) === bit;
}
