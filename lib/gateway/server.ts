import { randomBytes } from "node:crypto";
import { type Server, ServerResponse, createServer } from "node:http";
import { Socket } from "node:net";

import { BerthError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";

import { openAccessDatabase } from "./access-database.ts";
import { Access } from "./access.ts";
import type { GatewayContext } from "./context.ts";
import { gatewayCookies } from "./cookies.ts";
import { createHeaderRules } from "./headers.ts";
import { type GatewayLimits, defaultLimits } from "./limits.ts";
import { OpenStreams } from "./open-streams.ts";
import { startRouteFeed } from "./route-feed.ts";
import { RouteTable } from "./route-table.ts";
import { serve } from "./serve.ts";
import { Upstreams } from "./upstreams.ts";

export interface GatewayOptions {
  /** Postgres, as a role that may read the table `route`, ask who may view, and nothing else. */
  readonly databaseUrl: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Environments are the names one label below it, e.g. `preview.localhost`. */
  readonly baseHost: string;
  readonly dashboardUrl: string;
  /** Beginnings of cookie names that belong to the platform and never cross. */
  readonly platformCookiePrefixes: readonly string[];
  readonly log: Log;
  readonly limits?: Partial<GatewayLimits>;
  /** How browsers reach the gateway, when something before it ends TLS; default `http`. */
  readonly publicScheme?: "http" | "https";
}

export interface Gateway {
  readonly port: number;
  /** Takes no new connections, lets running requests finish for a while, then closes everything. */
  stop(): Promise<void>;
}

/** How long the start waits for the first read of the routes before it serves without. */
const firstLoadMs = 5_000;

/**
 * Starts the gateway: host name → environment → healthy task. Throws `unavailable` when the address cannot be listened
 * on. A database that is away does not stop it: it answers 503 until the routes have been read once, from memory afterwards.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const limits = { ...defaultLimits, ...options.limits };
  const database = openAccessDatabase(options.databaseUrl, options.log);
  const context = createContext(options, limits, new Access(database, limits, options.log));
  const server = createHttpServer(context);
  await listen(server, options.listen);
  const onAccess = (): void => {
    context.access.rightsChanged();
    context.open.recheck();
  };
  const { table } = context;
  const feed = startRouteFeed({ databaseUrl: options.databaseUrl, table, log: options.log, reloadMs: limits.reloadMs, onAccess });
  await withLimit(feed.loaded, firstLoadMs);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.listen.port;
  options.log.info({ port, baseHost: options.baseHost, routes: context.table.size }, "gateway listens");
  let stopped: Promise<void> | null = null;
  return { port, stop: () => (stopped ??= stop(server, context, [() => feed.stop(), () => database.close()])) };
}

function createContext(options: GatewayOptions, limits: GatewayLimits, access: Access): GatewayContext {
  const upstreams = new Upstreams(limits);
  const prefix = randomBytes(6).toString("hex");
  let count = 0;
  return {
    log: options.log,
    limits,
    table: new RouteTable({ retired: (targets) => upstreams.retire(targets) }),
    upstreams,
    rules: createHeaderRules(options.platformCookiePrefixes),
    access,
    cookies: gatewayCookies(options.publicScheme ?? "http", options.baseHost.toLowerCase()),
    open: new OpenStreams(limits),
    suffix: `.${options.baseHost.toLowerCase()}`,
    scheme: options.publicScheme ?? "http",
    dashboardUrl: options.dashboardUrl,
    tunnels: new Set(),
    statusStreams: new Set(),
    nextRequestId: () => `${prefix}-${(count += 1).toString(36)}`,
    held: 0,
    running: 0,
    stopping: false,
  };
}

function createHttpServer(context: GatewayContext): Server {
  const { limits } = context;
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: limits.requestHeadBytes,
    headersTimeout: limits.requestHeadMs,
    requestTimeout: 0,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: limits.keepAliveMs,
    noDelay: true,
    highWaterMark: 64 * 1024,
  });
  // Node drops headers beyond this count without a word; the size of the head is the limit here.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.connections;
  server.on("request", (request, response) => serve(context, request, response, { upgrade: null, expectContinue: false }));
  server.on("checkContinue", (request, response) => serve(context, request, response, { upgrade: null, expectContinue: true }));
  server.on("connect", (_request, socket) => {
    socket.on("error", () => socket.destroy());
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  server.on("upgrade", (request, socket, head) => {
    // Behind an upgrade request Node reads no body: the bytes would be taken for the new protocol.
    const body = request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) !== 0;
    if (body || !(socket instanceof Socket))
      return void socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    socket.on("error", () => socket.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.on("finish", () => {
      response.detachSocket(socket);
      socket.end();
    });
    if (head.length > 0) socket.unshift(head);
    serve(context, request, response, { upgrade: acceptableUpgrade(request.headers.upgrade), expectContinue: false });
  });
  return server;
}

/** HTTP/2 would carry requests past the header rules, so nobody switches to it; any other protocol is the app's business. */
function acceptableUpgrade(protocol: string | undefined): string | null {
  if (protocol === undefined || !/^[a-z0-9][a-z0-9./ -]{0,60}$/i.test(protocol)) return null;
  return /^(?:h2|h2c|http)/i.test(protocol) ? null : protocol;
}

function listen(server: Server, address: GatewayOptions["listen"]): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new BerthError("unavailable", { detail: `The gateway cannot listen on ${address.host}:${address.port}.`, cause })),
    );
    server.listen(address.port, address.host, 1_024, resolve);
  });
}

async function stop(server: Server, context: GatewayContext, endings: readonly (() => Promise<void>)[]): Promise<void> {
  context.stopping = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const stream of context.statusStreams) stream.end();
  const deadline = Date.now() + context.limits.drainMs;
  while (context.running > 0 && Date.now() < deadline) {
    await withLimit(closed, 20);
    server.closeIdleConnections();
  }
  for (const socket of context.tunnels) socket.destroy();
  server.closeAllConnections();
  context.upstreams.destroy();
  context.open.stop();
  await withLimit(Promise.all([...endings.map((end) => end()), closed]), 1_000);
}

/** Waits for `promise`, but no longer than `ms`. */
async function withLimit(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
