import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { BerthError } from "#lib/core/errors.ts";

/** Debian's and Ubuntu's packages, for the programs that no npm package brings: dockerd, docker-registry. */
const timeoutMilliseconds = 15 * 60_000;
const environment = {
  NODE_ENV: "production",
  DEBIAN_FRONTEND: "noninteractive",
  LC_ALL: "C",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
} as const;

export const hasApt = (): boolean => process.platform === "linux" && existsSync("/usr/bin/apt-get");

/** Whether packages may be installed here without asking anybody. */
export const mayInstallPackages = (): boolean => hasApt() && process.getuid?.() === 0;

export interface InstallOptions {
  /** Gets apt-get's output, for showing progress. */
  readonly onLine: (line: string) => void;
  /** Whether the packages' services may start; default true. */
  readonly startServices?: boolean;
}

/** Asked by package scripts before they start a service; exit code 101 says no. */
const policyFile = "/usr/sbin/policy-rc.d";

/** Installs packages with apt-get, without a question. Throws `start_failed` with apt-get's last complaint. */
export async function installPackages(names: readonly string[], { onLine, startServices = true }: InstallOptions): Promise<void> {
  await apt(["update", "-q"], { onLine });
  const forbids = !startServices && !existsSync(policyFile);
  if (forbids) await writeFile(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await apt(["install", "-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", "--", ...names], { onLine });
  } finally {
    if (forbids) await rm(policyFile, { force: true });
  }
}

/**
 * Fetches one package and unpacks it into a folder of ours: its programs can be used, but nothing is configured and no
 * service is started for everybody to reach. Throws `start_failed`.
 */
export async function unpackPackage(name: string, folder: string, onLine: (line: string) => void): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const download = await mkdtemp(join(folder, "download-"));
  try {
    const fetch = () => apt(["download", "-q", "-o", "APT::Sandbox::User=root", "--", name], { onLine, cwd: download });
    // Package lists may be missing or old; refreshing them takes a while and is only tried when the first try fails.
    await fetch().catch(async () => {
      if (process.getuid?.() === 0) await apt(["update", "-q"], { onLine });
      await fetch();
    });
    const file = (await readdir(download)).find((candidate) => candidate.endsWith(".deb"));
    if (file === undefined) throw new BerthError("start_failed", { detail: `apt-get downloaded no ${name}.` });
    await run("dpkg-deb", ["-x", join(download, file), folder], { onLine });
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}

const apt = (args: readonly string[], options: { onLine: (line: string) => void; cwd?: string }) => run("apt-get", args, options);

function run(file: string, args: readonly string[], options: { onLine: (line: string) => void; cwd?: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: environment,
      cwd: options.cwd ?? "/",
      shell: false,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMilliseconds,
    });
    let output = "";
    const collect = (chunk: string) => {
      output = (output + chunk).slice(-20_000);
      options.onLine(
        output
          .trimEnd()
          .split(/[\r\n]+/)
          .at(-1) ?? "",
      );
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.on("error", (error) => reject(new BerthError("start_failed", { detail: `${file} could not be started.`, cause: error })));
    child.on("close", (code) => {
      if (code === 0) return resolve();
      const complaint = output.split("\n").findLast((line) => /^(E:|W:|dpkg)/.test(line)) ?? output.trimEnd().split("\n").at(-1) ?? "";
      reject(new BerthError("start_failed", { detail: `${file} ${args[0] ?? ""} failed: ${complaint.slice(0, 300)}` }));
    });
  });
}
