import { z } from "zod";

import type { Database, Transaction } from "#lib/platform/database/client.ts";

import type { FileError } from "./parse.ts";
import { type PipelineFile, pipelineFile } from "./schema.ts";

const storedErrors = z.array(z.object({ line: z.number(), column: z.number(), path: z.string(), message: z.string() }));

/** What a commit's berth.json says, as far as it has been read; null where there is none or it is wrong. */
export async function pipelineFileOf(tx: Transaction | Database, projectId: string, commit: string): Promise<PipelineFile | null> {
  const row = await tx.pipelineFile.findUnique({ where: { projectId_commit: { projectId, commit } }, select: { parsed: true } });
  return readStoredFile(row?.parsed);
}

/** A stored file; what another version of Berth wrote and this one cannot read counts as none. */
export function readStoredFile(stored: unknown): PipelineFile | null {
  return pipelineFile.safeParse(stored).data ?? null;
}

/** The errors of a stored file. */
export function readStoredErrors(stored: unknown): FileError[] {
  return storedErrors.safeParse(stored).data ?? [];
}

/** An error in a sentence: `berth.json, line 3, column 5 (checks.0.command): Write the command.` */
export function errorSentence(name: string, { line, column, path, message }: FileError): string {
  return `${name}, line ${line}, column ${column}${path === "" ? "" : ` (${path})`}: ${message}`;
}
