import { ensureTools } from "./machine.ts";
import { startServices } from "./services.ts";
import { listTests, runPlaywright, runVitest, type SuiteOptions } from "./suites.ts";
import { add, describeTotals, nothing, type Totals } from "./totals.ts";

export interface RunOptions {
  readonly root: string;
  readonly filters: readonly string[];
  /** Shows a long step; the steps of bin/. */
  readonly step: <T>(title: string, work: (note: (text: string) => void) => Promise<T>) => Promise<T>;
}

/** Folders whose tests start the product as it is built. */
const productFolders = ["tests/e2e", "tests/faults", "tests/attacks", "tests/integration/product"];

/** Whether these filters choose tests that need `dist/` and `.next/`. */
export function needsProduct(root: string, filters: readonly string[]): boolean {
  return productFolders.some((folder) => listTests(root, folder, filters).length > 0);
}

/**
 * Runs all tests against real parts of this run's own and gives the line that sums them up and the exit code. Everything
 * that was started is ended, also on Ctrl-C.
 */
export async function runTests({ root, filters, step }: RunOptions): Promise<{ line: string; exitCode: number }> {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
  const tools = await step("Looking for Docker, registry and browser", (note) => ensureTools(note));
  const services = await step("Starting the parts that tests use", (note) => startServices(tools, note));
  let totals: Totals = nothing;
  try {
    const options: SuiteOptions = { root, filters, folder: services.folder, environment: services.environment, stopping: stopping.signal };
    totals = add(await runVitest(options), await runPlaywright(options));
  } finally {
    await step("Ending the parts that tests used", () => services.stop());
  }
  const none = totals.passed + totals.failed === 0;
  if (none) totals = { ...totals, failed: 1 };
  return { line: describeTotals(totals), exitCode: totals.failed > 0 || stopping.signal.aborted ? 1 : 0 };
}
