/** One change at a time, in the order of asking. */
export interface ChangeLock {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createChangeLock(): ChangeLock {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const result = last.then(work);
      last = result.catch(() => undefined);
      return result;
    },
  };
}
