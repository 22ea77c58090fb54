/**
 * A bell that rings `call` at once, and when it is rung again within `ms`, once more when they are over: nothing is
 * missed, and a storm costs no more than a breeze.
 */
export function atMostEvery(ms: number, call: () => void): () => void {
  let quiet = false;
  let missed = false;
  const ring = () => {
    if (quiet) {
      missed = true;
      return;
    }
    quiet = true;
    missed = false;
    setTimeout(() => {
      quiet = false;
      if (missed) ring();
    }, ms).unref();
    call();
  };
  return ring;
}
