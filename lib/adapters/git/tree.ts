import type { Readable } from "node:stream";

import { BerthError, isBerthError } from "#lib/core/errors.ts";

import { parseRepositoryPath } from "./path.ts";
import { requireCommitId } from "./ref-name.ts";
import { ensureAttributes } from "./repository-files.ts";
import type { GitRunner } from "./runner.ts";

export type PathKind = "file" | "symlink" | "directory" | "submodule";

export interface Archive {
  /** Fails with the same error as `done`, so half an archive never looks like a whole one. */
  readonly stream: Readable;
  readonly done: Promise<void>;
}

interface ArchiveOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole archive; default 30 minutes. */
  readonly timeoutMs?: number;
}

interface Entry {
  readonly kind: PathKind;
  readonly objectId: string;
  /** Bytes; 0 for anything but a file or symlink. */
  readonly size: number;
}

const readMs = 60_000;
const archiveMs = 30 * 60_000;

/** What lies at `path` in a commit, or null. A path through a symlink leads nowhere. Throws `source_gone` when the commit is not there. */
export async function pathKind(runner: GitRunner, gitDir: string, commit: string, path: string): Promise<PathKind | null> {
  return (await findEntry(runner, gitDir, commit, path))?.kind ?? null;
}

/** The bytes of a regular file in a commit, or null when there is none at `path` (a symlink is not followed). Throws `payload_too_large`. */
export async function readFile(
  runner: GitRunner,
  gitDir: string,
  commit: string,
  path: string,
  limits: { readonly maxBytes: number },
): Promise<Buffer | null> {
  const entry = await findEntry(runner, gitDir, commit, path);
  if (entry?.kind !== "file") return null;
  if (entry.size > limits.maxBytes)
    throw new BerthError("payload_too_large", { detail: `${path} is larger than ${limits.maxBytes} bytes.` });
  return runner.run(["cat-file", "blob", entry.objectId], { gitDir, timeoutMs: readMs, maxOutputBytes: limits.maxBytes, protocols: [] });
}

/**
 * The files below `contextPath` as a tar stream with back-pressure: symlinks stay symlinks, submodules are empty folders, and the repository's own
 * export-ignore and export-subst attributes change nothing. `done` rejects with `context_missing` when there is no such folder.
 */
export function archive(runner: GitRunner, gitDir: string, commit: string, contextPath: string, options: ArchiveOptions = {}): Archive {
  const path = parseRepositoryPath(contextPath);
  const tree = path === "." ? requireCommitId(commit) : `${requireCommitId(commit)}:${path}`;
  ensureAttributes(gitDir);
  const { stdout, done } = runner.stream(["archive", "--format=tar", tree], { timeoutMs: archiveMs, ...options, gitDir, protocols: [] });
  const explained = done.catch(async (error: unknown) => {
    const missing = isBerthError(error, "source_gone") && (await pathKind(runner, gitDir, commit, path)) !== "directory";
    throw missing ? new BerthError("context_missing", { detail: `There is no folder ${path} in this commit.`, cause: error }) : error;
  });
  explained.catch(() => undefined);
  return { stream: stdout, done: explained };
}

async function findEntry(runner: GitRunner, gitDir: string, commit: string, text: string): Promise<Entry | null> {
  const path = parseRepositoryPath(text);
  requireCommitId(commit);
  const args = path === "." ? ["cat-file", "-e", `${commit}^{tree}`] : ["ls-tree", "-z", "--long", "--full-tree", commit, "--", path];
  const output = await runner.run(args, { gitDir, timeoutMs: readMs, maxOutputBytes: 64 * 1024, protocols: [] });
  if (path === ".") return { kind: "directory", objectId: commit, size: 0 };
  // <mode> SP <type> SP <id> SP+ <size or -> TAB <path> NUL
  const match = /^(\d{6}) \w+ ([0-9a-f]+) +(\d+|-)\t/.exec(output.toString("latin1"));
  const kind = kinds[match?.[1] ?? ""];
  return match === null || kind === undefined ? null : { kind, objectId: match[2] ?? "", size: match[3] === "-" ? 0 : Number(match[3]) };
}

const kinds: Readonly<Record<string, PathKind>> = {
  "100644": "file",
  "100755": "file",
  "100664": "file",
  "120000": "symlink",
  "040000": "directory",
  "160000": "submodule",
};
