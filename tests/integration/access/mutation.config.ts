import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

import { nameChecks } from "./checks.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const emptyModule = fileURLToPath(new URL("../../support/empty-module.ts", import.meta.url));

/** The tests of access over a product in which each single check can be switched off. */
export default defineConfig({
  root,
  resolve: { alias: { "server-only": emptyModule, "client-only": emptyModule } },
  plugins: [
    {
      name: "berth-name-checks",
      enforce: "pre",
      transform(source, id) {
        const file = id.startsWith(root) ? id.slice(root.length).split("?")[0] : undefined;
        if (file === undefined || !/^lib\/(?:domain|server)\/.*\.tsx?$/.test(file) || /policy\.ts$|\.test\.ts$|server\/doors\//.test(file))
          return undefined;
        return { code: nameChecks(source, file).code, map: null };
      },
    },
  ],
  test: {
    name: "access-mutation",
    include: ["tests/integration/access/mutation.ts"],
    globalSetup: ["tests/support/global-setup.ts"],
    pool: "forks",
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
