import { clearRunFolder, makeRunFolder } from "./run-folder.ts";

/**
 * Gives the run a folder for parts that test files start on demand, and ends those parts with the run. Vitest calls this
 * once per project; only the first call makes the folder and clears it.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env["BERTH_TEST_RUN"] !== undefined) return undefined;
  const folder = await makeRunFolder();
  process.env["BERTH_TEST_RUN"] = folder;
  return () => clearRunFolder(folder);
}
