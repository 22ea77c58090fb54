import { HttpError } from "./http-error.ts";

export interface Deadline {
  /** Aborts when the caller gives up or time is out. */
  readonly signal: AbortSignal;
  /** The promise, or the abort, whichever comes first: for work that cannot be aborted itself. */
  within<T>(work: Promise<T>): Promise<T>;
  headersIn(): void;
  /** Stops the clock; the caller's signal goes on counting. */
  done(): void;
}

interface Limits {
  readonly timeoutMs: number;
  readonly headersTimeoutMs?: number | undefined;
}

/** The clock of one request: one limit until the headers, one for the whole. */
export function createDeadline(
  request: { readonly timeoutMs?: number | undefined; readonly signal?: AbortSignal | undefined },
  limits: Limits,
): Deadline {
  const clock = new AbortController();
  const wholeMs = request.timeoutMs ?? limits.timeoutMs;
  const late = (): void => clock.abort(new HttpError("timeout", "No answer in time."));
  const whole = setTimeout(late, wholeMs);
  const headers = setTimeout(late, Math.min(limits.headersTimeoutMs ?? wholeMs, wholeMs));
  const signal = request.signal ? AbortSignal.any([request.signal, clock.signal]) : clock.signal;
  return {
    signal,
    within: (work) => raceAbort(work, signal),
    headersIn: () => clearTimeout(headers),
    done() {
      clearTimeout(whole);
      clearTimeout(headers);
    },
  };
}

async function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new HttpError("aborted", "Given up."));
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
