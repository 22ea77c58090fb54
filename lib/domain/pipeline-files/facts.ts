import type { Database } from "#lib/platform/database/client.ts";

import { readStoredErrors, readStoredFile } from "./load.ts";
import type { FileError } from "./parse.ts";
import type { PipelineFile } from "./schema.ts";

/** What a repository says of its own pipeline, for a page. */
export interface FileFacts {
  /** The branch and commit it was read of; null: nothing was read yet. */
  readonly source: { readonly ref: string; readonly commit: string } | null;
  /** The file's name; null: the commit has none. */
  readonly path: string | null;
  readonly parsed: PipelineFile | null;
  readonly errors: ReadonlyArray<FileError & { readonly quote: string | null }>;
}

const quoteMaxLength = 200;

/** The file at the head of the default branch, or, where that has not been read, of the newest commit that has. */
export async function fileFactsOf(
  database: Database,
  project: { readonly id: string; readonly defaultBranch: string | null },
): Promise<FileFacts> {
  const heads = await database.ref.findMany({
    where: { projectId: project.id, goneAt: null },
    orderBy: { changedAt: "desc" },
    take: 50,
    select: { kind: true, name: true, commit: true },
  });
  const main = heads.find(({ kind, name }) => kind === "branch" && name === project.defaultBranch);
  const ordered = main === undefined ? heads : [main, ...heads];
  const read = await database.pipelineFile.findMany({
    where: { projectId: project.id, commit: { in: ordered.map(({ commit }) => commit) } },
  });
  const head = ordered.find(({ commit }) => read.some((file) => file.commit === commit));
  const file = read.find(({ commit }) => commit === head?.commit);
  if (head === undefined || file === undefined) return { source: null, path: null, parsed: null, errors: [] };
  const lines = (file.content ?? "").split(/\r\n|\n|\r/);
  return {
    source: { ref: head.name, commit: head.commit },
    path: file.path,
    parsed: readStoredFile(file.parsed),
    errors: readStoredErrors(file.errors).map((error) => ({ ...error, quote: quoteOf(lines[error.line - 1]) })),
  };
}

function quoteOf(line: string | undefined): string | null {
  if (line === undefined || line.trim() === "") return null;
  return line.length > quoteMaxLength ? `${line.slice(0, quoteMaxLength)}…` : line;
}
