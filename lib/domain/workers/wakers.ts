/**
 * Environments that this process is reconciling right now. A doorbell for one of them wakes the loop that has it instead
 * of starting a second one.
 */
export interface Wakers {
  /** Tells the loop of this environment to look again; false when none runs here. */
  wake(environmentId: string): boolean;
  /** Registers a loop; null when one runs already. */
  enter(environmentId: string): Waker | null;
}

export interface Waker {
  /** Resolves after `ms`, or at once when somebody rang since the last wait; answers whether somebody did. */
  wait(ms: number): Promise<boolean>;
  /** Whether somebody rang since the last wait; forgets it. */
  rang(): boolean;
  leave(): void;
}

export function createWakers(): Wakers {
  const running = new Map<string, { rung: boolean; ring: (() => void) | undefined }>();
  return {
    wake(environmentId) {
      const entry = running.get(environmentId);
      if (entry === undefined) return false;
      entry.rung = true;
      entry.ring?.();
      return true;
    },
    enter(environmentId) {
      if (running.has(environmentId)) return null;
      const entry: { rung: boolean; ring: (() => void) | undefined } = { rung: false, ring: undefined };
      running.set(environmentId, entry);
      return {
        async wait(ms) {
          if (!entry.rung) {
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, ms);
              entry.ring = () => {
                clearTimeout(timer);
                resolve();
              };
            });
          }
          entry.ring = undefined;
          const { rung } = entry;
          entry.rung = false;
          return rung;
        },
        rang() {
          const rung = entry.rung;
          entry.rung = false;
          return rung;
        },
        leave: () => void running.delete(environmentId),
      };
    },
  };
}
