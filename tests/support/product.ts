import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import { findDaemon } from "#lib/adapters/daemon/daemon.ts";
import { findFreePort } from "#lib/adapters/daemon/free-port.ts";
import type { ProcessRole } from "#lib/platform/database/roles.ts";

import { removeEverythingOf } from "./engine-leftovers.ts";
import { clearRunFolder, makeRunFolder } from "./run-folder.ts";

/** The whole product as `npm start` runs it, on ports and data of its own. */
export interface Product {
  readonly dashboardUrl: string;
  /** Where the gateway listens: `http://127.0.0.1:port`. Environments are told apart by the Host header. */
  readonly gatewayUrl: string;
  /** The end of environments' host names with the port, such as `preview.localhost:23456`. */
  readonly previewHost: string;
  readonly schedulerUrl: string;
  /** user:password of the scheduler. */
  readonly marathonCredentials: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly adminToken: string;
  /** Printed in the terminal when nobody exists yet (`withAdmin: false`), else null. */
  readonly setupCode: string | null;
  readonly home: string;
  readonly instance: string;
  /** The engine its tasks run on, as DOCKER_HOST. */
  readonly dockerHost: string;
  /** What it printed so far. */
  output(): string;
  /** The present process id of a part; null while it is between a crash and its next start. */
  pid(part: ProcessRole | "supervisor"): Promise<number | null>;
  /** Ends it like Ctrl-C. The home stays, for another `startBerth({ home })`; `remove` ends it and leaves nothing. */
  stop(): Promise<void>;
  /** kill -9 of the supervisor alone. */
  crash(): Promise<void>;
  /** Stops it if it runs, and removes its data and everything of it on the engine. */
  remove(): Promise<void>;
}

export interface ProductOptions {
  /** A home of an earlier start, to go on with; its ports and keys are used again. */
  readonly home?: string;
  /** Default true: an admin and a token exist from the start. */
  readonly withAdmin?: boolean;
  /** Further settings, as for `npm start`. */
  readonly settings?: Readonly<Record<string, string>>;
}

const readyMilliseconds = 90_000;
const stopMilliseconds = 30_000;
const homePrefix = "berth-home-";

const runningSchema = z.object({
  dashboardUrl: z.string(),
  gatewayUrl: z.string(),
  schedulerUrl: z.string(),
  instance: z.string(),
  dockerHost: z.string(),
});

/**
 * Starts the built product (`npm run build`; `npm test` builds it) and waits until it is ready. It uses the engine of
 * `npm test`, else what `npm start` would. Throws with what it printed when it does not become ready.
 */
export async function startBerth(options: ProductOptions = {}): Promise<Product> {
  const root = resolve(import.meta.dirname, "../..");
  const script = join(root, "dist/supervisor.mjs");
  if (!existsSync(script)) throw new Error("The product is not built: npm run build");
  const home = options.home ?? (await makeRunFolder(homePrefix));
  const settings = { ...(await settingsOf(home, options)), ...options.settings };
  const environment = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/", NODE_ENV: "production" as const, ...settings };
  const child = spawn(process.execPath, [script], { cwd: root, env: environment, shell: false, stdio: ["ignore", "pipe", "pipe"] });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  const running = await untilReady(child, home, printed).catch(async (error: unknown) => {
    if (options.home === undefined) await clearRunFolder(home);
    throw error;
  });
  const port = new URL(running.gatewayUrl).port;
  return {
    ...running,
    gatewayUrl: `http://127.0.0.1:${port}`,
    previewHost: `preview.localhost:${port}`,
    marathonCredentials: (await readFile(join(home, "keys", "marathon"), "utf8")).trim(),
    adminEmail: settings["BERTH_ADMIN_EMAIL"] ?? "",
    adminPassword: settings["BERTH_ADMIN_PASSWORD"] ?? "",
    adminToken: settings["BERTH_ADMIN_TOKEN"] ?? "",
    // Printed after everything is ready: looked for when it is asked for.
    get setupCode() {
      return /Set-up code: (\S+)/.exec(printed.join(""))?.[1] ?? null;
    },
    home,
    output: () => printed.join(""),
    pid: (part) => pidOf(home, part),
    stop: () => end(child, "SIGTERM"),
    crash: () => end(child, "SIGKILL"),
    remove: () => remove(child, home, running),
  };
}

