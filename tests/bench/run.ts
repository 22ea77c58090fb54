import { loadavg } from "node:os";
import { join } from "node:path";

import { ensureTools } from "#tests/support/harness/machine.ts";
import { startServices } from "#tests/support/harness/services.ts";

import { benchBoard } from "./board/board.ts";
import { benchGateway } from "./gateway/run.ts";
import { describeMachine } from "./machine.ts";
import { benchClick } from "./product/click.ts";
import { benchMemory } from "./product/memory.ts";
import { benchPromotion } from "./product/promotion.ts";
import { benchCachedPush, benchUncachedPush } from "./product/push.ts";
import { createTheatre } from "./product/stage.ts";
import { benchStart } from "./product/start.ts";
import { benchPass } from "./reconcile/pass.ts";
import { type Outcome, tableOf, writeReport } from "./report.ts";
import { type BenchContext, type BenchResult, keepsGoal } from "./result.ts";
import { benchScheduler } from "./scheduler/apps.ts";
import { ensureReferences } from "./tools.ts";

export interface BenchOptions {
  readonly root: string;
  /** Names or parts of names; all run without one. */
  readonly filters: readonly string[];
  readonly out: string;
  readonly runs: number;
  readonly step: <T>(title: string, work: (note: (text: string) => void) => Promise<T>) => Promise<T>;
}

/** In this order: what needs an idle machine and a young product comes first. */
const benchmarks: Readonly<Record<string, (context: BenchContext) => Promise<BenchResult>>> = {
  "push-cached": benchCachedPush,
  "push-uncached": benchUncachedPush,
  click: benchClick,
  promotion: benchPromotion,
  start: benchStart,
  memory: benchMemory,
  board: benchBoard,
  pass: benchPass,
  scheduler: benchScheduler,
  gateway: () => benchGateway(),
};

export const needsProduct = (filters: readonly string[]): boolean =>
  chosen(filters).some((name) => name !== "gateway" && name !== "pass" && name !== "scheduler");

function chosen(filters: readonly string[]): string[] {
  return Object.keys(benchmarks).filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)));
}

/**
 * Runs the benchmarks on real parts of this run's own, one after the other, prints a table for each and writes
 * bench-results.json. Gives the number of missed goals and failed benchmarks, and where the figures are.
 */
export async function runBenchmarks({
  root,
  filters,
  out,
  runs,
  step,
}: BenchOptions): Promise<{ failed: number; missed: number; path: string }> {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort(new Error("interrupted")));
  const tools = await step("Looking for Docker and registry", async (note) => {
    await ensureReferences(note);
    return ensureTools(note);
  });
  const services = await step("Starting the parts that benchmarks use", (note) => startServices(tools, note));
  Object.assign(process.env, services.environment);
  const theatre = createTheatre(join(services.folder, "stage"));
  const outcomes: Outcome[] = [];
  try {
    const dockerHost = services.environment["DOCKER_HOST"] ?? "";
    const machine = await describeMachine(root, dockerHost);
    console.log(
      `\n${machine.cpu}, ${machine.cores} cores, Node ${machine.versions["node"]}, load average ${machine.loadAverage.join(" ")}`,
    );
    for (const name of chosen(filters)) {
      if (stopping.signal.aborted) break;
      const bench = benchmarks[name];
      if (bench === undefined) continue;
      const outcome = await step(`Measuring ${name}`, (say) =>
        runOne(name, bench, { root, folder: join(services.folder, name), dockerHost, say, stopping: stopping.signal, runs, theatre }),
      );
      outcomes.push(outcome);
      console.log(tableOf(outcome));
      await writeReport(out, machine, outcomes);
    }
    const path = await writeReport(out, machine, outcomes);
    const missed = outcomes.flatMap((outcome) => outcome.rows).filter((row) => keepsGoal(row) === false).length;
    return { failed: outcomes.filter((outcome) => outcome.failure !== undefined).length, missed, path };
  } finally {
    await step("Ending the parts that benchmarks used", async () => {
      await theatre.end().catch((error: unknown) => console.error(error));
      await services.stop();
    });
  }
}

async function runOne(name: string, bench: (context: BenchContext) => Promise<BenchResult>, context: BenchContext): Promise<Outcome> {
  const [startedAt, load] = [performance.now(), Math.round((loadavg()[0] ?? 0) * 100) / 100];
  const facts = () => ({ seconds: Math.round((performance.now() - startedAt) / 1000), loadAverage: load });
  try {
    return { ...(await bench(context)), ...facts() };
  } catch (error) {
    return { name, rows: [], ...facts(), failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
