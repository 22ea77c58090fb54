import { setTimeout as delay } from "node:timers/promises";

import type { Situation } from "./situation.ts";

const leastMilliseconds = 10_000;

/**
 * Starts a server again whenever it ends, at most once in ten seconds, until Berth stops. `start` gives the new server;
 * one that cannot be started is tried again.
 */
export async function keepServing<T extends { readonly exited: Promise<string> }>(
  situation: Situation,
  name: string,
  first: T,
  start: () => Promise<T>,
): Promise<void> {
  let [server, startedAt] = [first, performance.now()];
  const pause = (milliseconds: number) => delay(milliseconds, undefined, { signal: situation.stopping, ref: false }).catch(() => undefined);
  while (!situation.stopping.aborted) {
    const reason = await server.exited;
    if (situation.stopping.aborted) return;
    situation.terminal.warn(name, `ended unexpectedly (${reason}) and is started again`);
    await pause(leastMilliseconds - (performance.now() - startedAt));
    for (let again: T | undefined; again === undefined && !situation.stopping.aborted;) {
      startedAt = performance.now();
      again = await tryStart(situation, name, start);
      if (again === undefined) await pause(leastMilliseconds);
      else server = again;
    }
  }
}

async function tryStart<T>(situation: Situation, name: string, start: () => Promise<T>): Promise<T | undefined> {
  const promise = start();
  situation.pending.add(promise);
  try {
    return await promise;
  } catch (error) {
    situation.terminal.warn(name, error instanceof Error ? error.message : String(error));
    return undefined;
  } finally {
    situation.pending.delete(promise);
  }
}
