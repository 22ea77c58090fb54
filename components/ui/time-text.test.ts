import { describe, expect, it } from "vitest";

import { ageText, durationText, exactText, relativeText, runningText } from "./time-text.ts";

const at = new Date("2026-03-01T12:00:00Z");
const after = (ms: number) => at.getTime() + ms;

describe("times for people", () => {
  it.each([
    [0, "just now"],
    [1_999, "just now"],
    [12_000, "12 s ago"],
    [59_999, "59 s ago"],
    [60_000, "1 min ago"],
    [3_600_000, "1 h ago"],
    [47 * 3_600_000, "47 h ago"],
    [48 * 3_600_000, "2 d ago"],
    [-90_000, "in 1 min"],
  ])("a moment %d ms ago reads as %s", (ms, text) => {
    expect(relativeText(at, after(ms))).toBe(text);
  });

  it("an old moment is shown as a date, with the year only when it is another one", () => {
    expect(relativeText(at, after(20 * 86_400_000), "UTC")).toBe("1 Mar");
    expect(relativeText(at, after(400 * 86_400_000), "UTC")).toBe("1 Mar 2026");
  });

  it("an age never reads as negative when the clocks differ", () => {
    expect(ageText(at, after(-5_000))).toBe("0 s");
  });

  it.each([
    [0, "<0.1 s"],
    [430, "0.4 s"],
    [9_949, "9.9 s"],
    [14_200, "14 s"],
    [59_600, "1 min 00 s"],
    [125_000, "2 min 05 s"],
    [3_725_000, "1 h 02 min"],
  ])("a duration of %d ms reads as %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it("something that still runs is counted in whole seconds", () => {
    expect(runningText(3_900)).toBe("3 s");
    expect(runningText(61_000)).toBe("1 min 01 s");
  });

  it("the exact moment names its time zone", () => {
    expect(exactText(at, "UTC")).toBe("Sun, 1 Mar 2026, 12:00:00 UTC");
  });
});
