import type { EventHub } from "../event-hub.ts";
import type { SseWriter } from "./sse.ts";

const lookEveryMs = 15_000;

/**
 * Asks whether the stream may still be read, at once when somebody's rights changed and again and again in case that was
 * not heard, and ends it when not: a right that is lost ends open streams too.
 */
export function guard(hub: Pick<EventHub, "onAccess">, writer: SseWriter, mayStillRead: () => Promise<boolean>): () => void {
  const look = () => {
    mayStillRead().then(
      (may) => {
        if (!may) writer.close();
      },
      () => writer.close(),
    );
  };
  const timer = setInterval(look, lookEveryMs);
  const forget = hub.onAccess(look);
  return () => {
    clearInterval(timer);
    forget();
  };
}
