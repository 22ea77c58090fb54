import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

import { build } from "esbuild";
import { Client } from "pg";

import { addEnvironment, addPerson, addProject, addStage, addToken } from "#tests/integration/gateway/places.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";
import { setup } from "#tests/support/global-setup.ts";

import { type LoadFigures, runLoad } from "./load-client.ts";

export interface BenchResult {
  readonly name: string;
  readonly rows: readonly BenchRow[];
}

export interface BenchRow {
  readonly what: string;
  readonly unit: string;
  readonly median: number;
  readonly p95?: number;
  readonly runs: number;
  readonly ratio?: number;
  readonly goal?: string;
}

const connections = 50;
const seconds = 5;
const rounds = 3;
const host = "bench--shop.preview.localhost";
const execute = promisify(execFile);

/** The gateway beside HAProxy with one thread and a bare undici proxy: same run, same backend, rounds taken in turn. */
export async function benchGateway(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), "berth-bench-gateway-"));
  const children: ChildProcess[] = [];
  const endRun = await setup();
  const database = await createTestDatabase();
  try {
    const contenders = await startContenders(folder, database, children);
    const { token } = contenders;
    const drive = (await hasProgram("wrk"))
      ? (port: number) => runWrk(port, token)
      : (port: number) => runLoad({ port, host, token, connections, seconds });
    const idleMiB = await residentMiB(contenders.gatewayPid);
    const figures = await measure(contenders, drive);
    const loadedMiB = await residentMiB(contenders.gatewayPid);
    return {
      name: "gateway",
      rows: [...rowsOf(figures), memory("gateway, idle memory", idleMiB, "≤ 60"), memory("gateway, memory after load", loadedMiB)],
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await database.drop();
    await endRun?.();
    await rm(folder, { recursive: true, force: true });
  }
}

type Contender = "backend alone" | "bare undici proxy" | "HAProxy, one thread" | "gateway";
interface Contenders {
  readonly ports: ReadonlyMap<Contender, number>;
  readonly gatewayPid: number;
  /** Sent with every request, to all of them: the environment is not for everybody. */
  readonly token: string;
}

async function startContenders(folder: string, database: TestDatabase, children: ChildProcess[]): Promise<Contenders> {
  const [backend, bare, gateway, proxy] = [await freePort(), await freePort(), await freePort(), await freePort()];
  await bundleServers(folder);
  const token = await addRoute(database.url, backend);
  await startNode(folder, "backend", { PORT: String(backend) }, children);
  await startNode(folder, "bare-proxy", { PORT: String(bare), BACKEND_PORT: String(backend) }, children);
  const gatewayPid = await startNode(folder, "gateway", { PORT: String(gateway), DATABASE_URL: database.roles.gateway }, children);
  const ports = new Map<Contender, number>([
    ["backend alone", backend],
    ["bare undici proxy", bare],
    ["gateway", gateway],
  ]);
  if (await hasProgram("haproxy")) {
    await startHaproxy(folder, proxy, backend, children);
    ports.set("HAProxy, one thread", proxy);
  }
  return { ports, gatewayPid, token };
}

async function bundleServers(folder: string): Promise<void> {
  const source = (name: string) => join(process.cwd(), "tests/bench/gateway/servers", `${name}.ts`);
  await symlink(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
  await build({
    entryPoints: ["backend", "bare-proxy", "gateway"].map(source),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    minify: true,
  });
}

async function addRoute(databaseUrl: string, port: number): Promise<string> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const stageId = await addStage(client, await addProject(client), "review", false);
  const targets = JSON.stringify([{ taskId: "bench", host: "127.0.0.1", port }]);
  const insert =
    "INSERT INTO route (environment_id, host, project_name, environment_name, state, targets) VALUES ($1, $2, 'shop', 'review/bench', 'live', $3)";
  await client.query(insert, [await addEnvironment(client, stageId), host, targets]);
  const token = await addToken(client, await addPerson(client, true));
  await client.end();
  return token;
}

