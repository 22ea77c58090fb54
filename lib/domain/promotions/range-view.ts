import { z } from "zod";

import type { Database } from "#lib/platform/database/client.ts";

const commitsSchema = z.array(z.object({ commit: z.string(), subject: z.string(), author: z.string(), at: z.coerce.date() })).catch([]);

export interface RangeCommit {
  readonly commit: string;
  readonly subject: string;
  readonly author: string;
  readonly at: Date;
}

/** What the worker has read of Git between what runs and what would come. */
export type RangeView =
  /** Nothing runs there yet. */
  | { readonly state: "first" }
  | { readonly state: "same" }
  /** The worker has not come to it yet. */
  | { readonly state: "reading" }
  | {
      readonly state: "known";
      /** Newest first, at most two hundred. */
      readonly commitsIn: readonly RangeCommit[];
      readonly commitsOut: readonly RangeCommit[];
      readonly inCount: number;
      readonly outCount: number;
      /** False: the history at hand does not reach far enough. */
      readonly complete: boolean;
      readonly migrations: readonly string[];
      readonly filesCount: number;
    };

/** What lies between two commits of a project, as far as it was read. */
export async function readRangeView(
  database: Pick<Database, "commitRange">,
  projectId: string,
  fromCommit: string | null,
  toCommit: string,
): Promise<RangeView> {
  if (fromCommit === null) return { state: "first" };
  if (fromCommit === toCommit) return { state: "same" };
  const row = await database.commitRange.findUnique({ where: { projectId_fromCommit_toCommit: { projectId, fromCommit, toCommit } } });
  if (row === null) return { state: "reading" };
  return {
    state: "known",
    commitsIn: commitsSchema.parse(row.commitsIn),
    commitsOut: commitsSchema.parse(row.commitsOut),
    inCount: row.inCount,
    outCount: row.outCount,
    complete: row.complete,
    migrations: row.migrations,
    filesCount: row.filesCount,
  };
}
