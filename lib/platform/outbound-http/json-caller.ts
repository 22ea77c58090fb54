import { BerthError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";

import { basicAuthorization } from "./basic-auth.ts";
import { createHttpClient } from "./client.ts";
import { isHttpError } from "./http-error.ts";

export interface JsonCallerOptions {
  /** With a path where the service lives below one. */
  readonly url: string;
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  readonly log: Log;
  readonly timeoutMs?: number | undefined;
  /** What it is called in messages. */
  readonly name: string;
}

export interface JsonAnswer {
  readonly status: number;
  /** Undefined where there is no JSON. */
  readonly json: unknown;
}

export interface JsonCaller {
  /**
   * One call; 404 and 409 are answers like 2xx. Throws `unavailable` when it does not answer or is in trouble, `job_scheduler_refused` when it
   * does not take what it was sent.
   */
  call(method: "GET" | "PUT" | "POST" | "DELETE", path: string, body?: unknown): Promise<JsonAnswer>;
  close(): Promise<void>;
}

const maxBodyBytes = 16 * 1024 * 1024;

/** For a service of the operator's that speaks JSON over HTTP. Standby members may send to their leader on the same origin only. */
export function createJsonCaller(options: JsonCallerOptions): JsonCaller {
  const base = new URL(options.url);
  const root = `${base.origin}${base.pathname.replace(/\/+$/, "")}`;
  const authorization = options.credentials === undefined ? null : basicAuthorization(options.credentials);
  const http = createHttpClient({
    timeoutMs: options.timeoutMs ?? 10_000,
    maxBodyBytes,
    policy: "operator",
    allowedOrigins: [base.origin],
    auth: authorization === null ? [] : [{ origin: base.origin, authorization }],
    log: options.log,
  });

  async function call(method: "GET" | "PUT" | "POST" | "DELETE", path: string, body?: unknown): Promise<JsonAnswer> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) };
    try {
      const answer = await http.request({ url: `${root}${path}`, method, headers, ...content });
      const text = answer.body.toString("utf8");
      if ((answer.status >= 200 && answer.status < 300) || answer.status === 404 || answer.status === 409)
        return { status: answer.status, json: parsed(text) };
      const detail = `${options.name} answered ${answer.status}${said(text)}`;
      throw new BerthError(answer.status >= 400 && answer.status < 500 ? "job_scheduler_refused" : "unavailable", { detail });
    } catch (error) {
      if (isHttpError(error)) throw new BerthError("unavailable", { detail: `${options.name}: ${error.message}`, cause: error });
      throw error;
    }
  }

  return { call, close: () => http.close() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Its own sentence, where it gives one. What it was sent may hold secrets, so nothing longer is taken over. */
function said(text: string): string {
  const body: unknown = parsed(text);
  const message: unknown = typeof body === "object" && body !== null && "message" in body ? body.message : undefined;
  return typeof message === "string" && message.length <= 200 ? `: ${message}` : ".";
}
