import { createHash } from "node:crypto";
import { mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { adopt, type Daemon, findDaemon, startDaemon } from "#lib/adapters/daemon/daemon.ts";
import { processCommand, processStart } from "#lib/adapters/daemon/process-identity.ts";
import { BerthError } from "#lib/core/errors.ts";

import { type Bridge, chooseBridge } from "./bridge.ts";
import { engineVersion } from "./engine-call.ts";
import { unmountBelow } from "./mounts.ts";

/** A Docker Engine of our own, with its own data, socket and state: other engines on the machine are not touched. */
export interface OwnEngine {
  /** `unix:///…/docker.sock` */
  readonly host: string;
  readonly version: string;
  readonly adopted: boolean;
  readonly exited: Promise<string>;
  /** Ends dockerd and what it left mounted. Containers that should not go on must be stopped before. */
  stop(graceMilliseconds: number): Promise<void>;
}

export interface DockerdOptions {
  /** Images, containers and volumes; kept between starts. */
  readonly dataFolder: string;
  readonly logFile: string;
  /** Where socket and state go. Default: a short path in /run that follows from `dataFolder`. */
  readonly stateFolder?: string;
}

const startTimeoutMilliseconds = 90_000;
const pollMilliseconds = 50;
/** One network per environment: Docker's default pools end after thirty. */
const addressPool = "base=172.24.0.0/13,size=26";

/** Starts dockerd, or takes over the one an earlier start left. Needs root. Throws `start_failed` with one sentence. */
export async function startDockerd(options: DockerdOptions): Promise<OwnEngine> {
  const key = createHash("sha256").update(options.dataFolder).digest("hex");
  const state = options.stateFolder ?? `/run/berth-${key.slice(0, 12)}`;
  await mkdir(state, { recursive: true, mode: 0o700 });
  await mkdir(options.dataFolder, { recursive: true, mode: 0o711 });
  const paths = { state, host: `unix://${join(state, "docker.sock")}`, record: join(state, "berth-dockerd.json") };
  const left = await findDaemon(paths.record);
  const bridge = await chooseBridge(key);
  if (left !== undefined) {
    const version = await untilAnswers(left, paths.host, 10_000);
    if (version !== undefined) return running(left, paths, version, bridge);
    await left.stop("SIGTERM", 15_000);
  }
  return (await launch(options, paths, bridge, ["--storage-driver", "overlay2"])) ?? (await launchOrExplain(options, paths, bridge));
}

interface Paths {
  readonly state: string;
  readonly host: string;
  readonly record: string;
}

/** Undefined when dockerd ended or stayed silent; its log knows why. */
async function launch(options: DockerdOptions, paths: Paths, bridge: Bridge, extra: readonly string[]): Promise<OwnEngine | undefined> {
  // dockerd refuses to start beside a pid file whose number is in use, whoever has it by now.
  await rm(join(paths.state, "dockerd.pid"), { force: true });
  const daemon = await startDaemon({
    file: "dockerd",
    args: [...dockerdArguments(options, paths), ...bridge.args, ...extra],
    environment: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root" },
    logFile: options.logFile,
    recordFile: paths.record,
  });
  const version = await untilAnswers(daemon, paths.host, startTimeoutMilliseconds);
  if (version !== undefined) return running(daemon, paths, version, bridge);
  await daemon.stop("SIGTERM", 10_000);
  return undefined;
}

/** overlay2 does not work everywhere (an overlay as disk, for one): the second try leaves the choice to dockerd. */
async function launchOrExplain(options: DockerdOptions, paths: Paths, bridge: Bridge): Promise<OwnEngine> {
  const logSize = (await stat(options.logFile).catch(() => undefined))?.size ?? 0;
  const firstReason = await lastComplaint(options.logFile, 0);
  const engine = /driver|overlay/i.test(firstReason) ? await launch(options, paths, bridge, []) : undefined;
  if (engine !== undefined) return engine;
  await bridge.remove();
  const reason = (await lastComplaint(options.logFile, logSize)) || firstReason;
  throw new BerthError("start_failed", { detail: `dockerd did not start${reason === "" ? "" : ` (${reason})`}; see ${options.logFile}.` });
}

function dockerdArguments(options: DockerdOptions, paths: Paths): string[] {
  const namespace = paths.state
    .replaceAll(/[^a-z0-9]+/gi, "-")
    .replace(/^-/, "")
    .slice(-60);
  return [
    ["--data-root", options.dataFolder],
    ["--exec-root", join(paths.state, "exec")],
    ["--pidfile", join(paths.state, "dockerd.pid")],
    ["--host", paths.host],
    // Only root may use the socket, not everybody in the group docker.
    ["--group", "root"],
    ["--live-restore"],
    ["--default-address-pool", addressPool],
    ["--log-level", "warn"],
    ["--log-driver", "json-file", "--log-opt", "max-size=10m", "--log-opt", "max-file=2"],
    // A containerd of the system may be shared; its name spaces are not.
    ["--containerd-namespace", namespace, "--containerd-plugins-namespace", `${namespace}-plugins`],
  ].flat();
}

function running(daemon: Daemon, paths: Paths, version: string, bridge: Bridge): OwnEngine {
  return {
    host: paths.host,
    version,
    adopted: daemon.adopted,
    exited: daemon.exited,
    stop: async (graceMilliseconds) => {
      await daemon.stop("SIGTERM", graceMilliseconds);
      await endContainerd(paths.state);
      await bridge.remove();
      await unmountBelow(paths.state);
      await rm(paths.state, { recursive: true, force: true }).catch(() => undefined);
    },
  };
}

/** dockerd's own containerd ends with it, unless dockerd had to be killed. */
async function endContainerd(state: string): Promise<void> {
  const pid = Number(await readFile(join(state, "exec", "containerd", "containerd.pid"), "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 0) return;
  const [start, command] = [await processStart(pid), await processCommand(pid)];
  if (start !== undefined && command.includes(join(state, "exec"))) await adopt(pid, start).stop("SIGTERM", 5000);
}

async function untilAnswers(daemon: Daemon, host: string, timeoutMilliseconds: number): Promise<string | undefined> {
  const state = { ended: false };
  void daemon.exited.then(() => (state.ended = true));
  for (const deadline = performance.now() + timeoutMilliseconds; performance.now() < deadline && !state.ended;) {
    const version = await engineVersion(host);
    if (version !== undefined) return version;
    await delay(pollMilliseconds);
  }
  return undefined;
}

/** The last error line of dockerd's log behind `offset`, without its decoration. */
async function lastComplaint(logFile: string, offset: number): Promise<string> {
  const log = await readTail(logFile, offset);
  const line = log.split("\n").findLast((candidate) => /failed to start daemon|level=(error|fatal)|^Error/i.test(candidate)) ?? "";
  return (/msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line).replace(/^failed to start daemon: /, "").slice(0, 300);
}

async function readTail(file: string, offset: number): Promise<string> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (size < 1_000_000) return (await readFile(file, "utf8").catch(() => "")).slice(offset);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(100_000), 0, 100_000, Math.max(offset, size - 100_000));
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}
