import { posix } from "node:path";

import { type Budget } from "./download.ts";

/** One thing that goes into a task's sandbox. Contents lie in files of the scheduler's own naming: an archive's names and links never do. */
export type Artifact =
  | { readonly kind: "file"; readonly name: string; readonly mode: number; readonly path: string; readonly size: number }
  | { readonly kind: "directory"; readonly name: string }
  | { readonly kind: "link"; readonly name: string; readonly target: string };

/** Where an archive's contents go. */
export interface Unpacking {
  readonly budget: Budget;
  /** A new file's path. */
  newPath(): string;
  add(artifact: Artifact): void;
  readonly signal: AbortSignal;
}

export const mostEntries = 50_000;

/** A path within the sandbox; empty for the sandbox itself. Throws when it leads out. */
export function insideName(name: string): string {
  const path = posix.normalize(name).replace(/\/+$/, "");
  if (posix.isAbsolute(path) || path === ".." || path.startsWith("../") || name.includes("\0")) {
    throw new Error(`it has an entry outside of itself: ${name.slice(0, 100)}`);
  }
  return path === "." ? "" : path;
}
