import { expect, test } from "vitest";

import { cpusText, memoryText, rangeText, shareText } from "./words.ts";

test.each([
  [0, "0"],
  [0.1 + 0.2, "0.3"],
  [1.256, "1.26"],
  [12.34, "12.3"],
  [1024.4, "1024"],
])("%d CPUs are told as %s", (cpus, text) => {
  expect(cpusText(cpus)).toBe(text);
});

test.each([
  [0, "0 MiB"],
  [511.6, "512 MiB"],
  [1536, "1.5 GiB"],
  [204_800, "200 GiB"],
  [2_097_152, "2 TiB"],
])("%d MiB are told as %s", (mem, text) => {
  expect(memoryText(mem)).toBe(text);
});

test("a share of nothing is nothing, and a little is not", () => {
  expect(shareText(1, 0)).toBe("0 %");
  expect(shareText(0.001, 1)).toBe("< 1 %");
  expect(shareText(1, 8)).toBe("13 %");
  expect(shareText(16, 8)).toBe("200 %");
});

test("a curve is told by its ends", () => {
  expect(rangeText([])).toBeNull();
  expect(rangeText([0.1, 0.1])).toBe("10 %");
  expect(rangeText([0.2, 0.03])).toBe("between 3 % and 20 %");
});
