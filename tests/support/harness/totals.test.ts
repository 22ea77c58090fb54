import { expect, test } from "vitest";

import { add, countPlaywright, countVitest, describeTotals, nothing } from "./totals.ts";

const vitest = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
const playwright = { stats: { expected: 2, unexpected: 0, flaky: 0, skipped: 1 }, errors: [] };

test("the last line names the skipped tests only when there are any", () => {
  expect(describeTotals({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
  expect(describeTotals(add(countVitest(vitest, 0), countPlaywright(playwright, 0)))).toBe("5 passed, 0 failed, 1 skipped");
});

test("a file that cannot be loaded counts as a failure", () => {
  const broken = {
    ...vitest,
    testResults: [
      { status: "failed", assertionResults: [] },
      { status: "passed", assertionResults: [{ status: "passed" }] },
    ],
  };
  expect(countVitest(broken, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test("a file whose hook failed after its tests passed counts as a failure, one with a failed test does not count twice", () => {
  const hook = { ...vitest, testResults: [{ status: "failed", assertionResults: [{ status: "passed" }] }] };
  expect(countVitest(hook, 1).failed).toBe(1);
  const plain = { ...vitest, numFailedTests: 1, testResults: [{ status: "failed", assertionResults: [{ status: "failed" }] }] };
  expect(countVitest(plain, 1).failed).toBe(1);
});

test("a runner that leaves no report, or ends badly without a failed test, has failed", () => {
  expect(countVitest(undefined, 0)).toEqual({ ...nothing, failed: 1 });
  expect(countPlaywright(undefined, 1)).toEqual({ ...nothing, failed: 1 });
  expect(countVitest(vitest, 1).failed).toBe(1);
  expect(countPlaywright(playwright, 1).failed).toBe(1);
});

test("a browser test that passes only on a second try has failed", () => {
  expect(countPlaywright({ ...playwright, stats: { ...playwright.stats, flaky: 1 } }, 0).failed).toBe(1);
});
