import { z } from "zod";

/** What came out of a suite; a file that could not run at all counts as one failure. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const nothing: Totals = { passed: 0, failed: 0, skipped: 0 };

export function add(one: Totals, other: Totals): Totals {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed, skipped: one.skipped + other.skipped };
}

/** The line that ends a run: `3 passed, 0 failed`, with the skipped ones when there are any. */
export function describeTotals({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

const vitestSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number().default(0),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/** Counts Vitest's JSON report. Undefined means that it left none. */
export function countVitest(report: unknown, exitCode: number): Totals {
  const parsed = vitestSchema.safeParse(report);
  if (!parsed.success) return { ...nothing, failed: 1 };
  const { data } = parsed;
  // A file that fails while it loads, or in a hook, has failed without a failed test.
  const brokenFiles = data.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  );
  const counted = {
    passed: data.numPassedTests,
    failed: data.numFailedTests + brokenFiles.length,
    skipped: data.numPendingTests + data.numTodoTests,
  };
  return withExitCode(counted, exitCode);
}

const playwrightSchema = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()).default([]),
});

/** Counts Playwright's JSON report. What passed only on a second try has failed: nothing here is retried. */
export function countPlaywright(report: unknown, exitCode: number): Totals {
  const parsed = playwrightSchema.safeParse(report);
  if (!parsed.success) return { ...nothing, failed: 1 };
  const { stats, errors } = parsed.data;
  return withExitCode({ passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped }, exitCode);
}

/** A runner that reports no failure but ends badly (an error outside any test, a crash) has failed once. */
function withExitCode(totals: Totals, exitCode: number): Totals {
  return exitCode !== 0 && totals.failed === 0 ? { ...totals, failed: 1 } : totals;
}
