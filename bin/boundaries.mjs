import { join } from "node:path";

import { run, runMain } from "./steps/command.mjs";
import { hashFiles, readStamp, root, writeStamp } from "./steps/hash.mjs";
import { npmCi } from "./steps/packages.mjs";
import { step } from "./steps/progress.mjs";

const folder = "bin/boundaries";
const stamp = `${folder}/node_modules/.berth-lock`;

/**
 * `npm run check:boundaries`: who imports whom, by the rules of .dependency-cruiser.cjs. dependency-cruiser reads types
 * through TypeScript's old programming interface, which the TypeScript of this project no longer has, so it lives in a
 * folder of its own with one that does.
 */
await runMain(async () => {
  const wanted = hashFiles([`${folder}/package-lock.json`]);
  if (readStamp(stamp) !== wanted) {
    await step("Installing dependency-cruiser", (note) => npmCi(join(root, folder), note));
    writeStamp(stamp, wanted);
  }
  const program = join(root, folder, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const { code, output } = await run(process.execPath, [program, "app", "components", "lib", "--config", ".dependency-cruiser.cjs"], {
    cwd: root,
    check: false,
  });
  console.log(output.trim());
  // It finds nothing wrong where it could read nothing at all.
  if (!/[1-9]\d* modules/.test(output)) return 1;
  return code;
});
