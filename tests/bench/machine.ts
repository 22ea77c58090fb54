import { execFile } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";
import { promisify } from "node:util";

import { engineVersion } from "#lib/adapters/engine-local/engine-call.ts";

const execute = promisify(execFile);

/** What figures depend on: written beside them, because machines differ. */
export interface Machine {
  readonly at: string;
  readonly commit: string;
  /** Whether the tree had changes that are in no commit. */
  readonly dirty: boolean;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly kernel: string;
  readonly loadAverage: readonly number[];
  readonly versions: Readonly<Record<string, string>>;
}

export async function describeMachine(root: string, dockerHost: string): Promise<Machine> {
  const line = async (file: string, args: string[]) =>
    (await execute(file, args, { cwd: root }).catch(() => ({ stdout: "" }))).stdout.trim().split("\n")[0] ?? "";
  const [commit, changes, git, haproxy, dockerEngine] = await Promise.all([
    line("git", ["rev-parse", "HEAD"]),
    line("git", ["status", "--porcelain"]),
    line("git", ["--version"]),
    line("haproxy", ["-v"]),
    engineVersion(dockerHost),
  ]);
  return {
    at: new Date().toISOString(),
    commit,
    dirty: changes !== "",
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryMiB: Math.round(totalmem() / 1024 ** 2),
    kernel: release(),
    loadAverage: loadavg().map((value) => Math.round(value * 100) / 100),
    versions: {
      node: process.version,
      git: git.replace("git version ", ""),
      dockerEngine: dockerEngine ?? "none",
      haproxy: haproxy || "none",
    },
  };
}
