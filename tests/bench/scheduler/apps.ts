import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { createServer, request } from "node:http";
import { join } from "node:path";

import { build } from "esbuild";
import { z } from "zod";

import { createTestDatabase } from "#tests/support/database.ts";

import type { BenchContext, BenchResult, BenchRow } from "../result.ts";
import { median, round, timeRow } from "../statistics.ts";

const [few, many, batch] = [100, 1_000, 100];
const credentials = { username: "bench", password: "bench" };
const metricsSchema = z.object({ gauges: z.object({ "process.memory.rss.gauge.bytes": z.object({ value: z.number() }) }) });

/**
 * The embedded scheduler with 100 and with 1 000 apps, each time as a process of its own with an empty database: created in batches, listed, one
 * of them changed, and what it keeps in memory for each. The apps have no instances: what is measured is the scheduler, not the engine.
 */
export async function benchScheduler(context: BenchContext): Promise<BenchResult> {
  await mkdir(context.folder, { recursive: true });
  await symlink(join(context.root, "node_modules"), join(context.folder, "node_modules"));
  const program = join(context.folder, "scheduler.mjs");
  const entry = join(context.root, "tests/conformance/scheduler/child.ts");
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "error",
  });
  const small = await measure(context, program, few);
  const large = await measure(context, program, many);
  const goals = { create: "≤ 2", list: "≤ 2", change: "≤ 3" };
  return {
    name: "scheduler",
    rows: [
      ...perApp("created in batches of 100", [small.createMs / few, large.createMs / many], goals.create),
      timeRow(`GET /v2/apps of ${few}`, small.listMs),
      timeRow(`GET /v2/apps of ${many}`, large.listMs, { ratio: round(median(large.listMs) / median(large.bareMs)) }),
      {
        what: `GET /v2/apps of ${many}: in all`,
        unit: "ms",
        median: round(median(large.listMs)),
        runs: large.listMs.length,
        goal: "≤ 250",
      },
      timeRow(`the same ${Math.round(large.listBytes / 1_024)} KiB from a server that only sends them`, large.bareMs, {}),
      ...perApp("listed", [median(small.listMs) / few, median(large.listMs) / many], goals.list),
      timeRow(`GET /v2/groups of ${many}`, large.groupsMs),
      timeRow(`one app of ${few} changed and deployed`, small.changeMs),
      timeRow(`one app of ${many} changed and deployed`, large.changeMs, {
        ratio: round(median(large.changeMs) / median(small.changeMs)),
        goal: goals.change,
      }),
      { what: "memory of the process when empty", unit: "MiB", median: mebibytes(large.emptyBytes), runs: 1 },
      { what: `memory with ${few} apps`, unit: "MiB", median: mebibytes(small.fullBytes), runs: 1 },
      { what: `memory with ${many} apps`, unit: "MiB", median: mebibytes(large.fullBytes), runs: 1 },
      {
        what: "memory for each further app",
        unit: "KiB",
        median: round((large.fullBytes - small.fullBytes) / (many - few) / 1_024),
        runs: 1,
        goal: "≤ 100",
      },
    ],
    notes: [
      `apps without instances in groups of 10; a batch counts until its deployment is done; every list is read whole (${Math.round(large.listBytes / 1_024)} KiB for ${many})`,
      "memory is the process' resident set after the lists were read, what is garbage included",
    ],
  };
}

/** Milliseconds for each app with few and with many, and how that grows. */
function perApp(what: string, [before, after]: readonly [number, number], goal: string): BenchRow[] {
  return [
    { what: `${what}: time per app of ${few}`, unit: "ms", median: round(before), runs: 1 },
    { what: `${what}: time per app of ${many}`, unit: "ms", median: round(after), runs: 1, ratio: round(after / before), goal },
  ];
}

const mebibytes = (bytes: number): number => Math.round(bytes / 1_048_576);

