import { MarathonFailure } from "../failures.ts";
import { standardHeaders } from "./http-front.ts";
import { type Api, type ApiRequest } from "./request.ts";

const mostStreams = 100;
/** Bytes a slow reader may be behind before its stream is closed. */
const mostBehind = 4 * 1_048_576;
const heartbeatEvery = 10_000;

/** The event stream: from now on, until the reader goes or falls behind. */
export function streamEvents({ scheduler, address }: Api, request: ApiRequest): null {
  const { response, raw, query } = request;
  if (raw.method !== "GET") throw new MarathonFailure("notAcceptable", "The event stream can be read with GET only");
  if (!(raw.headers.accept ?? "").includes("text/event-stream"))
    throw new MarathonFailure("notAcceptable", "Accept: text/event-stream is required");
  if (scheduler.events.subscribers >= mostStreams) throw new MarathonFailure("unavailable", "Too many event streams are open");
  const types = query.getAll("event_type");
  response.writeHead(200, { ...standardHeaders(`http://${address.host}:${address.port}`), "Content-Type": "text/event-stream" });
  response.flushHeaders();
  raw.socket.setNoDelay(true);

  const send = (text: string): void => {
    if (response.writableLength > mostBehind) response.destroy();
    else response.write(text);
  };
  const unsubscribe = scheduler.events.subscribe({
    types: types.length === 0 ? null : new Set(types),
    light: query.get("plan-format") === "light",
    send,
  });
  scheduler.events.publish("event_stream_attached", { remoteAddress: request.clientIp });
  const heartbeat = setInterval(() => send("\r\n"), heartbeatEvery);
  const end = (): void => {
    response.end();
  };
  scheduler.signal.addEventListener("abort", end, { once: true });
  response.once("close", () => {
    clearInterval(heartbeat);
    unsubscribe();
    scheduler.signal.removeEventListener("abort", end);
    scheduler.events.publish("event_stream_detached", { remoteAddress: request.clientIp });
  });
  return null;
}
