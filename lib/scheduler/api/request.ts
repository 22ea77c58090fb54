import { type IncomingMessage, type ServerResponse } from "node:http";

import { type ChangeLock } from "../deployments/change-lock.ts";
import { MarathonFailure } from "../failures.ts";
import { type Scheduler } from "../scheduler.ts";

/** What every route works with. */
export interface Api {
  readonly scheduler: Scheduler;
  readonly changes: ChangeLock;
  /** `host:port` under which this scheduler is reached. */
  readonly address: { readonly host: string; readonly port: number };
}

/** A request with its path taken apart. */
export interface ApiRequest {
  readonly method: string;
  /** Decoded path segments; empty ones are gone, so `//` and a trailing slash do not matter. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** The parsed JSON body of a write. Throws 400 when there is none or it is broken. */
  body(): Promise<unknown>;
  readonly clientIp: string;
  readonly path: string;
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
}

/** What a route answers; null when it has taken the response into its own hands. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Route = (api: Api, request: ApiRequest) => Promise<Answer | null> | Answer | null;

const longestPath = 8_192;

/** Takes apart the raw request target. Throws 400 when it cannot be read. */
export function parseTarget(target: string): { path: string; segments: string[]; query: URLSearchParams } {
  if (target.length > longestPath) throw new MarathonFailure("badRequest", "The path is too long");
  const question = target.indexOf("?");
  const rawPath = question === -1 ? target : target.slice(0, question);
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    throw new MarathonFailure("badRequest", "The path is not well encoded");
  }
  const query = new URLSearchParams(question === -1 ? "" : target.slice(question + 1));
  return { path, segments: path.split("/").filter((segment) => segment !== ""), query };
}

/** `true`, `True` and a bare name are true, anything else is false; `fallback` when the parameter is absent. */
export function flag(query: URLSearchParams, name: string, fallback = false): boolean {
  const value = query.get(name);
  if (value === null) return fallback;
  return value === "" || value.toLowerCase() === "true";
}

/** The absolute id that path segments name. */
export function idOf(segments: readonly string[]): string {
  return `/${segments.join("/")}`;
}
