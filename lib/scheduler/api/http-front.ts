import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";

import { describeError } from "#lib/core/errors.ts";

import { readJson } from "./body.ts";
import { failureAnswer } from "./errors.ts";
import { type Guard } from "./guard.ts";
import { type Answer, type Api, type ApiRequest, type Route, parseTarget } from "./request.ts";

/** The HTTP server. It sees paths as they were sent, because clients spell app ids with `//` and `%2F`. */
export function createFront(api: () => Api | null, guard: Guard, route: Route): Server {
  const server = createServer((request, response) => {
    // A client that goes away in the middle is nobody's fault.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    answerRequest(api, guard, route, { request, response }).catch((error: unknown) => {
      api()?.scheduler.log.error({ reason: describeError(error) }, "an answer could not be sent");
      response.destroy();
    });
  });
  server.keepAliveTimeout = 30_000;
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  server.maxHeadersCount = 100;
  return server;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answerRequest(api: () => Api | null, guard: Guard, route: Route, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const ready = api();
  const leader = ready === null ? "" : `http://${ready.address.host}:${ready.address.port}`;
  let answer: Answer | null = guard(request);
  if (answer === null) {
    answer = ready === null ? { status: 503, json: { message: "The scheduler is starting." } } : await routed(ready, route, exchange);
    if (answer === null) return;
  }
  send(response, answer, { leader, method: request.method ?? "GET" });
  // What was not read of a refused request must not keep the connection.
  if (!request.complete) response.once("finish", () => request.destroy());
}

async function routed(api: Api, route: Route, { request, response }: Exchange): Promise<Answer | null> {
  try {
    const parsed: ApiRequest = {
      ...parseTarget(request.url ?? "/"),
      method: request.method === "HEAD" ? "GET" : (request.method ?? "GET"),
      clientIp: request.socket.remoteAddress ?? "",
      body: () => readJson(request),
      raw: request,
      response,
    };
    return await route(api, parsed);
  } catch (error) {
    const answer = failureAnswer(error);
    if (answer !== null) return answer;
    api.scheduler.log.error({ path: request.url, reason: describeError(error), err: error }, "a request failed");
    return { status: 500, json: { message: "The scheduler made a mistake; its log has the particulars." } };
  }
}

/** The headers of every answer. */
export function standardHeaders(leader: string): Record<string, string> {
  return {
    "X-Marathon-Leader": leader,
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache, no-store, must-revalidate",
    Pragma: "no-cache",
    Expires: "0",
  };
}

function send(response: ServerResponse, answer: Answer, { leader, method }: { leader: string; method: string }): void {
  const body = answer.json === undefined ? answer.text : JSON.stringify(answer.json);
  const type = answer.json === undefined ? "text/plain; charset=utf-8" : "application/json";
  response.writeHead(answer.status, {
    ...standardHeaders(leader),
    ...(body === undefined ? {} : { "Content-Type": type }),
    ...(answer.status === 204 ? {} : { "Content-Length": Buffer.byteLength(body ?? "") }),
    ...answer.headers,
  });
  response.end(method === "HEAD" ? undefined : body);
}
