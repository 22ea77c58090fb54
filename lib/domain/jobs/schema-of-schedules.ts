import { Cron } from "croner";

import { isTimeZone } from "#lib/core/wall-clock.ts";

import { type Repeat, indexAfter, parseRepeat, timeOf } from "./schema-of-repeats.ts";

export const scheduleKinds = ["none", "cron", "repeat"] as const;
export type ScheduleKind = (typeof scheduleKinds)[number];

/** When a job runs, as it is written down. */
export interface ScheduleFields {
  readonly scheduleKind: ScheduleKind;
  readonly schedule: string | null;
  readonly timeZone: string;
}

/** A schedule that was understood. Everything here is a function of it and of the times that are given: the form and the server agree. */
export type Schedule =
  | { readonly kind: "none" }
  | { readonly kind: "cron"; readonly pattern: string; readonly timeZone: string }
  | { readonly kind: "repeat"; readonly repeat: Repeat; readonly timeZone: string; readonly anchor: Date };

export interface ScheduleProblem {
  readonly field: "schedule" | "timeZone";
  readonly message: string;
}

export const scheduleMaxLength = 120;
const nicknames = /^@(?:yearly|annually|monthly|weekly|daily|hourly)$/i;
const fivePlain = /^[0-9A-Za-z*,/#?-]{1,60}(?:\s+[0-9A-Za-z*,/#?-]{1,60}){4}$/;
const shape = "Write five fields: minute, hour, day of the month, month, day of the week. 0 3 * * * is every night at 03:00.";

/** Reads a schedule; hostile text gives a problem in words, never an error. `anchor`: when it was saved, the start of a repeat that has none. */
export function readSchedule(
  fields: ScheduleFields,
  anchor: Date,
): { readonly schedule: Schedule } | { readonly problem: ScheduleProblem } {
  const { scheduleKind, timeZone } = fields;
  const text = (fields.schedule ?? "").trim();
  if (!isTimeZone(timeZone)) return { problem: { field: "timeZone", message: "Use a zone’s name, such as Europe/Berlin or UTC." } };
  if (scheduleKind === "none") return { schedule: { kind: "none" } };
  if (text.length > scheduleMaxLength) return wrong(`Use at most ${scheduleMaxLength} characters.`);
  if (text === "") return wrong("Say when it runs.");
  if (scheduleKind === "repeat") {
    const repeat = parseRepeat(text);
    return typeof repeat === "string" ? wrong(repeat) : { schedule: { kind: "repeat", repeat, timeZone, anchor } };
  }
  if (!nicknames.test(text) && !fivePlain.test(text)) return wrong(shape);
  const schedule: Schedule = { kind: "cron", pattern: text, timeZone };
  try {
    if (nextRuns(schedule, anchor, 1).length === 0) return wrong("That day never comes.");
  } catch {
    return wrong(shape);
  }
  return { schedule };
}

function wrong(message: string): { problem: ScheduleProblem } {
  return { problem: { field: "schedule", message } };
}

/**
 * At most `count` times after `after`. Where the clocks go forward, a time of day that is skipped comes right after the jump; where they go
 * back, a time of day comes once, and what runs every so many minutes or hours goes on running.
 */
export function nextRuns(schedule: Schedule, after: Date, count: number): Date[] {
  switch (schedule.kind) {
    case "none":
      return [];
    case "cron":
      return cronOf(schedule).nextRuns(count, after);
    case "repeat": {
      const { repeat, timeZone, anchor } = schedule;
      const first = indexAfter(repeat, timeZone, anchor, after);
      const last = Math.min(first + count, repeat.count ?? Number.POSITIVE_INFINITY);
      const times: Date[] = [];
      for (let index = first; index < last; index += 1) times.push(timeOf(repeat, timeZone, anchor, index));
      return times;
    }
  }
}

/** The next time after `after`, or null when there is none any more. */
export function nextRun(schedule: Schedule, after: Date): Date | null {
  return nextRuns(schedule, after, 1)[0] ?? null;
}

/** The last time that is not later than `until`, or null. */
export function lastRun(schedule: Schedule, until: Date): Date | null {
  switch (schedule.kind) {
    case "none":
      return null;
    case "cron":
      return cronOf(schedule).previousRuns(1, new Date(until.getTime() + 1))[0] ?? null;
    case "repeat": {
      const { repeat, timeZone, anchor } = schedule;
      const index = Math.min(indexAfter(repeat, timeZone, anchor, until), repeat.count ?? Number.POSITIVE_INFINITY) - 1;
      return index < 0 ? null : timeOf(repeat, timeZone, anchor, index);
    }
  }
}

/** How many times lie between `from` (itself included) and `before` (not included); counts no further than `most`. */
export function countRuns(schedule: Schedule, from: Date, before: Date, most: number): number {
  let count = 0;
  let at = new Date(from.getTime() - 1);
  while (count < most) {
    const times = nextRuns(schedule, at, Math.min(100, most - count));
    const within = times.filter((time) => time < before);
    count += within.length;
    if (within.length < times.length || times.length === 0) break;
    at = times.at(-1) ?? at;
  }
  return count;
}

function cronOf(schedule: { readonly pattern: string; readonly timeZone: string }): Cron {
  return new Cron(schedule.pattern, { timezone: schedule.timeZone, mode: "5-part", paused: true });
}
