const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "just now", "12 s ago", "3 min ago", "5 h ago", "2 d ago"; older than two weeks as a date. `zone` undefined = the reader's own. */
export function relativeText(at: Date, nowMs: number, zone?: string): string {
  const past = nowMs - at.getTime();
  const span = Math.abs(past);
  if (span < 2 * SECOND_MS) return "just now";
  if (span >= 14 * DAY_MS) return dateText(at, nowMs, zone);
  const text = coarse(span);
  return past >= 0 ? `${text} ago` : `in ${text}`;
}

/** The same without "ago", for narrow places: "12 s", "3 min", "5 h", "2 d". */
export function ageText(at: Date, nowMs: number): string {
  return coarse(Math.max(0, nowMs - at.getTime()));
}

/** How long something took: "<0.1 s", "0.4 s", "14 s", "2 min 05 s", "1 h 02 min". */
export function durationText(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 50) return "<0.1 s";
  if (span < 9_950) return `${(Math.round(span / 100) / 10).toFixed(1)} s`;
  const seconds = Math.round(span / SECOND_MS);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** A span of work rather than of waiting for a page: "40 s", "12 min", "5.5 h", "3.2 d". */
export function spanText(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return ms < 2 * DAY_MS ? `${Math.round((ms / HOUR_MS) * 10) / 10} h` : `${Math.round((ms / DAY_MS) * 10) / 10} d`;
}

/** The same in whole seconds, for something that still runs and is counted up. */
export function runningText(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / SECOND_MS);
  return seconds < 60 ? `${seconds} s` : durationText(seconds * SECOND_MS);
}

/** The exact moment with its time zone, for a tooltip. */
export function exactText(at: Date, zone?: string): string {
  return formatOf("exact", zone).format(at);
}

function dateText(at: Date, nowMs: number, zone: string | undefined): string {
  const sameYear = at.getUTCFullYear() === new Date(nowMs).getUTCFullYear();
  return formatOf(sameYear ? "day" : "date", zone).format(at);
}

const shapes = {
  exact: {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  },
  day: { day: "numeric", month: "short" },
  date: { day: "numeric", month: "short", year: "numeric" },
} as const;

/** Making one takes longer than a hundred uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(shape: keyof typeof shapes, zone: string | undefined): Intl.DateTimeFormat {
  const key = `${shape} ${zone ?? ""}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", { ...shapes[shape], ...(zone === undefined ? {} : { timeZone: zone }) });
  formats.set(key, made);
  return made;
}

function coarse(span: number): string {
  if (span < MINUTE_MS) return `${Math.floor(span / SECOND_MS)} s`;
  if (span < HOUR_MS) return `${Math.floor(span / MINUTE_MS)} min`;
  if (span < 2 * DAY_MS) return `${Math.floor(span / HOUR_MS)} h`;
  return `${Math.floor(span / DAY_MS)} d`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
