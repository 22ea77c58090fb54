import { setFlagsFromString } from "node:v8";

import { runMain } from "./steps/command.mjs";
import { root } from "./steps/hash.mjs";
import { checkMachine } from "./steps/machine.mjs";
import { installPackages } from "./steps/packages.mjs";
import { generatePrismaClient } from "./steps/prisma.mjs";
import { buildProduct } from "./steps/product.mjs";

/**
 * `npm start`: installs and builds what is missing, then becomes the supervisor. It stays the same process, because a
 * second Node that only waits would cost 40 MB for as long as Berth runs.
 */
await runMain(async () => {
  process.chdir(root);
  checkMachine();
  await installPackages();
  await generatePrismaClient();
  await buildProduct();
  process.env["NODE_ENV"] = "production";
  // The supervisor waits and copies log lines: a small young generation keeps it small.
  setFlagsFromString("--max-semi-space-size=1");
  const supervisor = "../dist/supervisor.mjs";
  const { supervise } = await import(supervisor);
  process.exit(await supervise());
});
