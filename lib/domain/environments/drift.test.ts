import { describe, expect, it } from "vitest";

import { wordsOf } from "./drift.ts";

describe("what is said about a drifted app", () => {
  it("names what differs, with both values where they may be shown", () => {
    expect(
      wordsOf([
        { field: "memory", wanted: "256", seen: "64" },
        { field: "variable PASSWORD", wanted: null, seen: null },
      ]),
    ).toBe("Changed outside Berth: memory is 64, not 256; variable PASSWORD was changed");
    expect(wordsOf([{ field: "app", wanted: "there", seen: "deleted" }])).toBe("Changed outside Berth: the app was deleted");
  });

  it("stays one sentence, however much differs", () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ field: `label ${"x".repeat(200)}${index}`, wanted: "a", seen: "b" }));
    expect(wordsOf(many).length).toBeLessThanOrEqual(500);
    expect(wordsOf(many.map(({ wanted, seen }, index) => ({ field: `f${index}`, wanted, seen })))).toMatch(/and 47 more$/);
  });
});
