import type { Dispatcher } from "undici";

import type { Log } from "#lib/platform/log.ts";

import type { Resolve } from "./address-policy.ts";
import { readCapped, toBuffer } from "./body.ts";
import { type Connections, createConnections } from "./connections.ts";
import { type Deadline, createDeadline } from "./deadline.ts";
import { toHttpError } from "./http-error.ts";
import { checkedUrl, headersFor, plainHeaders } from "./request-checks.ts";

/** A credential belongs to one origin and is never sent to another. */
export interface OriginCredential {
  readonly origin: string;
  /** The whole header value, such as `Basic …`. */
  readonly authorization: string;
}

export interface HttpClientOptions {
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  /** From the request to the answer's headers; `timeoutMs` when not given. */
  readonly headersTimeoutMs?: number | undefined;
  readonly maxBodyBytes: number;
  /** When given, no other origin is asked, whatever the URL says. */
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly auth?: readonly OriginCredential[] | undefined;
  /**
   * `operator`: addresses from the installation's own settings, any network. `user`: addresses somebody typed or a remote returned; looked
   * up once, private networks refused, the checked address used.
   */
  readonly policy: "operator" | "user";
  /** Certificates in PEM, trusted in place of the system's. */
  readonly ca?: string | undefined;
  /** `host:port` pairs inside private networks that `user` addresses may name. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** How names become addresses under the `user` policy; the system's resolver when not given. */
  readonly resolve?: Resolve | undefined;
  /** Requests are told at level debug: method, origin, path, status; never headers, queries or bodies. */
  readonly log?: Log | undefined;
}

export interface HttpRequest {
  readonly url: string | URL;
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly maxBodyBytes?: number | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; the first value of a repeated header. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HttpStream extends Omit<HttpAnswer, "body"> {
  /** Fails with HttpError. No cap, no total time limit: the reader has its own. */
  readonly chunks: AsyncIterable<Buffer>;
}

export interface HttpClient {
  /** One answer, whole, whatever its status. Never follows a redirect. Throws HttpError. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Like `request`, but the body is read as it comes; `timeoutMs` covers the headers only. Give `signal` to end it. */
  stream(request: HttpRequest): Promise<HttpStream>;
  close(): Promise<void>;
}

/** The one way Berth speaks HTTP to others: no redirects, no decompression, bounded in time and bytes, credentials by origin, addresses checked. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const connections = createConnections(options);
  return {
    request: (request) =>
      exchange(options, connections, request, async (answer, { deadline, release }) => {
        try {
          const body = await readCapped(answer.body, request.maxBodyBytes ?? options.maxBodyBytes);
          return { status: answer.statusCode, headers: plainHeaders(answer.headers), body };
        } finally {
          answer.body.destroy();
          release();
          deadline.done();
        }
      }),
    stream: (request) =>
      exchange(options, connections, request, async (answer, { url, deadline, release }) => {
        deadline.done();
        return { status: answer.statusCode, headers: plainHeaders(answer.headers), chunks: readOn(answer.body, url.origin, release) };
      }),
    close: () => connections.close(),
  };
}

/** Sends the request and hands the answer to `read`, turning whatever goes wrong into an HttpError. */
async function exchange<T>(
  options: HttpClientOptions,
  connections: Connections,
  request: HttpRequest,
  read: (answer: Dispatcher.ResponseData, held: Held) => Promise<T>,
): Promise<T> {
  const url = checkedUrl(request.url, options.allowedOrigins);
  const deadline = createDeadline(request, options);
  try {
    const { dispatcher, release } = await deadline.within(connections.to(url));
    const answer = await dispatcher
      .request({
        path: url.pathname + url.search,
        method: request.method ?? "GET",
        headers: headersFor(request.headers ?? {}, url, options.auth ?? []),
        body: request.body ?? null,
        headersTimeout: 0,
        bodyTimeout: 0,
        signal: deadline.signal,
      })
      .catch((error: unknown) => {
        release();
        throw error;
      });
    deadline.headersIn();
    options.log?.debug(
      { method: request.method ?? "GET", origin: url.origin, path: url.pathname, status: answer.statusCode },
      "http request",
    );
    return await read(answer, { url, deadline, release });
  } catch (error) {
    deadline.done();
    throw toHttpError(error, url.origin);
  }
}

interface Held {
  readonly url: URL;
  readonly deadline: Deadline;
  readonly release: () => void;
}

async function* readOn(body: AsyncIterable<unknown> & { destroy(): unknown }, origin: string, release: () => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield toBuffer(chunk);
  } catch (error) {
    throw toHttpError(error, origin);
  } finally {
    body.destroy();
    release();
  }
}
