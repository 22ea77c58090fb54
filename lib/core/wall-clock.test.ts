import { expect, it } from "vitest";

import { instantOf, isTimeZone, parseWall, wallOf, wallText } from "./wall-clock.ts";

const instant = (text: string, zone: string, which: "first" | "last") => instantOf(parseWall(text) ?? 0, zone, which).toISOString();

it("finds both instants of a time that the clocks show twice, and the way round an hour they skip", () => {
  expect(instant("2026-10-25T02:30", "Europe/Berlin", "first")).toBe("2026-10-25T00:30:00.000Z");
  expect(instant("2026-10-25T02:30", "Europe/Berlin", "last")).toBe("2026-10-25T01:30:00.000Z");
  expect(instant("2026-03-29T02:30", "Europe/Berlin", "first")).toBe("2026-03-29T01:30:00.000Z");
  expect(instant("2026-03-08T02:30", "America/New_York", "last")).toBe("2026-03-08T07:30:00.000Z");
});

it("reads every hour of a year back as it was, in zones of every sort", () => {
  for (const zone of ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"]) {
    for (let hour = 0; hour < 8_784; hour += 41) {
      const at = new Date(Date.UTC(2026, 0, 1, hour, 15));
      const back = [instantOf(wallOf(at, zone), zone, "first"), instantOf(wallOf(at, zone), zone, "last")];
      expect(back.map(Number)).toContain(at.getTime());
    }
  }
});

it("takes names of zones and no offsets, and dates that exist", () => {
  expect(["Europe/Berlin", "UTC", "America/Argentina/Ushuaia"].map(isTimeZone)).toEqual([true, true, true]);
  expect(["+02:00", "Mars/Olympus", "", "../../etc"].map(isTimeZone)).toEqual([false, false, false, false]);
  expect(parseWall("2026-02-30T10:00")).toBeNull();
  expect(parseWall("2026-02-28 10:00")).toBeNull();
  expect(wallText(new Date("2026-07-01T22:30:00Z"), "Asia/Tokyo")).toBe("2026-07-02 07:30");
});
