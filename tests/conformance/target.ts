import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

import { expect } from "vitest";
import { z } from "zod";

import { type World, createWorld, until } from "./scheduler/fixture.ts";
import { type Schemas, hasSchemas, loadSchemas, requestPart } from "./schemas.ts";

const task = z.looseObject({
  id: z.string(),
  appId: z.string(),
  host: z.string(),
  state: z.string(),
  ports: z.array(z.number()),
  version: z.string().optional(),
});
const app = z.looseObject({
  id: z.string(),
  instances: z.number(),
  version: z.string(),
  versionInfo: z.object({ lastScalingAt: z.string(), lastConfigChangeAt: z.string() }),
  tasksRunning: z.number(),
  deployments: z.array(z.object({ id: z.string() })),
  tasks: z.array(task).default([]),
});
const steps = z.array(z.object({ actions: z.array(z.object({ action: z.string(), app: z.string() })) }));
const body = z.looseObject({
  message: z.string().optional(),
  app: app.optional(),
  apps: z.array(z.looseObject({ id: z.string() })).optional(),
  groups: z.array(z.looseObject({ id: z.string() })).optional(),
  tasks: z.array(task).optional(),
  versions: z.array(z.string()).optional(),
  version: z.string().optional(),
  deploymentId: z.string().optional(),
  deployments: z.array(z.object({ id: z.string() })).optional(),
  steps: steps.optional(),
});

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: z.infer<typeof body>;
  readonly json: unknown;
  readonly text: string;
}

/** The Marathon that is tested: the embedded scheduler, or any other that a setting names. */
export interface Target {
  /** The embedded scheduler with its engine; null when it is another Marathon: what needs the engine is skipped then. */
  readonly world: World | null;
  readonly url: string;
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** A group of this run's own, absolute: nothing outside of it is touched. */
  readonly home: string;
  readonly image: string;
  call(method: string, path: string, sent?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Waits until the app's deployments are done, and answers it. */
  settled(id: string): Promise<z.infer<typeof app>>;
  /** Waits until no deployment touches anything in a group; default: the run's own. */
  quiet(group?: string): Promise<void>;
  end(): Promise<void>;
}

const foreignUrl = process.env["BERTH_CONFORMANCE_MARATHON_URL"];
/** Whether the tests run against the embedded scheduler; names of tests that need it say so. */
export const isEmbedded = foreignUrl === undefined || foreignUrl === "";

/**
 * The Marathon to test. BERTH_CONFORMANCE_MARATHON_URL names another than the embedded one, BERTH_CONFORMANCE_MARATHON_CREDENTIALS its
 * `user:password`, BERTH_CONFORMANCE_IMAGE an image with node as its entrypoint that its agents can pull.
 */
export async function createTarget(): Promise<Target> {
  const schemas = hasSchemas ? await loadSchemas() : null;
  const world = isEmbedded ? await createWorld({ eagerHealthChecks: true }) : null;
  const url = world === null ? (foreignUrl ?? "").replace(/\/+$/, "") : `http://127.0.0.1:${world.scheduler.address.port}`;
  const given = world === null ? pairOf(process.env["BERTH_CONFORMANCE_MARATHON_CREDENTIALS"]) : world.options.credentials;
  const home = `/conformance-${randomBytes(4).toString("hex")}`;
  const image = world?.image ?? process.env["BERTH_CONFORMANCE_IMAGE"] ?? "node:20-alpine";
  const call: Target["call"] = async (method, path, sent, headers = {}) => {
    const reply = await send(url, given, { method, path, sent, headers });
    if (schemas !== null) checkShapes(schemas, { method, path, sent, reply });
    return reply;
  };
  const target: Target = {
    world,
    url,
    credentials: given,
    home,
    image,
    call,
    settled: (id) =>
      until(`${id} is settled`, async () => {
        const reply = await call("GET", `/v2/apps/${id}`);
        return reply.status === 200 && reply.body.app?.deployments.length === 0 ? reply.body.app : null;
      }),
    quiet: async (group = home) => {
      await until(
        "nothing is deployed",
        async () => ((await call("GET", "/v2/deployments")).text.includes(`"${group}/`) ? null : true),
        20,
      );
    },
    async end() {
      await call("DELETE", `/v2/groups${home}?force=true`);
      await target.quiet();
      await world?.end();
    },
  };
  return target;
}

function pairOf(text: string | undefined): Target["credentials"] {
  const colon = text?.indexOf(":") ?? -1;
  return text === undefined || colon === -1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly sent: unknown;
  readonly headers: Record<string, string>;
}

/** One request, with its path exactly as given. */
function send(base: string, credentials: Target["credentials"], { method, path, sent, headers }: Sent): Promise<Reply> {
  const { protocol, hostname, port } = new URL(base);
  const payload = sent === undefined ? undefined : typeof sent === "string" ? sent : JSON.stringify(sent);
  const all = {
    accept: "application/json",
    ...(credentials === null ? {} : { authorization: basicAuth(credentials) }),
    ...(payload === undefined ? {} : { "content-type": "application/json" }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const ask = protocol === "https:" ? httpsRequest : httpRequest;
    const request = ask({ protocol, hostname, port, method, path, headers: all, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const json = parsed(text);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: body.safeParse(json).data ?? {}, json, text });
      });
    });
    request.on("error", reject);
    request.end(payload);
  });
}

export function basicAuth({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What was accepted was valid by Marathon's own schema, and so is every app that is answered. */
function checkShapes(schemas: Schemas, { method, path, sent, reply }: { method: string; path: string; sent: unknown; reply: Reply }): void {
  const accepted = reply.status < 300 && typeof sent === "object" && sent !== null;
  if (accepted && path.startsWith("/v2/apps") && method !== "DELETE") {
    // The id may be in the path alone.
    for (const one of Array.isArray(sent) ? sent : [sent])
      expect(schemas.app({ id: "/in/path", ...one }), `${method} ${path} sends`).toEqual([]);
  }
  if (accepted && path.startsWith("/v2/groups") && method !== "PATCH") {
    // The schema has the structure alone, neither scaling nor going back.
    const { scaleBy: _scaleBy, version: _version, ...structure } = { scaleBy: null, version: null, ...sent };
    expect(schemas.group({ id: "/in/path", ...structure }), `${method} ${path} sends`).toEqual([]);
  }
  const { app: one, apps } = reply.body;
  for (const answered of [...(one === undefined ? [] : [one]), ...(apps ?? [])]) {
    expect(schemas.app(requestPart(answered)), `${method} ${path} answers`).toEqual([]);
  }
}

/** An app of no instances: enough for everything that is decided before a task runs. */
export function idleApp(target: Target, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { args: ["-e", ""], cpus: 0.1, mem: 32, instances: 0, container: { type: "DOCKER", docker: { image: target.image } }, ...more };
}

/** An app that answers HTTP with `text`. */
export function webApp(target: Target, text: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const script = `require("http").createServer((q,r)=>r.end(${JSON.stringify(text)})).listen(8080);process.on("SIGTERM",()=>process.exit(0))`;
  return {
    args: ["-e", script],
    cpus: 0.1,
    mem: 64,
    instances: 1,
    container: { type: "DOCKER", docker: { image: target.image }, portMappings: [{ containerPort: 8080, hostPort: 0, name: "http" }] },
    networks: [{ mode: "container/bridge" }],
    healthChecks: [{ protocol: "HTTP", path: "/", portIndex: 0, intervalSeconds: 1, gracePeriodSeconds: 60, timeoutSeconds: 5 }],
    ...more,
  };
}
