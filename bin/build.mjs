import { runMain } from "./steps/command.mjs";
import { checkMachine } from "./steps/machine.mjs";
import { installPackages } from "./steps/packages.mjs";
import { generatePrismaClient } from "./steps/prisma.mjs";
import { buildProduct } from "./steps/product.mjs";

/** `npm run build`: everything that has to exist before the product can start. Steps whose inputs did not change are skipped. */
await runMain(async () => {
  checkMachine();
  await installPackages();
  await generatePrismaClient();
  await buildProduct();
});
