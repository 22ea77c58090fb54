import { BerthError } from "#lib/core/errors.ts";

/** Lets only so many do a thing at once and so many wait for it; whoever comes then gets `unavailable` instead of holding memory. */
export function createTurns(options: { atOnce: number; waitingAtMost: number }): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: Array<() => void> = [];
  return async (task) => {
    if (running < options.atOnce) running += 1;
    else if (waiting.length < options.waitingAtMost) await new Promise<void>((resolve) => waiting.push(resolve));
    else
      throw new BerthError("unavailable", {
        detail: "Too many people sign in at this moment. Try again in a few seconds.",
        retryAfterSeconds: 5,
      });
    try {
      return await task();
    } finally {
      // The turn is handed over, so that nobody who comes in between makes one too many.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
