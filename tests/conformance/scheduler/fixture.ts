import { randomBytes } from "node:crypto";
import { readFile, mkdtemp, rm } from "node:fs/promises";
import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Docker from "dockerode";
import pg from "pg";
import { pino } from "pino";
import { z } from "zod";

import { type RunningScheduler, type SchedulerOptions, startScheduler } from "#lib/scheduler/server.ts";

import { testEnvironment } from "../../support/environment.ts";

const migrations = ["20261120000100_scheduler", "20261120020000_scheduler_groups"].map(
  (name) => new URL(`../../../prisma/migrations/${name}/migration.sql`, import.meta.url),
);

const wireTask = z.looseObject({
  id: z.string(),
  appId: z.string(),
  host: z.string(),
  state: z.string(),
  ports: z.array(z.number()),
  servicePorts: z.array(z.number()),
  version: z.string().optional(),
  startedAt: z.string().optional(),
  healthCheckResults: z.array(z.looseObject({ alive: z.boolean(), consecutiveFailures: z.number() })).optional(),
});

const wireApp = z.looseObject({
  id: z.string(),
  instances: z.number(),
  version: z.string(),
  versionInfo: z.object({ lastScalingAt: z.string(), lastConfigChangeAt: z.string() }),
  tasksRunning: z.number(),
  tasksHealthy: z.number(),
  tasksUnhealthy: z.number(),
  deployments: z.array(z.object({ id: z.string() })),
  tasks: z.array(wireTask).default([]),
  lastTaskFailure: z.looseObject({ message: z.string(), state: z.string(), taskId: z.string() }).optional(),
});

const reject = z.object({ reason: z.string(), declined: z.number() });
const wireQueueItem = z.looseObject({
  app: z.looseObject({ id: z.string() }),
  count: z.number(),
  delay: z.object({ timeLeftSeconds: z.number(), overdue: z.boolean() }),
  processedOffersSummary: z.looseObject({ rejectSummaryLastOffers: z.array(reject) }),
});

/** The members of answers that tests look at; the others are kept. */
const wireBody = z.looseObject({
  message: z.string().optional(),
  app: wireApp.optional(),
  apps: z.array(z.looseObject({ id: z.string() })).optional(),
  tasks: z.array(wireTask).default([]),
  task: wireTask.optional(),
  queue: z.array(wireQueueItem).default([]),
  versions: z.array(z.string()).default([]),
  version: z.string().optional(),
  deploymentId: z.string().optional(),
  deployments: z.array(z.object({ id: z.string() })).default([]),
  data: z.string().optional(),
  offset: z.number().optional(),
});

const wireEvent = z.looseObject({
  eventType: z.string(),
  timestamp: z.string(),
  id: z.string().optional(),
  appId: z.string().optional(),
  taskId: z.string().optional(),
  taskStatus: z.string().optional(),
  reason: z.string().optional(),
});

type Body = z.infer<typeof wireBody>;
export type WireApp = z.infer<typeof wireApp>;

export interface Json {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
  /** The body as it came. */
  readonly json: unknown;
  readonly text: string;
}

export const credentials = { username: "berth", password: "correct horse" };
const authorization = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;

export interface World {
  readonly instance: string;
  readonly docker: Docker;
  readonly databaseUrl: string;
  readonly workDir: string;
  readonly image: string;
  readonly options: SchedulerOptions;
  scheduler: RunningScheduler;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string | undefined>): Promise<Json>;
  restart(): Promise<void>;
  /** Ends everything and removes every container, network, database and folder that was made. */
  end(): Promise<void>;
}

