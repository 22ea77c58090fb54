import { describe, expect, it } from "vitest";

import { type Schedule, countRuns, lastRun, nextRun, nextRuns, readSchedule } from "./schema-of-schedules.ts";
import { scheduleWords } from "./words-of-schedules.ts";

const saved = new Date("2026-01-15T10:20:30Z");

function schedule(scheduleKind: "cron" | "repeat", text: string, timeZone = "UTC", anchor = saved): Schedule {
  const read = readSchedule({ scheduleKind, schedule: text, timeZone }, anchor);
  if ("problem" in read) throw new Error(read.problem.message);
  return read.schedule;
}

const next = (of: Schedule, after: string, count: number) => nextRuns(of, new Date(after), count).map((at) => at.toISOString());

describe("cron", () => {
  it("runs a skipped time of day right after the clocks went forward, once", () => {
    const nightly = schedule("cron", "30 2 * * *", "Europe/Berlin");
    expect(next(nightly, "2026-03-28T12:00:00Z", 3)).toEqual([
      "2026-03-29T01:00:00.000Z",
      "2026-03-30T00:30:00.000Z",
      "2026-03-31T00:30:00.000Z",
    ]);
  });

  it("runs a time of day that comes twice once when the clocks go back", () => {
    const nightly = schedule("cron", "30 2 * * *", "Europe/Berlin");
    expect(next(nightly, "2026-10-24T12:00:00Z", 2)).toEqual(["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"]);
  });

  it("goes on every half an hour through both changes of the clocks", () => {
    const half = schedule("cron", "*/30 * * * *", "America/New_York");
    const through = (from: string) => nextRuns(half, new Date(from), 8).map((at) => at.getTime());
    for (const from of ["2026-03-08T05:00:00Z", "2026-11-01T04:00:00Z"]) {
      const times = through(from);
      expect(times.slice(1).map((at, index) => at - (times[index] ?? 0))).toEqual(Array.from({ length: 7 }, () => 1_800_000));
    }
  });

  it("follows the wall clock of its zone, not that of the machine", () => {
    const morning = (zone: string) => nextRun(schedule("cron", "0 9 * * 1-5", zone), new Date("2026-07-03T23:00:00Z"))?.toISOString();
    expect(morning("Asia/Tokyo")).toBe("2026-07-06T00:00:00.000Z");
    expect(morning("America/Los_Angeles")).toBe("2026-07-06T16:00:00.000Z");
    expect(morning("Asia/Kathmandu")).toBe("2026-07-06T03:15:00.000Z");
  });

  it("gives the time itself as the last one, and only later ones as the next", () => {
    const nightly = schedule("cron", "0 3 * * *");
    const at = new Date("2026-05-05T03:00:00Z");
    expect(lastRun(nightly, at)).toEqual(at);
    expect(nextRun(nightly, at)?.toISOString()).toBe("2026-05-06T03:00:00.000Z");
    expect(lastRun(nightly, new Date(at.getTime() - 1))?.toISOString()).toBe("2026-05-04T03:00:00.000Z");
  });
});

