import type { SseWriter } from "./sse.ts";

const lookEveryMs = 15_000;

/** Asks again and again whether the stream may still be read, and ends it when not: a right that is lost ends open streams too. */
export function guard(writer: SseWriter, mayStillRead: () => Promise<boolean>): () => void {
  const timer = setInterval(() => {
    mayStillRead().then(
      (may) => {
        if (!may) writer.close();
      },
      () => writer.close(),
    );
  }, lookEveryMs);
  return () => clearInterval(timer);
}
