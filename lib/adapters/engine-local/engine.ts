import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { BerthError } from "#lib/core/errors.ts";

import { hasApt, installPackages, mayInstallPackages } from "./debian.ts";
import { type OwnEngine, startDockerd } from "./dockerd.ts";
import { engineVersion } from "./engine-call.ts";

/** The Docker Engine that Berth will use, or where it will look for one until somebody starts it. */
export interface EngineChoice {
  readonly host: string;
  /** Undefined while no engine answers there. */
  readonly version: string | undefined;
  /** Set when we run it ourselves. */
  readonly own: OwnEngine | undefined;
  /** What a person can do to get an engine; only when there is none. */
  readonly advice: string | undefined;
}

export interface EngineOptions {
  /** DOCKER_HOST, when set: then nothing else is tried. */
  readonly given: string | undefined;
  readonly dataFolder: string;
  readonly logFile: string;
  /** Shows what takes so long. */
  onProgress(text: string): void;
}

const systemSocket = "/var/run/docker.sock";
const serviceStartSeconds = 15;

/**
 * Finds an engine (DOCKER_HOST, the system's, the user's) or, as root, runs one of our own, installing docker.io on
 * Debian and Ubuntu when dockerd is missing. Never fails: without an engine it says what to do, and where to look later.
 */
export async function ensureEngine(options: EngineOptions): Promise<EngineChoice> {
  if (options.given !== undefined) {
    const version = await engineVersion(options.given, 5000);
    const advice =
      version === undefined ? `No Docker Engine answers at DOCKER_HOST (${options.given}): start it, or correct the setting.` : undefined;
    return { host: options.given, version, own: undefined, advice };
  }
  const found = await findRunning();
  if (found !== undefined) return { ...found, own: undefined, advice: undefined };
  if (process.platform !== "linux" || process.getuid?.() !== 0) return nothing(adviceForPeople());
  try {
    return await runOwn(options);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return nothing(`${error.message} Set DOCKER_HOST to an engine that runs.`);
  }
}

async function runOwn(options: EngineOptions): Promise<EngineChoice> {
  if (!isInstalled("dockerd")) {
    if (!mayInstallPackages()) return nothing("No Docker Engine is installed: install one, or set DOCKER_HOST.");
    options.onProgress("installing docker.io");
    const cgroups = existsSync("/sys/fs/cgroup/cgroup.controllers") || existsSync("/sys/fs/cgroup/memory") ? [] : ["cgroupfs-mount"];
    await installPackages(["docker.io", "iptables", ...cgroups], { onLine: (line) => options.onProgress(`installing docker.io: ${line}`) });
    // Where services are managed, the package has started one, and then that one is used.
    const service = existsSync("/run/systemd/system") ? await untilServiceAnswers() : undefined;
    if (service !== undefined) return { host: `unix://${systemSocket}`, version: service, own: undefined, advice: undefined };
  }
  options.onProgress("starting dockerd");
  const own = await startDockerd({ dataFolder: options.dataFolder, logFile: options.logFile });
  return { host: own.host, version: own.version, own, advice: undefined };
}

/** The sockets engines are found at: the system's, a rootless one, Docker Desktop's. */
async function findRunning(): Promise<{ host: string; version: string } | undefined> {
  const sockets = [systemSocket, `/run/user/${userInfo().uid}/docker.sock`, join(homedir(), ".docker/run/docker.sock")];
  for (const socket of sockets.filter((candidate) => existsSync(candidate))) {
    const host = `unix://${socket}`;
    const version = await engineVersion(host);
    if (version !== undefined) return { host, version };
  }
  return undefined;
}

async function untilServiceAnswers(): Promise<string | undefined> {
  for (let waited = 0; waited < serviceStartSeconds * 4; waited++) {
    const version = await engineVersion(`unix://${systemSocket}`);
    if (version !== undefined) return version;
    await delay(250);
  }
  return undefined;
}

const nothing = (advice: string): EngineChoice => ({ host: `unix://${systemSocket}`, version: undefined, own: undefined, advice });

function adviceForPeople(): string {
  if (process.platform !== "linux") return "No Docker Engine answers: start Docker Desktop, or set DOCKER_HOST.";
  const letIn = "run `sudo usermod -aG docker $USER`, sign in again and start Berth again";
  if (existsSync(systemSocket)) return `The Docker Engine does not let you in: ${letIn}.`;
  if (isInstalled("dockerd"))
    return `The Docker Engine is installed but does not run: run \`sudo systemctl start docker\`; if it does not let you in, ${letIn}.`;
  const install = hasApt() ? "run `sudo apt-get install docker.io`" : "install one (https://docs.docker.com/engine/install)";
  return `No Docker Engine is installed: ${install}, then ${letIn}; or set DOCKER_HOST.`;
}

const programFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const isInstalled = (program: string) => programFolders.some((folder) => existsSync(join(folder, program)));
