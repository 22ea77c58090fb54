interface Handlers {
  /** A piece of the log that was not seen before, and its number. */
  readonly onText: (text: string, position: number) => void;
  /** The log has a hole here. */
  readonly onGap: () => void;
  readonly onState: (state: "live" | "reconnecting" | "complete") => void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/**
 * Reads a log from server-sent events, from behind piece number `after` (-1: from the beginning), until it ends or the returned function
 * is called. A lost connection goes on behind the last piece that arrived: the browser says which one that was, a new connection of ours
 * says it in the address, and pieces that come twice are known by their number.
 */
export function connectLog(url: string, after: number, handlers: Handlers): () => void {
  let source: EventSource;
  let last = after;
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const onMessage = (event: MessageEvent) => {
    const text = textOf(event.data);
    const position = event.lastEventId === "" ? last : Number(event.lastEventId);
    if (text === null || Number.isNaN(position) || (event.lastEventId !== "" && position <= last)) return;
    last = position;
    handlers.onText(text, position);
  };
  const onError = () => {
    handlers.onState("reconnecting");
    // While it is CONNECTING the browser tries again by itself; an answer that is no stream ends that.
    if (source.readyState !== EventSource.CLOSED) return;
    retry = setTimeout(open, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures));
    failures += 1;
  };
  const open = () => {
    source = new EventSource(last < 0 ? url : `${url}${url.includes("?") ? "&" : "?"}after=${last}`);
    source.addEventListener("open", () => {
      failures = 0;
      handlers.onState("live");
    });
    source.addEventListener("message", onMessage);
    source.addEventListener("gap", handlers.onGap);
    source.addEventListener("end", () => {
      source.close();
      handlers.onState("complete");
    });
    source.addEventListener("error", onError);
    return source;
  };

  source = open();
  return () => {
    clearTimeout(retry);
    source.close();
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