/** Settings are remembered in the home, so that a second start finds the same ports. */
async function settingsOf(home: string, options: ProductOptions): Promise<Record<string, string>> {
  const file = join(home, "test-settings.json");
  const remembered = await readFile(file, "utf8").catch(() => undefined);
  if (remembered !== undefined) return z.record(z.string(), z.string()).parse(JSON.parse(remembered));
  // Below the ports that outgoing connections take; a random start keeps parallel runs apart.
  const ports = await freePorts(5);
  const socket = process.env["BERTH_TEST_DOCKER_SOCKET"];
  const settings: Record<string, string> = {
    BERTH_HOME: home,
    BERTH_PORT: String(ports[0]),
    BERTH_GATEWAY_PORT: String(ports[1]),
    BERTH_SCHEDULER_PORT: String(ports[2]),
    BERTH_POSTGRES_PORT: String(ports[3]),
    BERTH_REGISTRY_PORT: String(ports[4]),
    // Every product publishes its tasks on a loopback address of its own.
    BERTH_TASK_ADDRESS: `127.${randomInt(2, 250)}.${randomInt(1, 250)}.2`,
    BERTH_SYNC_SECONDS: "5",
    ...(socket === undefined ? {} : { DOCKER_HOST: `unix://${socket}` }),
    ...(options.withAdmin === false ? {} : adminSettings()),
  };
  await writeFile(file, JSON.stringify(settings), { mode: 0o600 });
  return settings;
}

function adminSettings(): Record<string, string> {
  return {
    BERTH_ADMIN_EMAIL: "ada@example.org",
    BERTH_ADMIN_PASSWORD: `long ${randomBytes(9).toString("base64url")}`,
    BERTH_ADMIN_TOKEN: `berth_${randomBytes(24).toString("base64url")}`,
  };
}

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let from = randomInt(20_000, 30_000); ports.length < count;) {
    const port = await findFreePort("127.0.0.1", from);
    ports.push(port);
    from = port + 1;
  }
  return ports;
}

type Running = z.infer<typeof runningSchema>;

async function untilReady(child: ChildProcess, home: string, printed: readonly string[]): Promise<Running> {
  for (const deadline = performance.now() + readyMilliseconds; performance.now() < deadline && child.exitCode === null;) {
    const text = await readFile(join(home, "running.json"), "utf8").catch(() => "");
    const running: unknown = text === "" ? undefined : JSON.parse(text);
    if (z.object({ pid: z.literal(child.pid) }).safeParse(running).success) return runningSchema.parse(running);
    await delay(50);
  }
  await end(child, "SIGTERM");
  throw new Error(`Berth did not become ready:\n${printed.join("")}`);
}

async function pidOf(home: string, part: ProcessRole | "supervisor"): Promise<number | null> {
  const file = part === "supervisor" ? join(home, "supervisor.lock") : join(home, "run", `${part}.json`);
  const text = await readFile(file, "utf8").catch(() => "");
  return Number(/"pid":(\d+)/.exec(text)?.[1] ?? 0) || null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), stopMilliseconds);
  await exited;
  clearTimeout(late);
}

async function remove(child: ChildProcess, home: string, running: Running): Promise<void> {
  await end(child, "SIGTERM");
  await removeEverythingOf(running.dockerHost, running.instance);
  // After a crash, servers of its own may run on. The engine of the test run is shared: it has such a record too, and stays.
  const socket = running.dockerHost.replace("unix://", "");
  const engine = socket === process.env["BERTH_TEST_DOCKER_SOCKET"] ? [] : [join(dirname(socket), "berth-dockerd.json")];
  for (const record of [join(home, "registry", "registry.json"), ...engine]) {
    const left = await findDaemon(record);
    await left?.stop("SIGTERM", 15_000);
  }
  await clearRunFolder(home);
}
