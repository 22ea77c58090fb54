import { join } from "node:path";

import { runMain } from "./steps/command.mjs";
import { root } from "./steps/hash.mjs";
import { checkMachine } from "./steps/machine.mjs";
import { installPackages } from "./steps/packages.mjs";
import { generatePrismaClient } from "./steps/prisma.mjs";
import { buildProcesses, buildProduct, bundle } from "./steps/product.mjs";
import { step } from "./steps/progress.mjs";

/**
 * `npm test`: unit, integration, conformance and browser tests against real parts that it starts and ends. Words after
 * `--` choose test files by parts of their path: `npm test -- gateway`. The last line is the sum.
 */
await runMain(async () => {
  process.chdir(root);
  checkMachine();
  await installPackages();
  await generatePrismaClient();
  await bundle({ "test-harness": join(root, "tests/support/harness/run.ts") }, "dist/test");
  const harness = "../dist/test/test-harness.mjs";
  const { needsProduct, runTests } = await import(harness);
  const filters = process.argv.slice(2);
  await (needsProduct(root, filters) ? buildProduct() : buildProcesses());
  const { line, exitCode } = await runTests({ root, filters, step });
  console.log(line);
  process.exit(exitCode);
});
