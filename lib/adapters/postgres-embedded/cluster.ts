import { spawn } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { BerthError } from "#lib/core/errors.ts";

import type { PostgresPlace } from "./place.ts";

const timeoutMilliseconds = 120_000;

/**
 * Makes the data folder's files unless they exist. They are made beside it and moved in whole, so that a start killed
 * in the middle leaves nothing that looks like data. Throws `start_failed` or `disk_full`.
 */
export async function createCluster(place: PostgresPlace, account: { superuser: string; password: string }): Promise<void> {
  if ((await stat(join(place.dataFolder, "PG_VERSION")).catch(() => undefined)) !== undefined) return;
  const unfinished = join(place.dataFolder, "unfinished");
  await mkdir(place.dataFolder, { recursive: true, mode: 0o700 });
  await rm(unfinished, { recursive: true, force: true });
  const secrets = await mkdtemp(join(tmpdir(), "berth-initdb-"));
  try {
    const passwordFile = join(secrets, "password");
    await writeFile(passwordFile, `${account.password}\n`, { mode: 0o600 });
    if (place.user !== undefined) {
      await chown(secrets, place.user.uid, place.user.gid);
      await chown(passwordFile, place.user.uid, place.user.gid);
    }
    await initialise(place, ["-D", unfinished, `--username=${account.superuser}`, `--pwfile=${passwordFile}`]);
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
  await moveIn(unfinished, place.dataFolder);
}

/** PG_VERSION goes last: it is what says that the data are complete. */
async function moveIn(unfinished: string, dataFolder: string): Promise<void> {
  const names = (await readdir(unfinished)).filter((name) => name !== "PG_VERSION");
  for (const name of [...names, "PG_VERSION"]) await rename(join(unfinished, name), join(dataFolder, name));
  await rm(unfinished, { recursive: true, force: true });
  await chmod(dataFolder, 0o700);
}

function initialise(place: PostgresPlace, args: readonly string[]): Promise<void> {
  const fixed = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--auth=scram-sha-256"];
  return new Promise((resolve, reject) => {
    const child = spawn(place.initdb, [...args, ...fixed], {
      cwd: dirname(place.dataFolder),
      env: { NODE_ENV: "production", LC_ALL: "C", TZ: "UTC" },
      ...place.user,
      shell: false,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: timeoutMilliseconds,
    });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors = (errors + chunk).slice(-4000)));
    child.on("error", (error) =>
      reject(new BerthError("start_failed", { detail: "PostgreSQL's initdb could not be started.", cause: error })),
    );
    child.on("close", (code) => {
      if (code === 0) return resolve();
      if (errors.includes("No space left on device")) {
        return reject(new BerthError("disk_full", { detail: `The disk under ${place.dataFolder} is full: make room and start again.` }));
      }
      reject(
        new BerthError("start_failed", { detail: `PostgreSQL's data could not be made: ${errors.trim().split("\n").slice(-2).join(" ")}` }),
      );
    });
  });
}
