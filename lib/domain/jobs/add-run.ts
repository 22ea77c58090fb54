import { randomUUID } from "node:crypto";

import type { Transaction } from "#lib/platform/database/client.ts";

interface NewRun {
  readonly dueAt: Date;
  readonly trigger: "schedule" | "hand";
  readonly requestedById?: string | null;
  readonly requestedByName?: string | null;
  /** A run that is only written down: it was due and is not made up for. */
  readonly skipped?: string;
}

/**
 * Writes a run down, numbered behind the last one. Null when there is one for that very time: a time is there once. The job's row must be
 * locked, so that two do not take one number.
 */
export async function addRun(tx: Transaction, jobId: string, run: NewRun): Promise<{ id: string; number: number } | null> {
  const { _max } = await tx.jobRun.aggregate({ where: { jobId }, _max: { number: true } });
  const row = {
    id: randomUUID(),
    jobId,
    number: (_max.number ?? 0) + 1,
    dueAt: run.dueAt,
    trigger: run.trigger,
    requestedById: run.requestedById ?? null,
    requestedByName: run.requestedByName ?? null,
    ...(run.skipped === undefined ? {} : { status: "skipped" as const, reason: run.skipped, endedAt: new Date() }),
  };
  const { count } = await tx.jobRun.createMany({ data: [row], skipDuplicates: true });
  return count === 0 ? null : { id: row.id, number: row.number };
}
