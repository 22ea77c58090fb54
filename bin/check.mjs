import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { run, runMain } from "./steps/command.mjs";
import { root } from "./steps/hash.mjs";
import { checkMachine } from "./steps/machine.mjs";
import { installPackages } from "./steps/packages.mjs";
import { generatePrismaClient } from "./steps/prisma.mjs";
import { dim, formatDuration, green, red, step } from "./steps/progress.mjs";

/**
 * `npm run check`: everything a machine can say about the code without running it. All checks run, then a table. What
 * they are stands in package.json (`check:…`), so that each can be run alone in the same way.
 */
await runMain(async () => {
  process.chdir(root);
  checkMachine();
  await installPackages();
  await generatePrismaClient();
  if (!existsSync("next-env.d.ts") && existsSync("app")) {
    await step("Generating Next.js types", () =>
      run(process.execPath, [join(root, "node_modules/next/dist/bin/next"), "typegen"], { cwd: root, name: "next typegen" }),
    );
  }
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const results = [];
  for (const [name, command] of Object.entries(scripts)) {
    if (name.startsWith("check:")) results.push(await check(name.slice("check:".length), command.split(" ")));
  }
  for (const { name, output } of results.filter(({ passed }) => !passed))
    console.log(`\n── ${name} ${"─".repeat(60 - name.length)}\n${output.trimEnd()}`);
  console.log();
  for (const { name, passed, milliseconds } of results) {
    console.log(`  ${passed ? green("✓ passed") : red("✗ failed")}  ${name.padEnd(12)} ${dim(formatDuration(milliseconds))}`);
  }
  console.log();
  return results.every(({ passed }) => passed) ? 0 : 1;
});

async function check(name, [program, ...args]) {
  const startedAt = performance.now();
  const file = program === "node" ? process.execPath : join(root, "node_modules/.bin", program);
  const { code, output } = await run(file, args, { cwd: root, check: false, env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" } });
  return { name, passed: code === 0, output, milliseconds: performance.now() - startedAt };
}
