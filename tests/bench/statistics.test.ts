import { expect, test } from "vitest";

import { keepsGoal } from "./result.ts";
import { compareRows, median, quantile } from "./statistics.ts";

test("median and p95 are values that were measured, or lie between the two middle ones", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(quantile([5, 1, 2, 3, 4], 0.95)).toBe(5);
  expect(quantile([], 0.95)).toBeNaN();
});

test("a goal is of the ratio, of the median where there is no ratio, or of the p95 when it says so", () => {
  const row = { what: "", unit: "ms", median: 900, runs: 1 };
  expect(keepsGoal(row)).toBeUndefined();
  expect(keepsGoal({ ...row, goal: "≤ 1000" })).toBe(true);
  expect(keepsGoal({ ...row, ratio: 1.2, goal: "≤ 1.15" })).toBe(false);
  expect(keepsGoal({ ...row, ratio: 0.6, goal: "≥ 0.5" })).toBe(true);
  expect(keepsGoal({ ...row, p95: 101, goal: "p95 ≤ 100" })).toBe(false);
});

test("a comparison tells the ratio of the medians and their difference", () => {
  const [ours, , difference] = compareRows({ ours: "a", theirs: "b" }, [1100, 1150], [1000, 1000], { ratio: "≤ 1.15", differenceMs: 1000 });
  expect(ours).toMatchObject({ ratio: 1.13, goal: "≤ 1.15" });
  expect(difference).toMatchObject({ median: 125, goal: "≤ 1000" });
});
