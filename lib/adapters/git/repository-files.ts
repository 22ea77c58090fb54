import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { GitRunner } from "./runner.ts";

/**
 * Creates a bare repository in one step: made beside its place, then renamed, so that a half-made one is never seen.
 * Does nothing when there is one already. No template: no hooks, no description.
 */
export async function createBareRepository(runner: GitRunner, gitDir: string, config: string): Promise<void> {
  if (await isRepository(gitDir)) return;
  await mkdir(dirname(gitDir), { recursive: true });
  const making = `${gitDir}.making-${randomBytes(6).toString("hex")}`;
  try {
    await runner.run(["init", "--quiet", "--bare", "--template=", "--initial-branch=master", "--", making], {
      timeoutMs: 30_000,
      maxOutputBytes: 1024 * 1024,
      protocols: [],
    });
    await writeFile(join(making, "config"), config, { flag: "a" });
    ensureAttributes(making);
    await rename(making, gitDir).catch(async (error: unknown) => {
      if (!(await isRepository(gitDir))) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Wins over every .gitattributes in a tree; git reads $GIT_DIR/info/attributes last. */
const attributes = "* -export-ignore -export-subst\n";

/** Makes sure that the repository's own .gitattributes cannot leave files out of an archive or rewrite them. A file of one line: done at once. */
export function ensureAttributes(gitDir: string): void {
  const path = join(gitDir, "info", "attributes");
  try {
    if (readFileSync(path, "utf8") === attributes) return;
  } catch {
    // There is none yet.
  }
  const making = `${path}.${randomBytes(6).toString("hex")}`;
  mkdirSync(join(gitDir, "info"), { recursive: true });
  writeFileSync(making, attributes);
  renameSync(making, path);
}

/** Whether a bare repository lies at `gitDir`. */
export async function isRepository(gitDir: string): Promise<boolean> {
  return stat(join(gitDir, "HEAD")).then(
    (found) => found.isFile(),
    () => false,
  );
}
