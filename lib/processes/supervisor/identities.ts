import { execFile } from "node:child_process";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { canRead, canReach, ensureSystemUser, type SystemUser } from "#lib/adapters/daemon/system-user.ts";
import type { ProcessRole } from "#lib/platform/database/roles.ts";

const execute = promisify(execFile);

/** Who the processes that face the world run as. */
export interface Identities {
  readonly users: Partial<Readonly<Record<ProcessRole, SystemUser>>>;
  /** A sentence on what is not guarded, for the start-up to say; undefined when all is. */
  readonly remark: string | undefined;
}

/** Folders in BERTH_HOME that web writes. */
const webFolders = ["git", "git-home-web"];

/**
 * Started as root, web and gateway get system users of their own, so that whoever takes one of them over reads no keys and
 * reaches no engine. That needs a clone which others may read; where it is not, or we are not root, the remark says so.
 */
export async function chooseIdentities(root: string, home: string): Promise<Identities> {
  const shared = "all processes run as the same user, so web and gateway could read what only the worker needs";
  if (process.getuid?.() !== 0) return { users: {}, remark: `${shared}; start Berth as root to separate them.` };
  try {
    const [web, gateway] = await Promise.all([ensureSystemUser("berth-web"), ensureSystemUser("berth-gateway")]);
    const readable = await Promise.all(
      [web, gateway].map(
        async (user) =>
          (await canRead(user, join(root, "dist", "web.mjs"))) && (await canReach(user, home)) && (await canReach(user, process.execPath)),
      ),
    );
    if (readable.includes(false))
      return { users: {}, remark: `${shared}; move the clone and BERTH_HOME to where other users may pass to separate them.` };
    for (const name of webFolders) await giveFolder(join(home, name), web);
    return { users: { web, gateway }, remark: undefined };
  } catch {
    return { users: {}, remark: `${shared}; the system users berth-web and berth-gateway could not be made.` };
  }
}

/** Makes a folder the user's own, with everything in it when it was somebody else's. */
async function giveFolder(path: string, user: SystemUser): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if ((await stat(path)).uid !== user.uid) await execute("chown", ["-R", `${user.uid}:${user.gid}`, "--", path]);
}
