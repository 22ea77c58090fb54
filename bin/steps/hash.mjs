import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const root = dirname(dirname(import.meta.dirname));

const skippedFolders = new Set(["node_modules", ".next", ".git", ".berth", "dist"]);
const isTest = (name) => /\.test\.tsx?$/.test(name);

/** One SHA-256 over the names and contents of files and folders (given relative to the repository); tests do not count. */
export function hashFiles(paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).toSorted()) {
        if (!skippedFolders.has(name) && !isTest(name)) add(join(path, name));
      }
      return;
    }
    hash.update(path).update("\0").update(readFileSync(full)).update("\0");
  };
  for (const path of paths) add(path);
  return hash.digest("hex");
}

/** Remembers that a step was done for these inputs. A stamp that cannot be read counts as absent. */
export function readStamp(path) {
  try {
    return readFileSync(join(root, path), "utf8").trim();
  } catch {
    return "";
  }
}

export function writeStamp(path, value) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${value}\n`);
}
