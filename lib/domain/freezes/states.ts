import { Cron } from "croner";

import { instantOf, wallOf } from "#lib/core/wall-clock.ts";

/** A freeze window, from the table or from a form. */
export interface FreezeWindow {
  readonly id: string;
  readonly title: string;
  readonly kind: "once" | "recurring";
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly cron: string | null;
  /** By the clock on the wall. */
  readonly durationMinutes: number | null;
  readonly timeZone: string;
}

export interface Frozen {
  readonly title: string;
  /** When nothing is frozen any more, overlapping and following windows counted in; null where that is nowhere in sight. */
  readonly until: Date | null;
}

/** A stretch of time; its end does not belong to it. */
export interface Stretch {
  readonly from: Date;
  readonly to: Date;
}

/** Windows that follow each other without a gap are joined this many times at most. */
const joinedAtMost = 60;
/** Clocks are put forward or back by less than this. */
const clockSlackMs = 3 * 3_600_000;
/** The schema sees to it that a window ends before it begins again; a few starts are looked at for the sake of moving clocks. */
const startsAtMost = 4;

const crons = new Map<string, Cron>();
const cronsKept = 500;

/** Reads a recurrence of five fields in a zone. Throws what croner says where it is none. */
export function cronOf(pattern: string, timeZone: string): Cron {
  const key = `${timeZone}\n${pattern}`;
  let cron = crons.get(key);
  if (cron === undefined) {
    cron = new Cron(pattern, { timezone: timeZone, paused: true, mode: "5-part" });
    if (crons.size >= cronsKept) crons.clear();
    crons.set(key, cron);
  }
  return cron;
}

/** Whether anything is frozen at an instant: what, and until when. Pure. */
export function frozenAt(windows: readonly FreezeWindow[], at: Date): Frozen | null {
  const first = longest(windows, at);
  if (first === null) return null;
  let until = first.to;
  for (let joined = 0; joined < joinedAtMost; joined += 1) {
    const next = longest(windows, until);
    if (next === null) return { title: first.title, until };
    until = next.to;
  }
  return { title: first.title, until: null };
}

/** Of the stretches that hold `at`, the one that ends last. */
function longest(windows: readonly FreezeWindow[], at: Date): { title: string; to: Date } | null {
  let found: { title: string; to: Date } | null = null;
  for (const window of windows) {
    const stretch = stretchAt(window, at);
    if (stretch !== null && (found === null || stretch.to > found.to)) found = { title: window.title, to: stretch.to };
  }
  return found;
}

/** The stretch of a window that holds `at`, the one that ends last where several do. */
function stretchAt(window: FreezeWindow, at: Date): Stretch | null {
  if (window.startsAt !== null && window.endsAt !== null)
    return window.startsAt <= at && at < window.endsAt ? { from: window.startsAt, to: window.endsAt } : null;
  if (window.cron === null || window.durationMinutes === null) return null;
  const lookBackMs = window.durationMinutes * 60_000 + clockSlackMs;
  // Croner answers what is strictly before or after; one that starts at this very instant counts.
  const starts = cronOf(window.cron, window.timeZone).previousRuns(startsAtMost, new Date(at.getTime() + 1));
  let last: Stretch | null = null;
  for (const from of starts) {
    if (at.getTime() - from.getTime() > lookBackMs) break;
    const to = endOf(from, window.durationMinutes, window.timeZone);
    if (from <= at && at < to && (last === null || to > last.to)) last = { from, to };
  }
  return last;
}

/** From Friday 16:00, 64 hours later by the clock on the wall is Monday 08:00; where the clocks show that twice, the second time. */
function endOf(from: Date, durationMinutes: number, timeZone: string): Date {
  const end = instantOf(wallOf(from, timeZone) + durationMinutes * 60_000, timeZone, "last");
  // A window shorter than the hour the clocks skip lasts as long as it says.
  return end > from ? end : new Date(from.getTime() + durationMinutes * 60_000);
}

/** The next stretches of a window that end after `at`, soonest first. */
export function nextStretches(window: FreezeWindow, at: Date, count: number): Stretch[] {
  if (window.startsAt !== null && window.endsAt !== null) return window.endsAt > at ? [{ from: window.startsAt, to: window.endsAt }] : [];
  if (window.cron === null || window.durationMinutes === null) return [];
  const { cron, durationMinutes, timeZone } = window;
  const current = stretchAt(window, at);
  const coming = cronOf(cron, timeZone)
    .nextRuns(count, at)
    .map((from) => ({ from, to: endOf(from, durationMinutes, timeZone) }));
  return [...(current === null ? [] : [current]), ...coming].slice(0, count);
}
