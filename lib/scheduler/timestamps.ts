/** Marathon's timestamp: UTC, always three digits of milliseconds, because clients compare them as strings. */
export function toTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The canonical form of a timestamp somebody sent, or null when it is none. */
export function parseTimestamp(text: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/.test(text)) return null;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : toTimestamp(milliseconds);
}

/** Hands out version timestamps: the present time, and never the same or an earlier one twice. */
export interface VersionClock {
  next(): string;
  /** Tells the clock of a version that is in use already. */
  sawVersion(version: string): void;
}

export function createVersionClock(now: () => number = Date.now): VersionClock {
  let last = 0;
  return {
    next() {
      last = Math.max(now(), last + 1);
      return toTimestamp(last);
    },
    sawVersion(version) {
      last = Math.max(last, Date.parse(version));
    },
  };
}
