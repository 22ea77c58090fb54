import type { GitRunner } from "#lib/adapters/git/runner.ts";
import { readFile } from "#lib/adapters/git/tree.ts";
import { isBerthError } from "#lib/core/errors.ts";
import { type Database, Prisma } from "#lib/platform/database/client.ts";

import { readStoredErrors, readStoredFile } from "./load.ts";
import { type ReadFile, parsePipelineFile } from "./parse.ts";
import { pipelineFileMaxBytes, pipelineFileNames } from "./schema.ts";

interface Place {
  readonly projectId: string;
  readonly commit: string;
  /** A repository that has the commit with its files. */
  readonly gitDir: string;
}

export interface KnownFile extends ReadFile {
  /** Null: the commit has none. */
  readonly path: string | null;
}

/** Reads the file of a commit and remembers it; a commit never changes, so it is read once. */
export async function learnPipelineFile(context: { database: Database; git: GitRunner }, place: Place): Promise<KnownFile> {
  const where = { projectId_commit: { projectId: place.projectId, commit: place.commit } };
  const known = await context.database.pipelineFile.findUnique({ where, select: { path: true, parsed: true, errors: true } });
  // One that an older Berth could not read, or read otherwise, is read again.
  const isKnown = known !== null && (known.path === null || readStoredFile(known.parsed) !== null);
  if (known !== null && isKnown) return { path: known.path, parsed: readStoredFile(known.parsed), errors: readStoredErrors(known.errors) };
  const { content, ...file } = await readFrom(context.git, place);
  const data = {
    path: file.path,
    content,
    parsed: file.parsed === null ? Prisma.DbNull : JSON.parse(JSON.stringify(file.parsed)),
    errors: file.errors.map((error) => ({ ...error })),
  };
  const { projectId, commit } = place;
  await context.database.pipelineFile.upsert({ where, create: { projectId, commit, ...data }, update: data, select: { commit: true } });
  return file;
}

async function readFrom(git: GitRunner, { gitDir, commit }: Place): Promise<KnownFile & { content: string | null }> {
  for (const path of pipelineFileNames) {
    const bytes = await readFile(git, gitDir, commit, path, { maxBytes: pipelineFileMaxBytes }).catch((error: unknown) => {
      if (isBerthError(error, "payload_too_large")) return "too large" as const;
      throw error;
    });
    if (bytes === "too large") {
      const message = `The file is larger than ${pipelineFileMaxBytes / 1024} kB.`;
      return { path, content: null, parsed: null, errors: [{ line: 1, column: 1, path: "", message }] };
    }
    if (bytes !== null) return { path, content: textFor(bytes), ...parsePipelineFile(path, bytes) };
  }
  return { path: null, content: null, parsed: null, errors: [] };
}

/** For showing: PostgreSQL keeps no NUL. */
function textFor(bytes: Buffer): string {
  return bytes.toString("utf8").replaceAll("\0", "\uFFFD");
}
