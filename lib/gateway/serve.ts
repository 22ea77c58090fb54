import type { IncomingMessage, ServerResponse } from "node:http";

import type { GatewayContext } from "./context.ts";
import { Exchange, type Intent } from "./exchange.ts";
import { environmentHost, onlyHost } from "./host.ts";
import { mayView } from "./may-view.ts";
import { type OwnAnswer, badRequest, methodNotAllowed, noSuchEnvironment, notReady, sendOwnAnswer, waiting } from "./own-answer.ts";
import { discardBody } from "./request-body.ts";
import type { Route } from "./route.ts";
import { openStatusStream, statusPath } from "./status-stream.ts";

/** Answers one request: the host leads to an environment the client may view, which answers or is waited for. */
export function serve(context: GatewayContext, request: IncomingMessage, response: ServerResponse, intent: Intent): void {
  const refusal = refused(request);
  if (refusal !== null) {
    response.shouldKeepAlive = false;
    return sendOwnAnswer(request, response, refusal);
  }
  const host = onlyHost(request.rawHeaders) ?? "";
  const name = environmentHost(host, context.suffix);
  let exchange: Exchange | null = null;
  const say = (own: OwnAnswer): void => {
    if (exchange !== null) return exchange.answer(own);
    sendOwnAnswer(request, response, own);
    if (intent.upgrade === null) discardBody(request, context.limits.discardMs);
  };
  const decide = (route: Route, may: boolean): void => {
    if (exchange?.over === true) return;
    if (!may) return say(noSuchEnvironment);
    if (route.state !== "live") {
      const follows = exchange === null && request.method === "GET" && request.url === statusPath;
      return follows ? openStatusStream(context, request, response, route) : say(waiting(route, route.state, context.dashboardUrl));
    }
    exchange ??= new Exchange(context, { request, response, host, intent }, route, consider);
    exchange.forward(route);
  };
  const consider = (): void => {
    if (name === null) return say(noSuchEnvironment);
    const route = context.table.find(name);
    if (route === undefined) return say(context.table.loaded ? noSuchEnvironment : notReady);
    const may = mayView(request, route);
    if (typeof may === "boolean") return decide(route, may);
    may
      .then((answer) => decide(route, answer))
      .catch((error: unknown) => {
        context.log.error({ err: error, environmentId: route.environmentId }, "could not decide who may view");
        decide(route, false);
      });
  };
  consider();
}

/** Requests no environment ever sees: other forms than a path, and methods for proxies. */
function refused(request: IncomingMessage): OwnAnswer | null {
  if (request.method === "TRACE" || request.method === "CONNECT") return methodNotAllowed;
  // oxlint-disable-next-line no-control-regex -- the line is written as it came, so nothing in it may end it
  if (request.url?.charCodeAt(0) !== 0x2f || /[\0-\x20\x7f]/.test(request.url)) return badRequest;
  return onlyHost(request.rawHeaders) === null ? badRequest : null;
}