async function startNode(folder: string, name: string, env: Record<string, string>, children: ChildProcess[]): Promise<number> {
  const child = spawn(process.execPath, [join(folder, `${name}.mjs`)], {
    env: { PATH: process.env["PATH"], NODE_ENV: "production", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  for await (const line of createInterface(child.stdout)) if (line === "ready") return child.pid ?? 0;
  throw new Error(`The ${name} server ended before it was ready.`);
}

async function startHaproxy(folder: string, port: number, backend: number, children: ChildProcess[]): Promise<void> {
  const file = join(folder, "haproxy.cfg");
  await writeFile(
    file,
    [
      "global",
      "  nbthread 1",
      "  maxconn 4000",
      "defaults",
      "  mode http",
      "  timeout connect 5s",
      "  timeout client 60s",
      "  timeout server 60s",
      "  option forwardfor",
      "  http-reuse always",
      "frontend front",
      `  bind 127.0.0.1:${port}`,
      "  default_backend back",
      "backend back",
      `  server one 127.0.0.1:${backend}`,
      "",
    ].join("\n"),
  );
  children.push(spawn("haproxy", ["-db", "-f", file], { stdio: "ignore" }));
  for (let tries = 0; tries < 100; tries++) {
    const answered = await runLoad({ port, host, token: "", connections: 1, seconds: 0.05 });
    if (answered.perSecond > 0) return;
    await delay(50);
  }
  throw new Error("HAProxy did not start.");
}

/** All contenders once per round, so that a busy moment of the machine meets all of them alike. */
async function measure(
  { ports, token }: Contenders,
  drive: (port: number) => Promise<LoadFigures>,
): Promise<Map<Contender, LoadFigures[]>> {
  const figures = new Map<Contender, LoadFigures[]>();
  for (const port of ports.values()) await runLoad({ port, host, token, connections, seconds: 1 });
  for (let round = 0; round < rounds; round++) {
    for (const [contender, port] of ports) figures.set(contender, [...(figures.get(contender) ?? []), await drive(port)]);
  }
  return figures;
}

function rowsOf(figures: ReadonlyMap<Contender, readonly LoadFigures[]>): BenchRow[] {
  const rate = (contender: Contender): number => median((figures.get(contender) ?? []).map(({ perSecond }) => perSecond));
  const rows: BenchRow[] = [];
  for (const [contender, runs] of figures) {
    rows.push({ what: `${contender}, requests`, unit: "per second", median: Math.round(rate(contender)), runs: runs.length });
    rows.push({ what: `${contender}, time to answer p50`, unit: "ms", median: median(runs.map(({ p50 }) => p50)), runs: runs.length });
    rows.push({ what: `${contender}, time to answer p99`, unit: "ms", median: median(runs.map(({ p99 }) => p99)), runs: runs.length });
    const errors = runs.reduce((sum, run) => sum + run.errors, 0);
    if (errors > 0) rows.push({ what: `${contender}, errors`, unit: "count", median: errors, runs: runs.length, goal: "0" });
  }
  const ours = { unit: "per second", median: Math.round(rate("gateway")), runs: rounds };
  if (figures.has("HAProxy, one thread"))
    rows.push({
      what: "gateway beside HAProxy, one thread",
      ...ours,
      ratio: ratio(rate("gateway"), rate("HAProxy, one thread")),
      goal: "≥ 0.5",
    });
  rows.push({ what: "gateway beside bare undici proxy", ...ours, ratio: ratio(rate("gateway"), rate("bare undici proxy")), goal: "≥ 0.8" });
  return rows;
}

async function runWrk(port: number, token: string): Promise<LoadFigures> {
  const { stdout } = await execute("wrk", [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "--latency",
    "-H",
    `Host: ${host}`,
    "-H",
    `Authorization: Bearer ${token}`,
    `http://127.0.0.1:${port}/`,
  ]);
  const time = (name: string): number => {
    const [, value, unit] = new RegExp(`${name}\\s+([0-9.]+)(us|ms|s)`).exec(stdout) ?? [];
    return Number(value) * (unit === "us" ? 0.001 : unit === "s" ? 1_000 : 1);
  };
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  const broken = [.../(?:connect|read|write|timeout) (\d+)/g[Symbol.matchAll](stdout)].reduce((sum, match) => sum + Number(match[1]), 0);
  return {
    perSecond: Number(/Requests\/sec:\s+([0-9.]+)/.exec(stdout)?.[1]),
    p50: time("50%"),
    p99: time("99%"),
    errors: refused + broken,
  };
}

async function hasProgram(name: string): Promise<boolean> {
  return await execute(name, ["-v"]).then(
    () => true,
    // wrk prints its version and ends with 1; only a missing file has a textual code.
    (error: unknown) => !(error instanceof Error && "code" in error && error.code === "ENOENT"),
  );
}

async function residentMiB(pid: number): Promise<number> {
  const { stdout } = await execute("ps", ["-o", "rss=", "-p", String(pid)]);
  return Math.round(Number(stdout.trim()) / 1_024);
}

function memory(what: string, mebibytes: number, goal?: string): BenchRow {
  return { what, unit: "MiB", median: mebibytes, runs: 1, ...(goal === undefined ? {} : { goal }) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function ratio(one: number, other: number): number {
  return Math.round((one / other) * 100) / 100;
}
