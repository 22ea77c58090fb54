import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { type Daemon, findDaemon, startDaemon } from "#lib/adapters/daemon/daemon.ts";
import { findFreePort } from "#lib/adapters/daemon/free-port.ts";
import { hasApt, mayInstallPackages, unpackPackage } from "#lib/adapters/engine-local/debian.ts";
import { BerthError } from "#lib/core/errors.ts";

/** A Distribution registry of our own on 127.0.0.1, which every Docker Engine trusts without TLS. */
export interface LocalRegistry {
  readonly url: string;
  readonly port: number;
  readonly adopted: boolean;
  readonly exited: Promise<string>;
  stop(graceMilliseconds: number): Promise<void>;
}

export interface RegistryOptions {
  /** A folder of our own for images, configuration and records. */
  readonly folder: string;
  readonly logFile: string;
  /** The next free port is taken when this one is in use; the choice is remembered, because image names contain it. */
  readonly preferredPort: number;
  /** The program; see `findRegistryProgram`. */
  readonly program: string;
}

const startTimeoutMilliseconds = 20_000;
const pollMilliseconds = 25;
const packageName = "docker-registry";

/**
 * The registry program: the one that is installed, else (Debian and Ubuntu, as root) the package unpacked into
 * `toolFolder`, because installing it would start a service open to everybody. Undefined when there is none.
 */
export async function findRegistryProgram(toolFolder: string, onProgress: (text: string) => void): Promise<string | undefined> {
  const unpacked = join(toolFolder, "usr/bin/docker-registry");
  const places = ["/usr/bin/docker-registry", "/usr/local/bin/docker-registry", "/usr/local/bin/registry", unpacked];
  const installed = places.find((path) => existsSync(path));
  if (installed !== undefined) return installed;
  if (!hasApt() || !mayInstallPackages()) return undefined;
  onProgress(`fetching ${packageName}`);
  await unpackPackage(packageName, toolFolder, (line) => onProgress(`fetching ${packageName}: ${line}`));
  return existsSync(unpacked) ? unpacked : undefined;
}

/** Starts the registry, or takes over the one an earlier start left. Throws `start_failed` with one sentence. */
export async function startRegistry(options: RegistryOptions): Promise<LocalRegistry> {
  await mkdir(join(options.folder, "data"), { recursive: true, mode: 0o700 });
  const portFile = join(options.folder, "port");
  const recordFile = join(options.folder, "registry.json");
  const remembered = Number(await readFile(portFile, "utf8").catch(() => ""));
  const left = await findDaemon(recordFile);
  if (left !== undefined) {
    if (remembered > 0 && (await answers(remembered))) return running(left, remembered);
    await left.stop("SIGTERM", 5000);
  }
  const port = await findFreePort("127.0.0.1", remembered > 0 ? remembered : options.preferredPort);
  await writeFile(portFile, String(port), { mode: 0o600 });
  const configFile = join(options.folder, "config.yml");
  await writeFile(configFile, configuration(join(options.folder, "data"), port), { mode: 0o600 });
  const daemon = await startDaemon({
    file: options.program,
    args: ["serve", configFile],
    environment: { OTEL_TRACES_EXPORTER: "none" },
    logFile: options.logFile,
    recordFile,
  });
  if (await untilAnswers(daemon, port)) return running(daemon, port);
  await daemon.stop("SIGTERM", 2000);
  throw new BerthError("start_failed", { detail: `The image registry did not start on port ${port}; see ${options.logFile}.` });
}

function running(daemon: Daemon, port: number): LocalRegistry {
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    adopted: daemon.adopted,
    exited: daemon.exited,
    stop: (graceMilliseconds) => daemon.stop("SIGTERM", graceMilliseconds),
  };
}

/** JSON is YAML, and quoting is then nobody's worry. */
function configuration(dataFolder: string, port: number): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: "warn", accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: dataFolder },
      delete: { enabled: true },
      // Clean-up of broken uploads after a week; deleted images are freed by the worker.
      maintenance: { uploadpurging: { enabled: true, age: "168h", interval: "24h", dryrun: false } },
    },
    http: { addr: `127.0.0.1:${port}`, secret: randomBytes(24).toString("hex"), headers: { "X-Content-Type-Options": ["nosniff"] } },
  });
}

async function untilAnswers(daemon: Daemon, port: number): Promise<boolean> {
  const state = { ended: false };
  void daemon.exited.then(() => (state.ended = true));
  for (const deadline = performance.now() + startTimeoutMilliseconds; performance.now() < deadline && !state.ended;) {
    if (await answers(port)) return true;
    await delay(pollMilliseconds);
  }
  return false;
}

/** Whether a registry (and not just anything) answers on the port. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request({ host: "127.0.0.1", port, path: "/v2/", signal: AbortSignal.timeout(2000) }, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode === 200 && incoming.headers["docker-distribution-api-version"] !== undefined);
    });
    outgoing.on("error", () => resolve(false));
    outgoing.end();
  });
}
