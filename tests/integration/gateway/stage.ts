import { randomUUID } from "node:crypto";
import {
  type IncomingMessage,
  type RequestListener,
  type Server,
  createServer,
  request as httpRequest,
  type RequestOptions,
} from "node:http";
import { type Socket, connect } from "node:net";

import { Client } from "pg";
import { pino } from "pino";
import { expect, vi } from "vitest";

import type { GatewayLimits } from "#lib/gateway/limits.ts";
import { type Gateway, startGateway } from "#lib/gateway/server.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";

import { addEnvironment, addProject, addStage } from "./places.ts";

export interface RouteRow {
  readonly id?: string;
  readonly host: string;
  readonly state?: string;
  readonly targets?: readonly { readonly taskId: string; readonly host: string; readonly port: number }[];
  readonly project?: string;
  readonly environment?: string;
  readonly note?: string | null;
  readonly link?: string | null;
  /** The stage its environment is made in; default one that everybody may see. */
  readonly stageId?: string;
}

/** A migrated database; `TestDatabase` is one. */
export interface StageDatabase {
  readonly url: string;
  readonly roles: Pick<TestDatabase["roles"], "gateway">;
  drop(): Promise<void>;
}

/** A real gateway on a real database, with apps that end with it. */
export interface Stage {
  readonly gateway: Gateway;
  readonly sql: Client;
  readonly projectId: string;
  /** Writes a route and waits for nothing; returns the environment's id. */
  route(row: RouteRow): Promise<string>;
  /** Starts an app. */
  app(listener: RequestListener): Promise<App>;
  end(): Promise<void>;
}

export interface App {
  readonly server: Server;
  readonly port: number;
  /** Requests seen. */
  readonly seen: IncomingMessage[];
  readonly sockets: Set<Socket>;
  target(taskId?: string): { taskId: string; host: string; port: number };
  /** Ends it like a killed process: listening socket and connections at once. */
  kill(): Promise<void>;
}

export async function createStage(limits: Partial<GatewayLimits> = {}, given?: StageDatabase): Promise<Stage> {
  const database = given ?? (await createTestDatabase());
  const sql = new Client({ connectionString: database.url });
  sql.on("error", () => undefined);
  await sql.connect();
  const projectId = await addProject(sql);
  const open = await addStage(sql, projectId, "review", true);
  const apps: App[] = [];
  const gateway = await startTestGateway(database.roles.gateway, limits);
  return {
    gateway,
    sql,
    projectId,
    route: (row) => writeRoute(sql, { stageId: open, ...row }),
    app: async (listener) => {
      const app = await startApp(listener);
      apps.push(app);
      return app;
    },
    end: async () => {
      await gateway.stop();
      await Promise.all(apps.map((app) => app.kill()));
      await sql.end().catch(() => undefined);
      await database.drop();
    },
  };
}

export function startTestGateway(databaseUrl: string, limits: Partial<GatewayLimits> = {}): Promise<Gateway> {
  return startGateway({
    databaseUrl,
    listen: { host: "127.0.0.1", port: 0 },
    baseHost: "preview.localhost",
    dashboardUrl: "http://localhost:3000",
    platformCookiePrefixes: ["__Host-berth", "__Secure-berth", "berth", "next-auth", "__Secure-next-auth", "__Host-next-auth"],
    log: pino({ level: "silent" }),
    limits: { drainMs: 500, ...limits },
  });
}

async function writeRoute(sql: Client, row: RouteRow & { readonly stageId: string }): Promise<string> {
  const id = await addEnvironment(sql, row.stageId, row.id ?? randomUUID());
  await sql.query(
    `INSERT INTO route (environment_id, host, project_name, environment_name, state, targets, note, link, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
     ON CONFLICT (environment_id) DO UPDATE SET host = $2, project_name = $3, environment_name = $4, state = $5, targets = $6, note = $7, link = $8, changed_at = now()`,
    [
      id,
      row.host,
      row.project ?? "Shop",
      row.environment ?? "review/issue-1",
      row.state ?? "live",
      JSON.stringify(row.targets ?? []),
      row.note ?? null,
      row.link ?? null,
    ],
  );
  return id;
}

export async function startApp(listener: RequestListener, port = 0): Promise<App> {
  const seen: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    seen.push(request);
    listener(request, response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const listening = typeof address === "object" && address !== null ? address.port : 0;
  return {
    server,
    port: listening,
    seen,
    sockets,
    target: (taskId = `task-${listening}`) => ({ taskId, host: "127.0.0.1", port: listening }),
    kill: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
}

export interface AskOptions extends Omit<RequestOptions, "headers"> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One request through the gateway to `host`, on a connection of its own unless an agent is given. */
export function ask(port: number, host: string, options: AskOptions = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { agent: false, ...rest, host: "127.0.0.1", port, headers: { Host: host, ...rest.headers } },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("error", reject);
        response.on("end", () => {
          const whole = Buffer.concat(pieces);
          const { statusCode = 0, headers, rawHeaders } = response;
          resolve({ status: statusCode, headers, rawHeaders, body: whole, text: whole.toString() });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Sends bytes as they are and returns everything that comes back until the other side closes or is quiet for `quietMs`. */
export function sendRaw(port: number, bytes: string | Buffer, quietMs = 300): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(bytes));
    socket.setTimeout(quietMs, () => socket.destroy());
    socket.on("data", (piece: Buffer) => (received += piece.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received));
  });
}

/** Polls until `check` passes. */
export async function eventually(check: () => unknown, timeout = 5_000): Promise<void> {
  await vi.waitFor(check, { timeout, interval: 10 });
}

/** Waits until the gateway knows `host`, whatever its state. */
export async function known(stage: Stage, host: string): Promise<void> {
  await eventually(async () => expect((await ask(stage.gateway.port, host, { path: "/" })).status).not.toBe(404));
}
