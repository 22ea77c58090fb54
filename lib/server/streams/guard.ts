import type { EventHub } from "../event-hub.ts";

const lookEveryMs = 15_000;

/**
 * Asks whether what is open may go on, at once when somebody's rights changed and again and again in case that was not
 * heard, and closes it when not: a right that is lost ends what it opened too. One question at a time; who is rung at
 * meanwhile asks once more.
 */
export function guard(hub: Pick<EventHub, "onAccess">, open: { readonly close: () => void }, mayGoOn: () => Promise<boolean>): () => void {
  let looking = false;
  let rung = false;
  let over = false;
  const ask = async () => {
    try {
      do {
        rung = false;
        if (!(await mayGoOn())) open.close();
      } while (rung && !over);
    } catch {
      open.close();
    } finally {
      looking = false;
    }
  };
  const look = () => {
    rung = true;
    if (looking || over) return;
    looking = true;
    void ask();
  };
  const timer = setInterval(look, lookEveryMs);
  const forget = hub.onAccess(look);
  return () => {
    over = true;
    clearInterval(timer);
    forget();
  };
}