interface Figures {
  readonly createMs: number;
  readonly listMs: readonly number[];
  readonly listBytes: number;
  readonly bareMs: readonly number[];
  readonly groupsMs: readonly number[];
  readonly changeMs: readonly number[];
  readonly emptyBytes: number;
  readonly fullBytes: number;
}

async function measure(context: BenchContext, program: string, count: number): Promise<Figures> {
  context.say(`a scheduler with ${count} apps`);
  const database = await createTestDatabase();
  const workDir = join(context.folder, `work-${count}`);
  await mkdir(workDir);
  const socketPath = context.dockerHost.replace("unix://", "");
  const options = { databaseUrl: database.roles.scheduler, socketPath, instance: `bench-${count}`, workDir, port: 0, ...credentials };
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const port = await portOf(child);
    const emptyBytes = await memory(port);
    const createMs = await timed(() => createAll(port, count));
    await ask(port, "GET", "/v2/apps?embed=apps.tasks");
    const listMs = await repeat(20, () => ask(port, "GET", "/v2/apps?embed=apps.tasks"));
    const groupsMs = await repeat(20, () => ask(port, "GET", "/v2/groups"));
    let change = 0;
    const changeMs = await repeat(20, async () => {
      await ask(port, "PUT", "/v2/apps/bench/g0/a0", { labels: { change: String((change += 1)) } });
      await settled(port);
    });
    const list = await ask(port, "GET", "/v2/apps?embed=apps.tasks");
    const bareMs = await bare(list);
    return { createMs, listMs, listBytes: list.length, bareMs, groupsMs, changeMs, emptyBytes, fullBytes: await memory(port) };
  } finally {
    await end(child);
    await database.drop();
  }
}

/** The reference: the same bytes, made beforehand. */
async function bare(text: string): Promise<number[]> {
  const body = Buffer.from(text);
  const server = createServer((_request, response) => response.setHeader("content-type", "application/json").end(body));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    return await repeat(20, () => ask(port, "GET", "/"));
  } finally {
    server.close();
  }
}

async function createAll(port: number, count: number): Promise<void> {
  for (let first = 0; first < count; first += batch) {
    await ask(
      port,
      "PUT",
      "/v2/apps",
      Array.from({ length: batch }, (_, index) => appOf(first + index)),
    );
    await settled(port);
  }
}

/** As large as one of Berth's own. */
function appOf(number: number): Record<string, unknown> {
  return {
    id: `/bench/g${Math.floor(number / 10)}/a${number % 10}`,
    instances: 0,
    cpus: 0.1,
    mem: 128,
    container: {
      type: "DOCKER",
      docker: { image: "localhost:5000/shop:0123456789ab-01234567" },
      portMappings: [{ containerPort: 8080, hostPort: 0 }],
    },
    networks: [{ mode: "container/bridge" }],
    env: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`VARIABLE_${index}`, `value of number ${index}`])),
    labels: { "berth.instance": "bench", "berth.environment": String(number), "berth.release": "0123456789abcdef" },
    healthChecks: [{ protocol: "HTTP", path: "/", portIndex: 0, intervalSeconds: 5 }],
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", (chunk: Buffer) => resolve(Number(chunk.toString())));
    child.once("exit", (code) => reject(new Error(`the scheduler ended with ${code}`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

async function settled(port: number): Promise<void> {
  while ((await ask(port, "GET", "/v2/deployments")) !== "[]");
}

async function memory(port: number): Promise<number> {
  return metricsSchema.parse(JSON.parse(await ask(port, "GET", "/metrics"))).gauges["process.memory.rss.gauge.bytes"].value;
}

async function repeat(times: number, work: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let count = 0; count < times; count += 1) all.push(await timed(work));
  return all;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function ask(port: number, method: string, path: string, body?: unknown): Promise<string> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const authorization = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
  const headers = { authorization, ...(payload === undefined ? {} : { "content-type": "application/json" }) };
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        if ((answer.statusCode ?? 500) < 300) resolve(text);
        else reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    asked.on("error", reject);
    asked.end(payload);
  });
}
