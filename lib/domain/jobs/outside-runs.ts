import { randomUUID } from "node:crypto";

import type { Database, Prisma, Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { countsOf, type SyncedJob } from "./outside-job.ts";
import type { OutsideRun, OutsideRuns } from "./outside-scheduler.ts";
import type { RunStatus } from "./states.ts";

/** Writes down what another scheduler says of a job's runs. Each is there once: they are known by its own names for them. */
export async function recordOutsideRuns(database: Database, job: SyncedJob, said: OutsideRuns): Promise<void> {
  await database.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM job WHERE id = ${job.id}::uuid FOR UPDATE`;
    if (said.kind === "runs") for (const run of said.runs.toSorted(byCreation)) await recordRun(tx, job, run);
    else await recordCounts(tx, job, said);
  });
}

function byCreation(one: OutsideRun, other: OutsideRun): number {
  return one.createdAt.getTime() - other.createdAt.getTime();
}

async function recordRun(tx: Transaction, job: SyncedJob, run: OutsideRun): Promise<void> {
  const known = await tx.jobRun.findUnique({ where: { jobId_outsideId: { jobId: job.id, outsideId: run.id } } });
  const data = { status: run.state, startedAt: run.state === "waiting" ? null : run.createdAt, endedAt: run.endedAt };
  if (known === null) {
    await add(tx, job, { ...data, dueAt: run.createdAt, outsideId: run.id });
    if (run.endedAt !== null) await tell(tx, job, run.state);
    return;
  }
  // What was stopped here stays so, whatever it is called there.
  if (known.status === run.state || (known.status !== "waiting" && known.status !== "running")) return;
  await tx.jobRun.update({
    where: { id: known.id },
    data: { ...data, startedAt: known.startedAt ?? data.startedAt },
    select: { id: true },
  });
  await tell(tx, job, run.state);
}

type Counts = Extract<OutsideRuns, { readonly kind: "counts" }>;

/** Chronos knows no single runs: a count that grew is the last run of its kind, at the time it says. */
async function recordCounts(tx: Transaction, job: SyncedJob, said: Counts): Promise<void> {
  const before = countsOf(job.outsideState) ?? { succeeded: 0, failed: 0 };
  const kinds = [
    { status: "succeeded" as const, grown: said.succeeded - before.succeeded, at: said.lastSuccess },
    { status: "failed" as const, grown: said.failed - before.failed, at: said.lastError },
  ];
  for (const { status, grown, at } of kinds) {
    if (grown <= 0 || at === null) continue;
    const reason = grown === 1 ? null : `${grown} runs since the last look; Chronos tells of the last one only.`;
    const open = job.runs.find((run) => run.status === "running");
    if (open === undefined)
      await add(tx, job, { status, startedAt: null, endedAt: at, dueAt: at, outsideId: `${status}-${at.toISOString()}`, reason });
    else await tx.jobRun.update({ where: { id: open.id }, data: { status, endedAt: at, reason }, select: { id: true } });
    await tell(tx, job, status);
  }
  if (before.succeeded === said.succeeded && before.failed === said.failed && countsOf(job.outsideState) !== null) return;
  const state =
    typeof job.outsideState === "object" && job.outsideState !== null && !Array.isArray(job.outsideState) ? job.outsideState : {};
  const outsideState: Prisma.InputJsonObject = { ...state, counts: { succeeded: said.succeeded, failed: said.failed } };
  await tx.job.update({ where: { id: job.id }, data: { outsideState }, select: { id: true } });
}

interface Seen {
  readonly status: RunStatus;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly dueAt: Date;
  readonly outsideId: string;
  readonly reason?: string | null;
}

async function add(tx: Transaction, job: SyncedJob, run: Seen): Promise<void> {
  const { _max } = await tx.jobRun.aggregate({ where: { jobId: job.id }, _max: { number: true } });
  const row = { id: randomUUID(), jobId: job.id, number: (_max.number ?? 0) + 1, trigger: "schedule", ...run };
  await tx.jobRun.createMany({ data: [row], skipDuplicates: true });
}

async function tell(tx: Transaction, job: SyncedJob, state: RunStatus): Promise<void> {
  const failed = state === "failed";
  await appendEvent(tx, {
    kind: failed ? "job.failed" : "job.ended",
    projectId: job.environment.projectId,
    environmentId: job.environmentId,
    message: failed ? `A run of job ${job.name} failed` : null,
    detail: { job: job.id, name: job.name, status: state, createdById: job.createdById },
  });
}
