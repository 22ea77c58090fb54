import { instantOf, parseWall, wallOf } from "#lib/core/wall-clock.ts";

/** How long one round of a repeat takes: calendar parts by the wall clock of the zone, the rest in exact time. */
export interface Period {
  readonly months: number;
  readonly days: number;
  readonly ms: number;
}

/** `R[n]/start/period` of ISO 8601, read: `count` runs (null: for ever), the first at `start` (null: when it is saved). */
export interface Repeat {
  readonly count: number | null;
  readonly start: { readonly kind: "wall"; readonly wall: number } | { readonly kind: "instant"; readonly at: Date } | null;
  readonly period: Period;
}

const dayMs = 86_400_000;
const longestMs = 10 * 366 * dayMs;
const shortestMs = 60_000;
const mostRuns = 1_000_000;

/** A repeat from its text, or a sentence that says what is wrong with it. */
export function parseRepeat(text: string): Repeat | string {
  const parts = text.trim().toUpperCase().split("/");
  const [head = "", start = "", tail = ""] = parts;
  if (parts.length !== 3 || !/^R\d{0,7}$/.test(head))
    return "Write it as R/start/period, such as R/2026-12-01T03:00/P1D. The start may be left empty: R//PT1H.";
  const count = head === "R" ? null : Number(head.slice(1));
  if (count !== null && (count < 1 || count > mostRuns)) return "The number behind R says how often it runs: between 1 and 1 000 000.";
  const begins = parseStart(start);
  if (begins === "wrong")
    return "The start is no date and time: use 2026-12-01T03:00 (by the time zone), or 2026-12-01T03:00Z. It lies between 2000 and 2100.";
  const period = parsePeriod(tail);
  if (period === null) return "The period is not understood: use P1D for a day, PT6H for six hours, P1W, P1M.";
  const about = aboutMs(period);
  if (about < shortestMs) return "A job can run every minute at most: use PT1M or more.";
  if (about > longestMs) return "The period may be ten years at most.";
  return { count, start: begins, period };
}

function parseStart(text: string): Repeat["start"] | "wrong" {
  if (text === "") return null;
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,6})?(Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  const wall = match?.[1] === undefined ? null : parseWall(match[1]);
  if (wall === null) return "wrong";
  const year = new Date(wall).getUTCFullYear();
  if (year < 2000 || year > 2100) return "wrong";
  const zone = match?.[2];
  if (zone === undefined) return { kind: "wall", wall };
  return { kind: "instant", at: new Date(wall - offsetMs(zone)) };
}

function offsetMs(zone: string): number {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}

function parsePeriod(text: string): Period | null {
  const match = /^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$/.exec(
    text,
  );
  if (match === null || text.endsWith("T") || text === "P") return null;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return { months: years * 12 + months, days: weeks * 7 + days, ms: hours * 3_600_000 + minutes * 60_000 + seconds * 1_000 };
}

/** Roughly how long a period is; months count as 30 days. */
export function aboutMs(period: Period): number {
  return period.months * 30 * dayMs + period.days * dayMs + period.ms;
}

/** The time of run number `index` (from 0). Never earlier than the one before. */
export function timeOf(repeat: Repeat, timeZone: string, anchor: Date, index: number): Date {
  const { months, days, ms } = repeat.period;
  const start = repeat.start ?? { kind: "instant" as const, at: anchor };
  if (months === 0 && days === 0) {
    const first = start.kind === "instant" ? start.at : instantOf(start.wall, timeZone, "first");
    return new Date(first.getTime() + index * ms);
  }
  const wall = start.kind === "wall" ? start.wall : wallOf(start.at, timeZone);
  return new Date(instantOf(addCalendar(wall, months * index, days * index), timeZone, "first").getTime() + index * ms);
}

/** The 31st of a month that is shorter is its last day. */
function addCalendar(wall: number, months: number, days: number): number {
  const date = new Date(wall);
  const month = date.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const moved = Date.UTC(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), lastDay));
  return moved + (wall % dayMs) + days * dayMs;
}

/** Which run is the first after `after`: its index, which may lie behind the last one. */
export function indexAfter(repeat: Repeat, timeZone: string, anchor: Date, after: Date): number {
  const isAfter = (index: number) => timeOf(repeat, timeZone, anchor, index).getTime() > after.getTime();
  let [low, high] = [0, 1];
  if (isAfter(0)) return 0;
  while (!isAfter(high) && high < 2 ** 40) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isAfter(middle)) high = middle;
    else low = middle;
  }
  return high;
}
