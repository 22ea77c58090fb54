import { describe, expect, it } from "vitest";

import { exactText } from "./exact-text.ts";

describe("a piece of a log", () => {
  it.each([
    ["plain text", Buffer.from("hello\n"), "hello\n"],
    ["whole characters", Buffer.from("grüße €😀"), "grüße €😀"],
    ["a character cut at the end", Buffer.from("a€").subarray(0, 3), "a"],
    ["the rest of a character at the beginning", Buffer.from("€b").subarray(1), "??b"],
    ["bytes that are no text", Buffer.from([0x61, 0xff, 0xc0, 0x62]), "a??b"],
    ["a replacement character of the task's own", Buffer.from("\uFFFD\u0000x"), "\uFFFD\u0000x"],
    ["nothing but half a character", Buffer.from("😀").subarray(0, 2), "??"],
  ])("of %s", (_what, bytes, text) => {
    expect(exactText(bytes)).toBe(text);
  });

  it("never changes its length but for a cut character at the end", () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647);
    for (let round = 0; round < 500; round += 1) {
      const bytes = Buffer.from(Array.from({ length: random() % 40 }, () => random() % 256));
      const missing = bytes.length - Buffer.byteLength(exactText(bytes));
      expect(missing).toBeGreaterThanOrEqual(0);
      expect(missing).toBeLessThan(4);
    }
  });
});
