import { describeError, isBerthError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";

/** Runs a round now and then, never twice at once; a failing one is logged and comes again. */
export function every(log: Log, ms: number, name: string, round: () => Promise<unknown>): NodeJS.Timeout {
  let running = false;
  const turn = async () => {
    if (running) return;
    running = true;
    try {
      await round();
    } catch (error) {
      // What is away comes back; anything else is a mistake of Berth's and has to be seen.
      if (isBerthError(error)) log.info({ round: name, reason: describeError(error) }, "A round did not work; it comes again.");
      else log.warn({ round: name, err: error }, "A round ended by a mistake; it comes again.");
    } finally {
      running = false;
    }
  };
  void turn();
  return setInterval(() => void turn(), ms);
}
