/** A beat now and then tells the reader, and everything between, that the stream lives. */
const beatMs = 15_000;
/** What may wait for one slow reader; past it the connection is dropped and the browser comes back by itself. */
const waitingMaxBytes = 256 * 1024;

export interface SseEvent {
  readonly event?: string;
  /** What the browser sends back when it reconnects. */
  readonly id?: string;
  /** Becomes JSON. */
  readonly data: unknown;
}

export interface SseWriter {
  send(event: SseEvent): void;
  /** Resolves when the reader has taken most of what was sent: for those who have much to say. */
  drained(): Promise<void>;
  readonly closed: boolean;
  close(): void;
}

/** Answers with server-sent events until the request or the writer ends. `start` begins to send and returns what to undo at the end. */
export function sseResponse(request: Request, start: (writer: SseWriter) => () => void): Response {
  let writer: ReturnType<typeof createWriter> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        writer = createWriter(controller);
        request.signal.addEventListener("abort", writer.close, { once: true });
        writer.onClose(start(writer));
        // Who has gone already is not told of again.
        if (request.signal.aborted) writer.close();
      },
      pull: () => writer?.pulled(),
      cancel: () => writer?.close(),
    },
    { highWaterMark: waitingMaxBytes, size: (chunk) => chunk.byteLength },
  );
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store, no-transform", "x-accel-buffering": "no" },
  });
}

function createWriter(controller: ReadableStreamDefaultController<Uint8Array>) {
  const encoder = new TextEncoder();
  let closed = false;
  let undo: (() => void) | undefined;
  let waiting: Array<() => void> = [];
  const beat = setInterval(() => push(": beat\n\n"), beatMs);

  function push(text: string): void {
    if (closed) return;
    controller.enqueue(encoder.encode(text));
    if ((controller.desiredSize ?? 0) < -waitingMaxBytes) close();
  }

  function pulled(): void {
    for (const resolve of waiting) resolve();
    waiting = [];
  }

  function close(): void {
    if (closed) return;
    closed = true;
    clearInterval(beat);
    pulled();
    undo?.();
    try {
      controller.close();
    } catch {
      // The reader has closed it already.
    }
  }

  push("retry: 1000\n\n");
  return {
    send: (event: SseEvent) => push(frameOf(event)),
    drained: async () => {
      if (!closed && (controller.desiredSize ?? 0) <= 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    get closed() {
      return closed;
    },
    close,
    pulled,
    onClose(call: () => void) {
      if (closed) call();
      else undo = call;
    },
  };
}

function frameOf({ event, id, data }: SseEvent): string {
  return `${event === undefined ? "" : `event: ${event}\n`}${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
