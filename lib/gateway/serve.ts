import type { IncomingMessage, ServerResponse } from "node:http";

import type { Verdict } from "./access.ts";
import type { GatewayContext } from "./context.ts";
import { type Entrance, carriesShareCode, enter, enterByShareLink, enterPath, turnAway } from "./enter.ts";
import { Exchange, type Intent } from "./exchange.ts";
import { environmentHost, onlyHost } from "./host.ts";
import { type OwnAnswer, badRequest, methodNotAllowed, noSuchEnvironment, notReady, sendOwnAnswer, waiting } from "./own-answer.ts";
import { discardBody } from "./request-body.ts";
import type { Route } from "./route.ts";
import { openStatusStream, statusPath } from "./status-stream.ts";
import { Viewer } from "./viewer.ts";

/** Answers one request: the host leads to an environment the client may view, which answers or is waited for. */
export function serve(context: GatewayContext, request: IncomingMessage, response: ServerResponse, intent: Intent): void {
  const refusal = refused(request);
  if (refusal !== null) {
    response.shouldKeepAlive = false;
    return sendOwnAnswer(request, response, refusal);
  }
  const host = onlyHost(request.rawHeaders) ?? "";
  const name = environmentHost(host, context.suffix);
  const viewer = new Viewer(context, request, host, name ?? "", intent.upgrade !== null);
  let exchange: Exchange | null = null;
  const say = (own: OwnAnswer): void => {
    if (exchange !== null) return exchange.answer(own);
    sendOwnAnswer(request, response, own);
    if (intent.upgrade === null) discardBody(request, context.limits.discardMs);
  };
  const decide = (route: Route | undefined, verdict: Verdict): void => {
    if (exchange?.over === true || response.destroyed) return;
    if (verdict !== "yes" || route === undefined) {
      return turnAway(entrance(route), verdict === "yes" ? "no" : verdict, exchange === null && intent.upgrade === null);
    }
    if (route.state !== "live") {
      const follows = exchange === null && request.method === "GET" && request.url === statusPath;
      return follows
        ? openStatusStream(context, { request, response, viewer }, route)
        : say(waiting(route, route.state, context.dashboardUrl));
    }
    exchange ??= new Exchange(context, { request, response, host, intent, viewer }, route, consider);
    exchange.forward(route);
  };
  const consider = (): void => {
    if (name === null) return say(noSuchEnvironment);
    const route = context.table.find(name);
    if (route === undefined && !context.table.loaded) return say(notReady);
    if (exchange === null && wantsIn(request, intent)) return void letIn(entrance(route));
    const verdict = viewer.mayView(route);
    if (typeof verdict === "string") decide(route, verdict);
    // Looked up again: the route may be another by now, and with it what was asked.
    else void verdict.then((said) => (context.table.find(name) === route ? decide(route, said) : consider())).catch(mistaken);
  };
  const mistaken = (error: unknown): void => {
    context.log.error({ err: error }, "could not decide who may view");
    say(noSuchEnvironment);
  };
  const entrance = (route: Route | undefined): Entrance => ({ context, request, response, viewer, name: name ?? "", route, say });
  consider();
}

/** The gateway's own addresses, reserved on every host: the way back from the sign-in, and share links. */
function wantsIn(request: IncomingMessage, intent: Intent): boolean {
  const { url = "" } = request;
  if (intent.upgrade !== null) return false;
  return url.startsWith(enterPath) ? url.length === enterPath.length || url[enterPath.length] === "?" : carriesShareCode(url);
}

function letIn(entrance: Entrance): Promise<void> {
  const { context, request, say } = entrance;
  const way = (request.url ?? "").startsWith(enterPath) ? enter : enterByShareLink;
  return way(entrance).catch((error: unknown) => {
    context.log.error({ err: error }, "somebody could not be let in by a mistake of the gateway's");
    say(noSuchEnvironment);
  });
}

/** Requests no environment ever sees: other forms than a path, and methods for proxies. */
function refused(request: IncomingMessage): OwnAnswer | null {
  if (request.method === "TRACE" || request.method === "CONNECT") return methodNotAllowed;
  // oxlint-disable-next-line no-control-regex -- the line is written as it came, so nothing in it may end it
  if (request.url?.charCodeAt(0) !== 0x2f || /[\0-\x20\x7f]/.test(request.url)) return badRequest;
  return onlyHost(request.rawHeaders) === null ? badRequest : null;
}
