import { setTimeout as delay } from "node:timers/promises";

import type { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { basicAuthorization } from "#lib/platform/outbound-http/basic-auth.ts";
import {
  type HttpAnswer,
  type HttpClient,
  type HttpRequest,
  type HttpStream,
  createHttpClient,
} from "#lib/platform/outbound-http/client.ts";
import { isHttpError } from "#lib/platform/outbound-http/http-error.ts";

import { MarathonElsewhere, type Members, createMembers } from "./members.ts";
import type { MarathonOptions } from "./model.ts";
import { MarathonLeaderless, refusal } from "./refusal.ts";

interface Call {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Below the member's URL, with its query. */
  readonly path: string;
  readonly body?: string | undefined;
}

/** A write whose answer was lost: it may have happened, and may yet happen. Read the state before anything is repeated. */
export class MarathonUncertain extends BerthError {
  constructor(detail: string, cause: unknown) {
    super("marathon_unavailable", { detail, cause });
  }
}

interface ConnectionOptions extends MarathonOptions {
  /** How often a GET is tried, at least once per member; 3 when not given. */
  readonly attempts?: number | undefined;
  readonly maxBodyBytes?: number | undefined;
}

export interface Connection {
  /**
   * One call; an answer other than 2xx is thrown as what it means. GETs are tried up to three times. Writes are repeated only when nobody
   * can have seen them, and throw MarathonUncertain when somebody may have.
   */
  send(call: Call): Promise<HttpAnswer>;
  read<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  readOrNull<T>(path: string, schema: z.ZodType<T>): Promise<T | null>;
  /** The body as `schema` reads it; throws `marathon_failed` when it does not. */
  understand<T>(answer: HttpAnswer, schema: z.ZodType<T>): T;
  /** The body as JSON, or null when it has none or is none. */
  json(answer: HttpAnswer): unknown;
  openStream(path: string, accept: string, signal: AbortSignal): Promise<HttpStream>;
  close(): Promise<void>;
}

const usualAttempts = 3;
const [shortestPauseMs, longestPauseMs] = [100, 2000];
const maxRedirects = 3;
/** A thousand apps with long environments are some ten megabytes. */
const usualMaxBodyBytes = 128 * 1024 * 1024;
const redirects = new Set([301, 302, 303, 307, 308]);

/** The way to a cluster: remembers which member answered, follows the leader, tells refusals apart. */
export function createConnection(options: ConnectionOptions): Connection {
  const members = createMembers(options.urls);
  const authorization = authorizationOf(options);
  const http = createHttpClient({
    timeoutMs: options.timeoutMs ?? 10_000,
    maxBodyBytes: options.maxBodyBytes ?? usualMaxBodyBytes,
    policy: "operator",
    ca: options.ca,
    allowedOrigins: members.origins,
    auth: authorization === undefined ? [] : members.origins.map((origin) => ({ origin, authorization })),
    log: options.log,
  });

  async function send(call: Call): Promise<HttpAnswer> {
    const request = { method: call.method, ...(call.body === undefined ? {} : { body: call.body }), headers: headersOf(call) };
    for (let attempt = 1; ; attempt++) {
      try {
        return await sendOnce(http, members, call.path, request);
      } catch (error) {
        // Whatever it was, the next call begins with another member.
        if (isTrouble(error)) members.next();
        if (attempt >= Math.max(options.attempts ?? usualAttempts, members.origins.length) || !mayRepeat(call, error))
          throw meaningOf(call, error);
        // Full jitter: clients that failed together do not come back together.
        if (!(error instanceof MarathonElsewhere)) await delay(Math.random() * Math.min(longestPauseMs, shortestPauseMs * 2 ** attempt));
      }
    }
  }

  async function readOrNull<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
    try {
      return understand(await send({ method: "GET", path }), schema);
    } catch (error) {
      if (error instanceof BerthError && error.code === "not_found") return null;
      throw error;
    }
  }

  return {
    send,
    readOrNull,
    read: async (path, schema) => understand(await send({ method: "GET", path }), schema),
    understand,
    json,
    async openStream(path, accept, signal) {
      return await openStream(http, members, path, { headers: { accept }, signal });
    },
    close: () => http.close(),
  };
}

async function sendOnce(http: HttpClient, members: Members, path: string, request: Omit<HttpRequest, "url">): Promise<HttpAnswer> {
  let url = members.url(path);
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await http.request({ ...request, url });
    if (answer.status >= 200 && answer.status < 300) {
      // A standby may have passed it on: the leader itself is the shorter way.
      members.prefer(answer.headers["x-marathon-leader"]);
      return answer;
    }
    if (!redirects.has(answer.status)) throw refusal(answer);
    url = members.follow(url, answer.headers["location"]);
  }
  throw new MarathonLeaderless("The members of the cluster send Berth in a circle: there is no leader.");
}

async function openStream(http: HttpClient, members: Members, path: string, request: Omit<HttpRequest, "url">): Promise<HttpStream> {
  let url = members.url(path);
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await http.stream({ ...request, url }).catch((error: unknown) => {
      members.next();
      throw error;
    });
    if (answer.status === 200) return answer;
    for await (const _chunk of answer.chunks) break;
    if (!redirects.has(answer.status)) {
      members.next();
      throw refusal({ status: answer.status, body: Buffer.alloc(0) });
    }
    url = members.follow(url, answer.headers["location"]);
  }
  throw new BerthError("marathon_unavailable", { detail: "There is no leader." });
}

function isTrouble(error: unknown): boolean {
  return isHttpError(error) || error instanceof MarathonElsewhere || (error instanceof BerthError && error.code === "marathon_unavailable");
}

/** A write goes to another member only when the first certainly did nothing with it. */
function mayRepeat(call: Call, error: unknown): boolean {
  if (error instanceof MarathonElsewhere || error instanceof MarathonLeaderless || isHttpError(error, "refused", "dns")) return true;
  if (call.method !== "GET") return false;
  return isHttpError(error, "reset", "timeout") || (error instanceof BerthError && error.code === "marathon_unavailable");
}

function meaningOf(call: Call, error: unknown): unknown {
  if (!isHttpError(error)) {
    const isLost = call.method !== "GET" && error instanceof BerthError && error.code === "marathon_unavailable";
    return isLost && !(error instanceof MarathonLeaderless) ? new MarathonUncertain(error.detail ?? error.title, error) : error;
  }
  if (call.method !== "GET" && isHttpError(error, "reset", "timeout", "too_large", "protocol", "aborted"))
    return new MarathonUncertain(error.message, error);
  return new BerthError(isHttpError(error, "too_large", "protocol") ? "marathon_failed" : "marathon_unavailable", {
    detail: error.message,
    cause: error,
  });
}

/** DC/OS has a scheme of its own. */
function authorizationOf(options: Pick<MarathonOptions, "credentials" | "token">): string | undefined {
  if (options.token !== undefined) return `token=${options.token}`;
  return options.credentials === undefined ? undefined : basicAuthorization(options.credentials);
}

function headersOf(call: Call): Record<string, string> {
  return { accept: "application/json", ...(call.body === undefined ? {} : { "content-type": "application/json" }) };
}

function understand<T>(answer: HttpAnswer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(json(answer));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new BerthError("marathon_failed", {
    detail: `Its answer is not understood${where === "" ? "" : ` at ${where.slice(0, 100)}`}.`,
    cause: parsed.error,
  });
}

function json(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.body.toString("utf8"));
  } catch {
    return null;
  }
}
