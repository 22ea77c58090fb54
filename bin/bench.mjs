import { join, resolve } from "node:path";

import { runMain } from "./steps/command.mjs";
import { root } from "./steps/hash.mjs";
import { checkMachine } from "./steps/machine.mjs";
import { installPackages } from "./steps/packages.mjs";
import { generatePrismaClient } from "./steps/prisma.mjs";
import { buildProcesses, buildProduct, bundle } from "./steps/product.mjs";
import { step } from "./steps/progress.mjs";

/**
 * `npm run bench`: measures the product as it is built, beside references in the same run, on parts of its own. Words
 * after `--` choose benchmarks by parts of their name: `npm run bench -- push`. Figures go to bench-results.json in
 * BERTH_BENCH_OUT (default .berth/bench), from BERTH_BENCH_RUNS runs each (default 12). A missed goal is told and is no error; a benchmark that fails is one.
 */
await runMain(async () => {
  process.chdir(root);
  checkMachine();
  await installPackages();
  await generatePrismaClient();
  await bundle({ bench: join(root, "tests/bench/run.ts") }, "dist/bench");
  const benchmarks = "../dist/bench/bench.mjs";
  const { needsProduct, runBenchmarks } = await import(benchmarks);
  const filters = process.argv.slice(2);
  await (needsProduct(filters) ? buildProduct() : buildProcesses());
  const runs = Number(process.env["BERTH_BENCH_RUNS"] ?? 12);
  const out = resolve(process.env["BERTH_BENCH_OUT"] ?? join(root, ".berth/bench"));
  const { failed, missed, path } = await runBenchmarks({ root, filters, out, runs, step });
  console.log(`\nFigures: ${path}`);
  console.log(`${missed} goal${missed === 1 ? "" : "s"} missed, ${failed} benchmark${failed === 1 ? "" : "s"} failed`);
  process.exit(failed > 0 ? 1 : 0);
});
