import type { IncomingMessage } from "node:http";

import type { UpstreamConnection } from "./upstream-connection.ts";

/** Streams a request's body to a task as it arrives, no faster than the task reads. Returns a function that stops it. */
export function streamBody(request: IncomingMessage, connection: UpstreamConnection, chunked: boolean): () => void {
  const onDrain = (): void => {
    request.resume();
  };
  const onData = (piece: Buffer): void => {
    if (!connection.write(piece, chunked, onDrain)) request.pause();
  };
  const onEnd = (): void => connection.finish(chunked);
  request.on("data", onData);
  request.on("end", onEnd);
  return () => {
    request.off("data", onData);
    request.off("end", onEnd);
  };
}

/** Reads the rest of a body away so that the client can see the answer that came before it; ends the connection after `limitMs`. */
export function discardBody(request: IncomingMessage, limitMs: number): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.destroy(), limitMs);
  request.once("close", () => clearTimeout(timer));
  request.once("end", () => clearTimeout(timer));
  request.resume();
}
