/** A stream that ends with the request, beats while nothing happens, and drops a reader who does not read. */
const beatMs = 15_000;
/** What may wait for one slow reader; past it the connection is dropped and the browser comes back by itself. */
const waitingMaxBytes = 1024 * 1024;

export interface SseWriter {
  /** Sends one event. `data` becomes JSON; `id` is what the browser sends back when it reconnects. */
  send(event: { event?: string; id?: string; data: unknown }): void;
  readonly closed: boolean;
  close(): void;
}

const encoder = new TextEncoder();

/** Answers with server-sent events. `start` begins to send and returns what has to be undone at the end. */
export function sseResponse(request: Request, start: (writer: SseWriter) => (() => void) | Promise<() => void>): Response {
  let end: () => void = () => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let closed = false;
        let cleanUp: (() => void) | undefined;
        const push = (text: string) => {
          if (closed) return;
          controller.enqueue(encoder.encode(text));
          if ((controller.desiredSize ?? 0) < -waitingMaxBytes) end();
        };
        const beat = setInterval(() => push(": beat\n\n"), beatMs);
        end = () => {
          if (closed) return;
          closed = true;
          clearInterval(beat);
          cleanUp?.();
          try {
            controller.close();
          } catch {
            // The reader has closed it already.
          }
        };
        request.signal.addEventListener("abort", end, { once: true });
        push("retry: 1000\n\n");
        const writer: SseWriter = {
          send: ({ event, id, data }) => push(`${event === undefined ? "" : `event: ${event}\n`}${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`),
          get closed() {
            return closed;
          },
          close: end,
        };
        Promise.resolve(start(writer)).then(
          (undo) => {
            if (closed) undo();
            else cleanUp = undo;
          },
          () => end(),
        );
      },
      cancel: () => end(),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store, no-transform", "x-accel-buffering": "no" },
  });
}
