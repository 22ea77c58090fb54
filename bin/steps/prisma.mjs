import { existsSync } from "node:fs";
import { join } from "node:path";

import { run } from "./command.mjs";
import { hashFiles, readStamp, root, writeStamp } from "./hash.mjs";
import { step } from "./progress.mjs";

const stamp = "node_modules/.berth-prisma";
const client = "lib/platform/database/client/client.ts";

/** Generates the Prisma client when the schema, or Prisma itself, changed. */
export async function generatePrismaClient() {
  const wanted = hashFiles(["prisma/schema", "prisma.config.ts", "node_modules/prisma/package.json"]);
  if (readStamp(stamp) === wanted && existsSync(join(root, client))) return;
  await step("Generating the database client", () =>
    run(process.execPath, [join(root, "node_modules/prisma/build/index.js"), "generate"], {
      cwd: root,
      name: "prisma generate",
      // Generating needs no schema engine, but Prisma would download one unless it is shown some executable.
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" },
    }),
  );
  writeStamp(stamp, wanted);
}