/** A database of its own with the scheduler's tables. */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const admin = testEnvironment().databaseUrl;
  const name = `berth_scheduler_${randomBytes(5).toString("hex")}`;
  await onDatabase(admin, `CREATE DATABASE ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  for (const migration of migrations) await onDatabase(url.href, await readFile(migration, "utf8"));
  return { url: url.href, drop: () => onDatabase(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function onDatabase(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export async function createWorld(changes: Partial<SchedulerOptions> = {}): Promise<World> {
  const environment = testEnvironment();
  const database = await freshDatabase();
  const workDir = await mkdtemp(join(tmpdir(), "berth-scheduler-"));
  const instance = `test-${randomBytes(5).toString("hex")}`;
  const docker = new Docker({ socketPath: environment.dockerSocket });
  const options: SchedulerOptions = {
    databaseUrl: database.url,
    docker: { socketPath: environment.dockerSocket },
    listen: { host: "127.0.0.1", port: 0 },
    credentials,
    instance,
    workDir,
    log: pino({ level: process.env["BERTH_TEST_LOG"] ?? "silent" }),
    ...changes,
  };
  const world: World = {
    instance,
    docker,
    databaseUrl: database.url,
    workDir,
    image: environment.nodeImage,
    options,
    scheduler: await startScheduler(options),
    call: (method, path, body, headers) => call(world.scheduler.address, { method, path, body, headers: headers ?? {} }),
    async restart() {
      await world.scheduler.stop();
      world.scheduler = await startScheduler(options);
    },
    async end() {
      await world.scheduler.stop();
      await removeEverything(docker, instance);
      await database.drop();
      await rm(workDir, { recursive: true, force: true });
    },
  };
  return world;
}

export async function removeEverything(docker: Docker, instance: string): Promise<void> {
  const label = [`berth.scheduler=${instance}`];
  for (;;) {
    const containers = await docker.listContainers({ all: true, filters: { label } });
    if (containers.length === 0) break;
    // The scheduler may have had the removal of some under way.
    await Promise.allSettled(containers.map((found) => docker.getContainer(found.Id).remove({ force: true, v: true })));
  }
  for (const found of await docker.listNetworks({ filters: { label } })) await docker.getNetwork(found.Id).remove();
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers: Record<string, string | undefined>;
}

/** One request, with the path exactly as given. */
export function call(address: { host: string; port: number }, { method, path, body, headers }: Call): Promise<Json> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const all: Record<string, string | undefined> = {
      authorization,
      ...(payload === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    };
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const request = httpRequest({ ...address, method, path, headers: given, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const json = parsed(text);
        const body = wireBody.safeParse(json);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: body.data ?? noBody, json, text });
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(payload);
  });
}

const noBody = wireBody.parse({});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Asks again until the answer is not null, at most so long. */
export async function until<Result>(what: string, ask: () => Promise<Result | null> | Result | null, seconds = 30): Promise<Result> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > end) throw new Error(`It did not come to this in ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until no deployment runs, and answers the app. */
export async function settled(world: World, id: string, seconds = 40): Promise<WireApp> {
  return until(
    `${id} is settled`,
    async () => {
      const { status, body } = await world.call("GET", `/v2/apps/${id}`);
      return status === 200 && body.app?.deployments.length === 0 ? body.app : null;
    },
    seconds,
  );
}

/** An app of one node process that answers HTTP with `text` on the port it is given. */
export function webApp(world: { image: string }, text: string, more: Record<string, unknown> = {}) {
  const script = `require("http").createServer((q,r)=>{console.log("asked",q.url);r.end(${JSON.stringify(text)})}).listen(8080,()=>console.log("listening"));process.on("SIGTERM",()=>process.exit(0))`;
  return {
    args: ["-e", script],
    cpus: 0.1,
    mem: 64,
    instances: 1,
    container: { type: "DOCKER", docker: { image: world.image }, portMappings: [{ containerPort: 8080, name: "http" }] },
    networks: [{ mode: "container/bridge" }],
    ...more,
  };
}

/** What a task's published port answers, as soon as the process behind it listens. */
export function fetchTask(task: { host: string; ports: number[] }, path = "/"): Promise<Json> {
  const ask = { method: "GET", path, headers: { authorization: undefined } };
  return until("the task answers", () => call({ host: task.host, port: task.ports[0] ?? 0 }, ask).catch(() => null));
}

export interface StreamedEvent {
  readonly type: string;
  readonly data: z.infer<typeof wireEvent>;
  readonly at: number;
}

/** Opens the event stream and collects what it says. */
export function openEvents(world: World, query = ""): Promise<{ events: StreamedEvent[]; raw(): string; close(): void }> {
  return new Promise((resolve, reject) => {
    const events: StreamedEvent[] = [];
    let raw = "";
    let rest = "";
    const headers = { authorization, accept: "text/event-stream" };
    const request = httpRequest({ ...world.scheduler.address, path: `/v2/events${query}`, headers, agent: false }, (response) => {
      response.setEncoding("utf8");
      response.on("error", () => undefined);
      response.on("data", (chunk: string) => {
        raw += chunk;
        rest += chunk;
        const frames = rest.split("\r\n\r\n");
        rest = frames.pop() ?? "";
        for (const frame of frames) {
          const match = /event: (.*)\r\ndata: (.*)/.exec(frame);
          if (match !== null) events.push({ type: match[1]!, data: wireEvent.parse(JSON.parse(match[2]!)), at: performance.now() });
        }
      });
      resolve({ events, raw: () => raw, close: () => request.destroy() });
    });
    request.on("error", reject);
    request.end();
  });
}
