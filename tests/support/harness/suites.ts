import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { add, countPlaywright, countVitest, nothing, type Totals } from "./totals.ts";

export interface SuiteOptions {
  readonly root: string;
  /** For the reports. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Parts of paths; a test file runs when its path contains one of them. All run without a filter. */
  readonly filters: readonly string[];
  readonly stopping: AbortSignal;
}

const mutationTest = "tests/integration/access/mutation.ts";

/**
 * Vitest's projects in three runs: all but the faults, then the faults, which kill what others would use and whose promises
 * are times, then the access tests over a product in which each single check is switched off.
 */
export async function runVitest(options: SuiteOptions): Promise<Totals> {
  const calm = await runProjects(options, "calm", ["--project=!faults"]);
  const faults =
    listTests(options.root, "tests/faults", options.filters).length === 0
      ? nothing
      : await runProjects(options, "faults", ["--project=faults"]);
  const isWanted = options.filters.length === 0 || options.filters.some((filter) => mutationTest.includes(filter));
  const mutation = isWanted
    ? await runProjects({ ...options, filters: [] }, "mutation", ["--config=tests/integration/access/mutation.config.ts"])
    : nothing;
  return add(add(calm, faults), mutation);
}

async function runProjects(options: SuiteOptions, name: string, projects: readonly string[]): Promise<Totals> {
  const report = join(options.folder, `vitest-${name}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const args = ["run", "--passWithNoTests", ...projects, ...reporters, ...options.filters];
  const exitCode = await runNode(options, "node_modules/vitest/vitest.mjs", args, {});
  return countVitest(await readReport(report), exitCode);
}

/** The browser tests; none when the filter matches none. */
export async function runPlaywright(options: SuiteOptions): Promise<Totals> {
  if (listTests(options.root, "tests/e2e", options.filters).length === 0) return nothing;
  const report = join(options.folder, "playwright.json");
  const environment = { PLAYWRIGHT_JSON_OUTPUT_NAME: report, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1" };
  const args = ["test", "--pass-with-no-tests", "--reporter=list,json", ...options.filters];
  const exitCode = await runNode(options, "node_modules/@playwright/test/cli.js", args, environment);
  return countPlaywright(await readReport(report), exitCode);
}

/** Test files below a folder that the filters choose, as paths from the repository's root. */
export function listTests(root: string, folder: string, filters: readonly string[]): string[] {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(test|spec|e2e)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  return paths.filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)));
}

function runNode(
  options: SuiteOptions,
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  if (options.stopping.aborted) return Promise.resolve(1);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(options.root, script), ...args], {
      cwd: options.root,
      env: { ...process.env, ...options.environment, ...environment },
      shell: false,
      stdio: ["ignore", "inherit", "inherit"],
    });
    const stop = () => child.kill("SIGTERM");
    options.stopping.addEventListener("abort", stop, { once: true });
    const finish = (code: number) => {
      options.stopping.removeEventListener("abort", stop);
      resolve(code);
    };
    child.on("error", () => finish(1));
    child.on("close", (code) => finish(code ?? 1));
  });
}

async function readReport(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}
