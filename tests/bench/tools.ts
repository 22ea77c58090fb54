import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

import { installPackages, mayInstallPackages } from "#lib/adapters/engine-local/debian.ts";

const execute = promisify(execFile);

/** The references that no package of Node's brings: HAProxy, and a docker client that builds with BuildKit. */
export async function ensureReferences(say: (text: string) => void): Promise<void> {
  const missing = [
    ...(existsSync("/usr/sbin/haproxy") ? [] : ["haproxy"]),
    ...((await findDockerClient()) === undefined ? ["docker-cli", "docker-buildx"] : []),
  ];
  if (missing.length === 0 || !mayInstallPackages()) return;
  say(`installing ${missing.join(", ")}`);
  await installPackages(missing, { onLine: say, startServices: false });
}

/** A docker client that can build with BuildKit: with the buildx plugin, or old enough to have BuildKit inside. Undefined when there is none. */
export async function findDockerClient(): Promise<string | undefined> {
  for (const file of ["docker", "/usr/bin/docker", "/usr/local/bin/docker"]) {
    const hasPlugin = await execute(file, ["buildx", "version"]).then(
      () => true,
      () => false,
    );
    if (hasPlugin) return file;
    const { stdout } = await execute(file, ["--version"]).catch(() => ({ stdout: "" }));
    const major = Number(/version (\d+)\./.exec(stdout)?.[1] ?? 0);
    if (major >= 18 && major < 23) return file;
  }
  return undefined;
}
