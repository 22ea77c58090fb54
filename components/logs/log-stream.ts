import { createLogBuffer, type LogBuffer } from "./log-buffer.ts";
import { connectLog } from "./log-connection.ts";

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

/** A log that is read while somebody listens. Listeners hear at most once per frame. */
export function createLogStream(url: string): LogStream {
  const buffer = createLogBuffer();
  const listeners = new Set<() => void>();
  let view: LogView = { buffer, state: "connecting", version: 0 };
  let disconnect: (() => void) | undefined;
  let after = -1;
  let frame = 0;

  const tell = () => {
    frame = 0;
    for (const listener of listeners) listener();
  };
  const changed = (state: StreamState = view.state) => {
    view = { buffer, state, version: view.version + 1 };
    frame ||= requestAnimationFrame(tell);
  };
  const connect = () =>
    connectLog(url, after, {
      onText(text, position) {
        after = position;
        buffer.append(text);
        changed("live");
      },
      onGap() {
        buffer.remark("Some output was left out here.");
        changed();
      },
      onState: changed,
    });

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (view.state !== "complete") disconnect ??= connect();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        disconnect?.();
        disconnect = undefined;
        cancelAnimationFrame(frame);
        frame = 0;
      };
    },
    read: () => view,
  };
}
