import { setTimeout as delay } from "node:timers/promises";

/** Polls until `look` gives something other than undefined, null or false; fails with `what` (and what was seen last) after `limitMs`. */
export async function until<T>(
  what: string,
  limitMs: number,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  seen: () => unknown = () => "",
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== null && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`Not within ${limitMs} ms: ${what}. ${JSON.stringify(seen()) ?? ""}`);
    await delay(50);
  }
}
