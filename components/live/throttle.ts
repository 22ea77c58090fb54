interface Throttled {
  readonly call: () => void;
  /** Forgets a call that still waits. */
  readonly stop: () => void;
}

/** `run` at once and then at most every `everyMs`; a call in between is not lost but waits for the end of the interval. */
export function throttle(run: () => void, everyMs: number): Throttled {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;

  const tick = () => {
    timer = undefined;
    if (!again) return;
    again = false;
    start();
  };
  const start = () => {
    timer = setTimeout(tick, everyMs);
    run();
  };

  return {
    call() {
      if (timer === undefined) start();
      else again = true;
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      again = false;
    },
  };
}
