import { describeError } from "#lib/core/errors.ts";
import { wallText } from "#lib/core/wall-clock.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import type { Log } from "#lib/platform/log.ts";

import { addRun } from "./add-run.ts";
import { type Schedule, countRuns, lastRun, nextRun } from "./schema-of-schedules.ts";
import { mostActiveRuns } from "./schema.ts";
import { readStoredSchedule } from "./stored.ts";

const jobsAtOnce = 100;
/** Further back nobody counts what was missed. */
const countAtMost = 1000;

/**
 * Writes down what has become due: each time once, whoever looks and however often. What was missed while nobody looked is made up for once,
 * if its start deadline has not passed, else written down as skipped. Returns how many jobs were due.
 */
export async function addDueRuns(database: Database, log: Log, now: Date = new Date()): Promise<number> {
  const due = await database.job.findMany({
    where: { nextDueAt: { lte: now }, paused: false, deletedAt: null, executor: "apps" },
    orderBy: { nextDueAt: "asc" },
    take: jobsAtOnce,
    select: { id: true },
  });
  for (const { id } of due) {
    // One job that cannot be handled must not hold up the others.
    await database
      .$transaction((tx) => addDue(tx, id, now))
      .catch((error: unknown) => log.warn({ jobId: id, reason: describeError(error) }, "A job that is due could not be written down yet."));
  }
  return due.length;
}

async function addDue(tx: Transaction, id: string, now: Date): Promise<void> {
  const locked = await tx.$queryRaw<unknown[]>`SELECT id FROM job WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED`;
  if (locked.length === 0) return;
  const job = await readJob(tx, id);
  if (job === null || job.nextDueAt === null || job.nextDueAt > now || job.paused || job.deletedAt !== null) return;
  const schedule = readStoredSchedule(job);
  const first = job.nextDueAt;
  const found = lastRun(schedule, now);
  const last = found === null || found < first ? first : found;
  const missed = countRuns(schedule, first, last, countAtMost);
  if (job.environment.destroyedAt === null) await record(tx, job, { schedule, first, last, missed, now });
  await tx.job.update({ where: { id }, data: { nextDueAt: nextRun(schedule, last > now ? last : now) }, select: { id: true } });
}

async function readJob(tx: Transaction, id: string) {
  return tx.job.findUnique({
    where: { id },
    include: {
      environment: { select: { id: true, projectId: true, desired: true, liveReleaseId: true, destroyedAt: true } },
      runs: { where: { status: { in: ["waiting", "running"] } }, orderBy: { number: "desc" }, select: { number: true } },
    },
  });
}
type DueJob = NonNullable<Awaited<ReturnType<typeof readJob>>>;

interface Due {
  readonly schedule: Schedule;
  readonly first: Date;
  readonly last: Date;
  /** How many times came before `last` and were not looked at. */
  readonly missed: number;
  readonly now: Date;
}

async function record(tx: Transaction, job: DueJob, due: Due): Promise<void> {
  const { last, now, missed } = due;
  const tooLate = now.getTime() - last.getTime() > job.startDeadlineSeconds * 1000;
  if (tooLate) {
    await addRun(tx, job.id, { dueAt: last, trigger: "schedule", skipped: missedWords(job, due, missed + 1, last) });
  } else {
    if (missed > 0) {
      const before = lastRun(due.schedule, new Date(last.getTime() - 1)) ?? due.first;
      await addRun(tx, job.id, { dueAt: before, trigger: "schedule", skipped: missedWords(job, due, missed, before) });
    }
    const reason = whyNotNow(job);
    if (reason === null && job.concurrency === "replace") await stopOthers(tx, job);
    await addRun(tx, job.id, { dueAt: last, trigger: "schedule", ...(reason === null ? {} : { skipped: reason }) });
  }
  await appendEvent(tx, { kind: "job.due", projectId: job.environment.projectId, environmentId: job.environment.id });
}

function missedWords(job: DueJob, due: Due, count: number, until: Date): string {
  const at = (time: Date) => wallText(time, job.timeZone);
  if (count === 1) return `Nobody could start it at ${at(until)}: Berth was not running, and the start deadline passed.`;
  const many = count > countAtMost ? `More than ${countAtMost}` : String(count);
  return `${many} runs from ${at(due.first)} to ${at(until)} were missed: Berth was not running. They are not made up for.`;
}

/** Why a run that is due now does not begin; null when it does. */
function whyNotNow(job: DueJob): string | null {
  if (job.environment.desired !== "running") return "The environment was stopped.";
  if (job.environment.liveReleaseId === null) return "Nothing was live in the environment: there was no image to run.";
  const [active] = job.runs;
  if (job.concurrency === "forbid" && active !== undefined) return `Run #${active.number} had not ended yet.`;
  return job.concurrency === "allow" && job.runs.length >= mostActiveRuns ? `${job.runs.length} runs had not ended yet.` : null;
}

async function stopOthers(tx: Transaction, job: DueJob): Promise<void> {
  await tx.jobRun.updateMany({
    where: { jobId: job.id, status: { in: ["waiting", "running"] }, stopRequestedAt: null },
    data: { stopRequestedAt: new Date(), stopRequestedByName: "the next run" },
  });
}

/** Brings back what a clock that ran ahead has put too far away. A time that was written down already is not run again. */
export async function repairDueTimes(database: Database, now: Date = new Date()): Promise<void> {
  const jobs = await database.job.findMany({
    where: { paused: false, deletedAt: null, executor: "apps", scheduleKind: { not: "none" }, environment: { destroyedAt: null } },
  });
  for (const job of jobs) {
    const expected = nextRun(readStoredSchedule(job), now);
    if (expected === null || (job.nextDueAt !== null && job.nextDueAt <= expected)) continue;
    await database.job.updateMany({
      where: { id: job.id, revision: job.revision, nextDueAt: job.nextDueAt },
      data: { nextDueAt: expected },
    });
  }
}
