import type { BenchRow } from "./result.ts";

/** The value below which `share` (0 to 1) of the values lie, by the nearest rank; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The middle value; between the two middle ones where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** To three significant digits, so that a table does not claim more than was measured. */
export const round = (value: number): number => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

/** A row of times in milliseconds. */
export function timeRow(what: string, times: readonly number[], more: Partial<BenchRow> = {}): BenchRow {
  return { what, unit: "ms", median: round(median(times)), p95: round(quantile(times, 0.95)), runs: times.length, ...more };
}

/** Ours beside theirs: both rows, the ratio with its goal, and the difference. */
export function compareRows(
  names: { ours: string; theirs: string },
  ours: readonly number[],
  theirs: readonly number[],
  goals: { ratio: string; differenceMs?: number },
): BenchRow[] {
  const difference = median(ours) - median(theirs);
  return [
    timeRow(names.ours, ours, { ratio: round(median(ours) / median(theirs)), goal: goals.ratio }),
    timeRow(names.theirs, theirs),
    {
      what: `${names.ours}: longer than the reference`,
      unit: "ms",
      median: Math.round(difference),
      runs: ours.length,
      ...(goals.differenceMs === undefined ? {} : { goal: `≤ ${goals.differenceMs}` }),
    },
  ];
}
