import { mkdir, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";

import type { Machine } from "./machine.ts";
import { type BenchResult, type BenchRow, keepsGoal } from "./result.ts";
import { round } from "./statistics.ts";

/** A benchmark's result, or why there is none. */
export type Outcome = BenchResult & { readonly seconds: number; readonly loadAverage: number; readonly failure?: string };

/** One result as a table, with the rows that miss their goal marked. */
export function tableOf(outcome: Outcome): string {
  const head = `${outcome.name} (${outcome.seconds} s, load average ${outcome.loadAverage})`;
  if (outcome.failure !== undefined) return `\n${head}\n  failed: ${outcome.failure}`;
  const widest = Math.max(...outcome.rows.map((row) => row.what.length));
  return [
    `\n${head}`,
    ...outcome.rows.map((row) => `  ${lineOf(row, widest)}`),
    ...(outcome.notes ?? []).map((note) => `  · ${note}`),
  ].join("\n");
}

function lineOf(row: BenchRow, widest: number): string {
  const cells = [
    row.what.padEnd(widest),
    `${round(row.median)} ${row.unit}`.padStart(18),
    (row.p95 === undefined ? "" : `p95 ${row.p95}`).padStart(11),
    (row.ratio === undefined ? "" : `${row.ratio} ×`).padStart(8),
    `${row.runs} runs`.padStart(9),
  ];
  const kept = keepsGoal(row);
  return kept === undefined ? cells.join(" ").trimEnd() : `${cells.join(" ")}  ${kept ? "✓" : "✗ misses"} ${row.goal}`;
}

/** Writes bench-results.json; gives its path. */
export async function writeReport(folder: string, machine: Machine, outcomes: readonly Outcome[]): Promise<string> {
  const path = join(folder, "bench-results.json");
  const results = outcomes.map((outcome) => ({
    ...outcome,
    rows: outcome.rows.map((row) => ({ ...row, ...(keepsGoal(row) === undefined ? {} : { kept: keepsGoal(row) }) })),
  }));
  await mkdir(folder, { recursive: true });
  await writeFile(path, `${JSON.stringify({ ...machine, loadAverageAtEnd: loadavg()[0], results }, undefined, 2)}\n`);
  return path;
}
