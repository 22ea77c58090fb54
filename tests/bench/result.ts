import type { Theatre } from "./product/stage.ts";

/** What one benchmark found: rows of figures, each with its reference and goal where it has them. */
export interface BenchResult {
  readonly name: string;
  readonly rows: readonly BenchRow[];
  /** What a reader has to know to judge the figures: what was measured how, and what was not. */
  readonly notes?: readonly string[];
}

export interface BenchRow {
  readonly what: string;
  readonly unit: string;
  readonly median: number;
  readonly p95?: number;
  readonly runs: number;
  /** `median` divided by the reference's. */
  readonly ratio?: number;
  /** `≤ 1.15` or `≥ 0.5`: of the ratio where there is one, else of the median; `p95 ≤ 100` of the p95. */
  readonly goal?: string;
}

/** What a benchmark may use; parts that all share are started by the runner. */
export interface BenchContext {
  readonly root: string;
  /** For what a benchmark writes; removed at the end. */
  readonly folder: string;
  readonly dockerHost: string;
  /** Berth with the sample shop, shared by all benchmarks of a run. */
  readonly theatre: Theatre;
  /** Shows what is going on. */
  readonly say: (text: string) => void;
  readonly stopping: AbortSignal;
  /** How often each thing is measured, where it is measured more than once. */
  readonly runs: number;
}

/** Whether a row keeps its goal; undefined without one. */
export function keepsGoal(row: BenchRow): boolean | undefined {
  const [, ofP95, sign, bound] = /^(p95 )?([≤≥]) ([\d.]+)/.exec(row.goal ?? "") ?? [];
  if (bound === undefined) return undefined;
  const figure = ofP95 === undefined ? (row.ratio ?? row.median) : (row.p95 ?? Number.NaN);
  return sign === "≤" ? figure <= Number(bound) : figure >= Number(bound);
}
