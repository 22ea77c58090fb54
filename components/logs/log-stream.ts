import { createLogBuffer, type LogBuffer } from "./log-buffer.ts";

export type StreamState = "connecting" | "live" | "reconnecting" | "complete";

/** What the viewer shows: a new value for every batch of changes, the buffer itself being one and the same. */
export interface LogView {
  readonly buffer: LogBuffer;
  readonly state: StreamState;
  readonly version: number;
}

export interface LogStream {
  readonly subscribe: (listener: () => void) => () => void;
  readonly read: () => LogView;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/**
 * Reads a log from server-sent events while somebody listens. A lost connection goes on after the last piece that arrived: the browser
 * says which one that was (a new connection of ours says it in the address), and pieces that come twice are known by their number.
 * Listeners hear at most once per frame.
 */
export function createLogStream(url: string): LogStream {
  const buffer = createLogBuffer();
  const listeners = new Set<() => void>();
  let view: LogView = { buffer, state: "connecting", version: 0 };
  let source: EventSource | undefined;
  let lastPiece = -1;
  let failures = 0;
  let frame = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const tell = () => {
    frame = 0;
    for (const listener of listeners) listener();
  };
  const changed = (state: StreamState = view.state) => {
    view = { buffer, state, version: view.version + 1 };
    frame ||= requestAnimationFrame(tell);
  };
  const isNew = (event: MessageEvent) => {
    const piece = Number(event.lastEventId);
    if (event.lastEventId === "" || !Number.isFinite(piece)) return true;
    if (piece <= lastPiece) return false;
    lastPiece = piece;
    return true;
  };
  const finish = () => {
    source?.close();
    source = undefined;
    changed("complete");
  };
  const connect = () => {
    source = new EventSource(lastPiece < 0 ? url : `${url}${url.includes("?") ? "&" : "?"}after=${lastPiece}`);
    source.addEventListener("open", () => {
      failures = 0;
      changed("live");
    });
    source.addEventListener("message", (event) => {
      const text = textOf(event.data);
      if (text === null || !isNew(event)) return;
      buffer.append(text);
      changed("live");
    });
    source.addEventListener("gap", () => {
      buffer.remark("Some output was left out here.");
      changed();
    });
    source.addEventListener("end", finish);
    source.addEventListener("error", () => {
      changed("reconnecting");
      // While it is CONNECTING the browser tries again by itself; an answer that is no stream ends that.
      if (source?.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(connect, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures));
      failures += 1;
    });
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (source === undefined && retry === undefined && view.state !== "complete") connect();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearTimeout(retry);
        retry = undefined;
        source?.close();
        source = undefined;
        cancelAnimationFrame(frame);
        frame = 0;
      };
    },
    read: () => view,
  };
}

/** Pieces are JSON strings, because an event's data cannot carry every line break. */
function textOf(data: unknown): string | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}
