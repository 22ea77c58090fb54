import type { IncomingMessage, ServerResponse } from "node:http";

import type { GatewayContext } from "./context.ts";
import { sendOwnAnswer, tooBusy } from "./own-answer.ts";
import type { Route } from "./route.ts";
import type { Viewer } from "./viewer.ts";

/** The gateway's own path while a route is not live; a live environment owns every path. */
export const statusPath = "/.berth/status";

interface Follower {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly viewer: Viewer;
}

const heartbeatMs = 15_000;

/** Follows a route that is not live by server-sent events; ends after saying `live`, or `gone` with the route. */
export function openStatusStream(context: GatewayContext, { request, response, viewer }: Follower, route: Route): void {
  if (context.statusStreams.size >= context.limits.statusStreams) return sendOwnAnswer(request, response, tooBusy);
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "X-Accel-Buffering": "no",
  });
  response.write("retry: 2000\n\n");
  context.statusStreams.add(response);
  const stream = { viewer, cut: () => void response.destroy() };
  context.open.add(stream);
  let unwatch = (): void => undefined;
  const say = (): void => {
    const now = context.table.find(route.host);
    const state = now?.environmentId === route.environmentId ? now.state : "gone";
    const note = state === "gone" ? "" : (now?.note ?? "");
    response.write(`data: ${JSON.stringify({ state, note: note.slice(0, 2_000) })}\n\n`);
    if (state !== "live" && state !== "gone") return;
    unwatch();
    response.end();
  };
  const heartbeat = setInterval(() => response.writableEnded || response.write(":\n\n"), heartbeatMs);
  unwatch = context.table.watch(route.environmentId, say);
  response.on("close", () => {
    clearInterval(heartbeat);
    unwatch();
    context.statusStreams.delete(response);
    context.open.delete(stream);
  });
  say();
}
