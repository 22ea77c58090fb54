import { type Duplex, Readable } from "node:stream";

import type { Engine } from "./engine.ts";

export interface EngineRequest {
  /** Ends with `?` when `options` are its query. */
  readonly path: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly options?: Record<string, unknown>;
  readonly file?: Readable;
  readonly authconfig?: { readonly username: string; readonly password: string; readonly serveraddress: string };
  readonly signal: AbortSignal;
}

/** Answers that are read whole are short; inspecting an image with thousands of labels stays far below. */
const maxAnswerBytes = 64 * 1024 * 1024;
const goodStatus = { 200: true, 201: true, 204: true };

/**
 * One request to the engine whose answer is read as it comes, through dockerode's transport. dockerode's own `buildImage` is passed by: its
 * session leaks when a build is aborted and does not answer the engine's keep-alive checks; its other calls cannot be time-limited by type.
 */
export function dialStream(engine: Engine, request: EngineRequest): Promise<Readable> {
  const { signal, ...rest } = request;
  return new Promise((resolve, reject) => {
    engine.modem.dial({ ...rest, abortSignal: signal, isStream: true, statusCodes: goodStatus }, (error: unknown, answer: unknown) => {
      if (error !== null && error !== undefined) reject(asError(error));
      else if (answer instanceof Readable) resolve(answer);
      else reject(new Error("The engine's answer is no stream."));
    });
  });
}

/** One request to the engine whose answer is JSON: read whole, parsed, not checked. An empty answer is null. */
export async function dialJson(engine: Engine, request: EngineRequest): Promise<unknown> {
  const answer = await dialStream(engine, request);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of answer) {
      const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
      size += chunk.length;
      if (size > maxAnswerBytes) throw new Error("The engine's answer is too long.");
      chunks.push(chunk);
    }
  } finally {
    answer.destroy();
  }
  return size === 0 ? null : JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

/** Turns a request into a raw two-way connection (HTTP Upgrade). */
export function dialUpgrade(
  engine: Engine,
  request: { path: string; headers: Record<string, string | string[]>; signal: AbortSignal },
): Promise<Duplex> {
  const { signal, ...rest } = request;
  return new Promise((resolve, reject) => {
    engine.modem.dial(
      { ...rest, method: "POST", hijack: true, abortSignal: signal, statusCodes: goodStatus },
      (error: unknown, socket: unknown) => {
        if (error !== null && error !== undefined) reject(asError(error));
        else if (isDuplex(socket)) resolve(socket);
        else reject(new Error("The engine did not upgrade the connection."));
      },
    );
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(typeof error === "string" ? error : "The engine's client failed.");
}

function isDuplex(value: unknown): value is Duplex {
  return value instanceof Readable && "write" in value && typeof value.write === "function";
}
