import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

/** A zone with an odd offset and its own summer time: what only works in UTC fails here. */
process.env["TZ"] = "Pacific/Chatham";

const emptyModule = fileURLToPath(new URL("tests/support/empty-module.ts", import.meta.url));

/**
 * Tests that use real parts (Postgres, Docker, git) and therefore need time. Two files at a time, each with a database, ports
 * and a name on the engine of its own; where times are the promise, one after the other.
 */
function realParts(name: string, folder: string, testTimeout: number, fileParallelism = true) {
  return {
    extends: true as const,
    test: { name, include: [`tests/${folder}/**/*.test.ts`], testTimeout, hookTimeout: 120_000, fileParallelism },
  };
}

export default defineConfig({
  resolve: { alias: { "server-only": emptyModule, "client-only": emptyModule } },
  test: {
    globalSetup: ["tests/support/global-setup.ts"],
    environment: "node",
    pool: "forks",
    maxWorkers: 2,
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{lib,components,app,bin,tests/support,tests/bench}/**/*.test.{ts,tsx}"],
          testTimeout: 15_000,
          hookTimeout: 60_000,
        },
      },
      { extends: true, test: { name: "architecture", include: ["tests/architecture/**/*.test.ts"], testTimeout: 30_000 } },
      realParts("integration", "integration", 60_000),
      realParts("conformance", "conformance", 120_000),
      realParts("attacks", "attacks", 60_000),
      realParts("faults", "faults", 180_000, false),
    ],
  },
});
