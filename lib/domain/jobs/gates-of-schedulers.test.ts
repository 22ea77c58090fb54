import { expect, it } from "vitest";

import { chronosSchedule, metronomeCron, whyNotOutside } from "./gates-of-schedulers.ts";
import { type Schedule, nextRuns, readSchedule } from "./schema-of-schedules.ts";

const saved = new Date("2026-11-20T10:20:30Z");

function schedule(scheduleKind: "cron" | "repeat", text: string, timeZone = "Europe/Berlin"): Schedule {
  const read = readSchedule({ scheduleKind, schedule: text, timeZone }, saved);
  if ("problem" in read) throw new Error(read.problem.message);
  return read.schedule;
}

/** The times a translation gives, read by our own rules for the other notation. */
function times(kind: "cron" | "repeat", text: string): string[] {
  return nextRuns(schedule(kind, text), new Date("2026-12-01T00:00:00Z"), 40).map((at) => at.toISOString());
}

it("tells Chronos an even cron pattern as the repeat that has the same times, also over a change of the clocks", () => {
  for (const pattern of [
    "*/15 * * * *",
    "5 * * * *",
    "30 */6 * * *",
    "0 3 * * *",
    "0 3 * * 1",
    "0 3 * * FRI",
    "15 6 28 * *",
    "0 4 1 7 *",
    "@daily",
  ]) {
    const said = chronosSchedule(schedule("cron", pattern), saved);
    const text = "text" in said ? said.text : said.problem;
    expect(text, pattern).toMatch(/^R\/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\/P/);
    // Six-hourly patterns keep to the wall clock, and a repeat of hours does not: up to the next change they are the same.
    const count = pattern.includes("*/6") ? 20 : 40;
    expect(times("repeat", text).slice(0, count), pattern).toEqual(times("cron", pattern).slice(0, count));
  }
});

it("refuses in words what Chronos cannot express", () => {
  for (const pattern of ["0 3 * * 1-5", "0 3,15 * * *", "*/7 * * * *", "0 3 31 * *", "0 3 L * *", "0 3 1 * 1"])
    expect(chronosSchedule(schedule("cron", pattern), saved), pattern).toMatchObject({
      problem: expect.stringContaining("Chronos repeats evenly"),
    });
});

it("tells Metronome an endless even repeat as the pattern that has the same times, and refuses the others", () => {
  for (const text of [
    "R/2026-11-20T00:00/PT10M",
    "R/2026-11-20T00:07/PT1H",
    "R/2026-11-20T06:30/P1D",
    "R/2026-11-20T06:30/P1W",
    "R/2026-11-20T06:30/P1M",
  ]) {
    const said = metronomeCron(schedule("repeat", text));
    expect(times("cron", "text" in said ? said.text : said.problem), text).toEqual(times("repeat", text));
  }
  for (const text of [
    "R5/2026-11-20T00:00/P1D",
    "R/2026-11-20T00:00/PT7M",
    "R/2026-11-20T00:00/P2D",
    "R/2026-11-30T00:00/P1M",
    "R/2026-11-20T00:00/PT90S",
  ])
    expect(metronomeCron(schedule("repeat", text)), text).toMatchObject({
      problem: expect.stringContaining("Metronome takes cron patterns"),
    });
  expect(metronomeCron(schedule("cron", "0 3 * * MON#1"))).toMatchObject({ problem: expect.any(String) });
});

it("names the field that has to change, and has no objection to what Berth runs itself", () => {
  const wish = { schedule: schedule("cron", "0 3 * * *"), concurrency: "forbid", startKind: "command", mem: 64 } as const;
  expect(whyNotOutside("chronos", wish)).toBeNull();
  expect(whyNotOutside("metronome", wish)).toBeNull();
  expect(whyNotOutside("chronos", { ...wish, startKind: "arguments" })).toMatchObject({ field: "startKind" });
  expect(whyNotOutside("metronome", { ...wish, concurrency: "replace" })).toMatchObject({ field: "concurrency" });
  expect(whyNotOutside("metronome", { ...wish, mem: 16 })).toMatchObject({ field: "mem" });
  expect(whyNotOutside("apps", { ...wish, concurrency: "replace", startKind: "image", mem: 16 })).toBeNull();
});
