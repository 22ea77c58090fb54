import { setTimeout as delay } from "node:timers/promises";

const lookEveryMs = 50;

/** Looks until it is true; throws with `what` after `limitMs`. */
export async function until(what: string, limitMs: number, check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`Not within ${limitMs} ms: ${what}`);
    await delay(lookEveryMs);
  }
}
