import { describe, expect, it } from "vitest";

import { type FreezeWindow, frozenAt, nextStretches } from "./states.ts";

const window = (fields: Partial<FreezeWindow>): FreezeWindow => ({
  id: "1",
  title: "Weekend",
  kind: "recurring",
  startsAt: null,
  endsAt: null,
  cron: null,
  durationMinutes: null,
  timeZone: "Europe/Berlin",
  ...fields,
});
const at = (text: string) => new Date(text);
const until = (windows: readonly FreezeWindow[], when: string) => frozenAt(windows, at(when))?.until?.toISOString() ?? null;
const weekend = window({ cron: "0 16 * * 5", durationMinutes: 64 * 60 });

describe("frozenAt", () => {
  it("ends a weekend at the same time by the clock on the wall, whether the clocks stay, go back or go forward", () => {
    expect(until([weekend], "2026-07-11T12:00:00Z")).toBe("2026-07-13T06:00:00.000Z");
    expect(until([weekend], "2026-10-24T12:00:00Z")).toBe("2026-10-26T07:00:00.000Z");
    expect(until([weekend], "2026-03-28T12:00:00Z")).toBe("2026-03-30T06:00:00.000Z");
  });

  it("begins and ends to the millisecond: the first instant belongs to a window, its end does not", () => {
    expect(frozenAt([weekend], at("2026-07-10T13:59:59.999Z"))).toBeNull();
    expect(frozenAt([weekend], at("2026-07-10T14:00:00.000Z"))).not.toBeNull();
    expect(frozenAt([weekend], at("2026-07-13T05:59:59.999Z"))).not.toBeNull();
    expect(frozenAt([weekend], at("2026-07-13T06:00:00.000Z"))).toBeNull();
    const once = window({ kind: "once", startsAt: at("2026-12-24T11:00:00Z"), endsAt: at("2026-12-27T00:00:00Z") });
    expect(frozenAt([once], at("2026-12-24T10:59:59.999Z"))).toBeNull();
    expect(until([once], "2026-12-24T11:00:00Z")).toBe("2026-12-27T00:00:00.000Z");
    expect(frozenAt([once], at("2026-12-27T00:00:00Z"))).toBeNull();
  });

  it("begins at the jump when the clocks skip its beginning, and at the first of two equal times", () => {
    const nightly = window({ cron: "30 2 * * *", durationMinutes: 90 });
    expect(frozenAt([nightly], at("2026-03-29T00:59:59Z"))).toBeNull();
    expect(until([nightly], "2026-03-29T01:00:00Z")).toBe("2026-03-29T02:30:00.000Z");
    expect(frozenAt([nightly], at("2026-10-25T00:29:59Z"))).toBeNull();
    expect(until([nightly], "2026-10-25T00:30:00Z")).toBe("2026-10-25T03:00:00.000Z");
  });

  it("lasts longer rather than shorter when the clocks show its end twice, and never ends before it began", () => {
    expect(until([window({ cron: "0 1 * * *", durationMinutes: 90 })], "2026-10-24T23:30:00Z")).toBe("2026-10-25T01:30:00.000Z");
    expect(until([window({ cron: "45 1 * * *", durationMinutes: 30 })], "2026-03-29T00:50:00Z")).toBe("2026-03-29T01:15:00.000Z");
  });

  it("knows zones with half hours, quarter hours, half-hour summers, skipped days and northern winters of summer time", () => {
    const daily = (timeZone: string) => window({ cron: "0 9 * * *", durationMinutes: 60, timeZone });
    expect(until([daily("Asia/Kolkata")], "2026-05-01T03:40:00Z")).toBe("2026-05-01T04:30:00.000Z");
    expect(until([daily("Asia/Kathmandu")], "2026-05-01T03:20:00Z")).toBe("2026-05-01T04:15:00.000Z");
    // Lord Howe's clocks move by half an hour: 2 a.m. of 4 October 2026 is half past two.
    const overnight = window({ cron: "0 22 * * 6", durationMinutes: 10 * 60, timeZone: "Australia/Lord_Howe" });
    expect(until([overnight], "2026-10-03T14:00:00Z")).toBe("2026-10-03T21:00:00.000Z");
    expect(until([overnight], "2026-04-04T14:00:00Z")).toBe("2026-04-04T21:30:00.000Z");
    // Samoa had no 30 December 2011.
    const long = window({ cron: "0 12 29 12 *", durationMinutes: 48 * 60, timeZone: "Pacific/Apia" });
    expect(until([long], "2011-12-30T00:00:00Z")).toBe("2011-12-30T22:00:00.000Z");
    // Morocco puts its clocks back for Ramadan.
    expect(until([daily("Africa/Casablanca")], "2026-03-01T09:10:00Z")).toBe("2026-03-01T10:00:00.000Z");
  });

  it("joins windows that overlap or follow each other, and says so when no end is in sight", () => {
    const monday = window({ title: "Release day", kind: "once", startsAt: at("2026-07-13T06:00:00Z"), endsAt: at("2026-07-13T15:00:00Z") });
    const frozen = frozenAt([monday, weekend], at("2026-07-12T12:00:00Z"));
    expect(frozen).toEqual({ title: "Weekend", until: at("2026-07-13T15:00:00Z") });
    expect(frozenAt([window({ cron: "0 * * * *", durationMinutes: 90 })], at("2026-07-12T12:00:00Z"))?.until).toBeNull();
  });
});

describe("nextStretches", () => {
  it("lists what is running and what comes", () => {
    expect(nextStretches(weekend, at("2026-10-24T12:00:00Z"), 2)).toEqual([
      { from: at("2026-10-23T14:00:00Z"), to: at("2026-10-26T07:00:00Z") },
      { from: at("2026-10-30T15:00:00Z"), to: at("2026-11-02T07:00:00Z") },
    ]);
    const past = window({ kind: "once", startsAt: at("2020-01-01T00:00:00Z"), endsAt: at("2020-01-02T00:00:00Z") });
    expect(nextStretches(past, at("2026-01-01T00:00:00Z"), 3)).toEqual([]);
  });
});