describe("repeats", () => {
  it("keeps the time of day over a change of the clocks for days, and exact time for hours", () => {
    const days = schedule("repeat", "R/2026-03-28T02:30/P1D", "Europe/Berlin");
    expect(next(days, "2026-03-27T00:00:00Z", 3)).toEqual([
      "2026-03-28T01:30:00.000Z",
      "2026-03-29T01:30:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
    const hours = schedule("repeat", "R/2026-03-28T02:30/PT24H", "Europe/Berlin");
    expect(next(hours, "2026-03-27T00:00:00Z", 3)).toEqual([
      "2026-03-28T01:30:00.000Z",
      "2026-03-29T01:30:00.000Z",
      "2026-03-30T01:30:00.000Z",
    ]);
  });

  it("counts months from the start, so that the 31st comes back after a short month", () => {
    const monthly = schedule("repeat", "R/2026-01-31T06:00Z/P1M");
    expect(next(monthly, "2026-01-01T00:00:00Z", 4)).toEqual([
      "2026-01-31T06:00:00.000Z",
      "2026-02-28T06:00:00.000Z",
      "2026-03-31T06:00:00.000Z",
      "2026-04-30T06:00:00.000Z",
    ]);
  });

  it("ends after its number of runs", () => {
    const three = schedule("repeat", "R3/2026-06-01T00:00Z/PT1H");
    expect(next(three, "2026-06-01T00:30:00Z", 9)).toEqual(["2026-06-01T01:00:00.000Z", "2026-06-01T02:00:00.000Z"]);
    expect(nextRun(three, new Date("2026-06-01T02:00:00Z"))).toBeNull();
    expect(lastRun(three, new Date("2030-01-01T00:00:00Z"))?.toISOString()).toBe("2026-06-01T02:00:00.000Z");
    expect(lastRun(three, new Date("2026-05-31T23:59:59Z"))).toBeNull();
  });

  it("begins when it is saved where no start is given", () => {
    expect(next(schedule("repeat", "R//PT10M"), saved.toISOString(), 2)).toEqual(["2026-01-15T10:30:30.000Z", "2026-01-15T10:40:30.000Z"]);
    expect(nextRun(schedule("repeat", "R2//PT10M"), new Date(saved.getTime() - 1))).toEqual(saved);
  });

  it("finds its place after many years at once", () => {
    const minutes = schedule("repeat", "R/2000-01-01T00:00Z/PT1M");
    const startedAt = performance.now();
    expect(next(minutes, "2099-12-31T23:58:30Z", 1)).toEqual(["2099-12-31T23:59:00.000Z"]);
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});

it("counts what lies between two times, no further than it is asked", () => {
  const nightly = schedule("cron", "0 3 * * *");
  const between = (most: number) => countRuns(nightly, new Date("2026-05-01T03:00:00Z"), new Date("2026-05-11T03:00:00Z"), most);
  expect(between(1000)).toBe(10);
  expect(between(4)).toBe(4);
});

it("says a sentence for everything it cannot use, and throws nothing", () => {
  const hostile = [
    "",
    "* * * * * *",
    "61 * * * *",
    "0 0 31 2 *",
    "*/0 * * * *",
    "a b c d e",
    "@reboot",
    "2026-01-01T00:00:00",
    "0 3 * * *\n0 4 * * *",
    "0 3 * * * ; rm -rf /",
    "*".repeat(5000),
    "1-59/1,".repeat(2000),
    "\u0000 * * * *",
    "٠ ٣ * * *",
  ];
  for (const text of hostile)
    expect(readSchedule({ scheduleKind: "cron", schedule: text, timeZone: "UTC" }, saved)).toMatchObject({
      problem: { field: "schedule" },
    });
  const repeats = [
    "R",
    "R/2026-01-01T00:00Z",
    "R/yesterday/P1D",
    "R0//P1D",
    "R99999999//P1D",
    "R//P",
    "R//PT",
    "R//PT59S",
    "R//P99Y",
    "R//P-1D",
    "R/2026-02-30T00:00Z/P1D",
    "R/9999-01-01T00:00Z/P1D",
    "R//P1D/P1D",
    "-R//P1D",
  ];
  for (const text of repeats)
    expect(readSchedule({ scheduleKind: "repeat", schedule: text, timeZone: "UTC" }, saved)).toMatchObject({
      problem: { field: "schedule" },
    });
  for (const timeZone of ["Mars/Olympus", "", "+02:00", "UTC\n", "../../etc/passwd", "x".repeat(500)])
    expect(readSchedule({ scheduleKind: "cron", schedule: "0 3 * * *", timeZone }, saved)).toMatchObject({
      problem: { field: "timeZone" },
    });
});

it("says schedules in words", () => {
  const words: Record<string, string> = {
    "0 3 * * *": "Every day at 03:00",
    "*/15 * * * *": "Every 15 minutes",
    "5 * * * *": "Every hour, 5 minutes past",
    "0 */6 * * *": "Every 6 hours from 00:00",
    "30 9,17 * * 1-5": "On Monday to Friday at 09:30 and 17:30",
    "0 0 1 * *": "On day 1 of the month at 00:00",
    "0 0 L 3 *": "On the last day of March at 00:00",
    "0 8 * * SUN": "On Sunday at 08:00",
    "@daily": "Every day at 00:00",
    "0 3 1-7 * 1": "By the pattern 0 3 1-7 * 1",
  };
  expect(Object.fromEntries(Object.keys(words).map((text) => [text, scheduleWords(schedule("cron", text))]))).toEqual(words);
  expect(scheduleWords(schedule("repeat", "R5/2026-06-01T00:00Z/P1W"))).toBe("Every week, 5 times");
  expect(scheduleWords(schedule("repeat", "R//PT1H30M"))).toBe("Every 1 hour and 30 minutes, beginning when it is saved");
  expect(scheduleWords({ kind: "none" })).toBe("Only by hand");
});
