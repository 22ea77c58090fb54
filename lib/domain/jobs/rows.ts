import type { StageKind } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { policyObject } from "../environments/load.ts";
import { type Executor, executorOf } from "./gates-of-schedulers.ts";
import { whyNotRun } from "./gates.ts";
import { type ScheduleKind, nextRuns, scheduleKinds } from "./schema-of-schedules.ts";
import { type StartKind, startKinds } from "./schema.ts";
import { type RunStatus, isRunOver } from "./states.ts";
import { readStoredSchedule } from "./stored.ts";
import { scheduleWords } from "./words-of-schedules.ts";

const lookedAt = 20;

export const runSelection = {
  id: true,
  number: true,
  dueAt: true,
  trigger: true,
  status: true,
  attempt: true,
  createdAt: true,
  startedAt: true,
  endedAt: true,
  exitCode: true,
  reason: true,
  requestedByName: true,
  stopRequestedAt: true,
  taskId: true,
  outsideId: true,
  release: { select: { number: true } },
} as const;

export const jobSelection = {
  id: true,
  name: true,
  startKind: true,
  command: true,
  arguments: true,
  cpus: true,
  mem: true,
  scheduleKind: true,
  schedule: true,
  timeZone: true,
  anchorAt: true,
  concurrency: true,
  startDeadlineSeconds: true,
  timeLimitSeconds: true,
  retries: true,
  retryPauseSeconds: true,
  paused: true,
  nextDueAt: true,
  executor: true,
  outsideProblem: true,
  createdByName: true,
  createdAt: true,
  changedAt: true,
  changedByName: true,
  environment: {
    select: {
      id: true,
      name: true,
      projectId: true,
      desired: true,
      liveReleaseId: true,
      stage: { select: { kind: true, title: true } },
      project: { select: { slug: true } },
    },
  },
  runs: { orderBy: { number: "desc" }, take: lookedAt, select: runSelection },
} as const;

export interface RunRow {
  readonly id: string;
  readonly number: number;
  readonly dueAt: Date;
  readonly trigger: "schedule" | "hand";
  readonly status: RunStatus;
  readonly attempt: number;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly exitCode: number | null;
  readonly reason: string | null;
  readonly release: number | null;
  readonly by: string | null;
  readonly stopping: boolean;
}

interface RunSource extends Omit<RunRow, "release" | "by" | "stopping" | "trigger"> {
  readonly trigger: string;
  readonly requestedByName: string | null;
  readonly stopRequestedAt: Date | null;
  readonly release: { readonly number: number } | null;
}

export function runRowOf(row: RunSource): RunRow {
  return {
    id: row.id,
    number: row.number,
    dueAt: row.dueAt,
    trigger: row.trigger === "hand" ? "hand" : "schedule",
    status: row.status,
    attempt: row.attempt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    exitCode: row.exitCode,
    reason: row.reason,
    release: row.release?.number ?? null,
    by: row.requestedByName,
    stopping: row.stopRequestedAt !== null && !isRunOver(row.status),
  };
}

/** What a job runs; for whoever may configure its environment. */
export interface JobStart {
  readonly startKind: StartKind;
  readonly command: string | null;
  readonly arguments: readonly string[];
}

export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly environment: { readonly id: string; readonly name: string; readonly stage: string };
  readonly project: string;
  /** Null for whoever may not configure here: it is configuration. */
  readonly start: JobStart | null;
  readonly cpus: number;
  readonly mem: number;
  readonly scheduleKind: ScheduleKind;
  readonly schedule: string | null;
  readonly timeZone: string;
  /** The schedule in words. */
  readonly words: string;
  readonly concurrency: "forbid" | "allow" | "replace";
  readonly startDeadlineSeconds: number;
  readonly timeLimitSeconds: number;
  readonly retries: number;
  readonly retryPauseSeconds: number;
  readonly paused: boolean;
  readonly nextAt: Date | null;
  readonly executor: Executor;
  /** Why the other scheduler does not have it as it should be. */
  readonly problem: string | null;
  readonly last: RunRow | null;
  readonly active: readonly RunRow[];
  /** Milliseconds, the middle of its last good runs. */
  readonly usualMs: number | null;
  readonly mayConfigure: boolean;
  readonly mayReadLogs: boolean;
  /** Undefined: he may not at all; else why not now, or null. */
  readonly run: { readonly reason: string | null } | undefined;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly changedAt: Date;
  readonly changedBy: string | null;
}

interface JobSource extends Omit<
  JobRow,
  | "environment"
  | "project"
  | "start"
  | "words"
  | "executor"
  | "problem"
  | "createdBy"
  | "changedBy"
  | "last"
  | "active"
  | "scheduleKind"
  | "nextAt"
  | "usualMs"
  | "mayConfigure"
  | "mayReadLogs"
  | "run"
> {
  readonly startKind: string;
  readonly command: string | null;
  readonly arguments: readonly string[];
  readonly scheduleKind: string;
  readonly anchorAt: Date;
  readonly nextDueAt: Date | null;
  readonly executor: string;
  readonly outsideProblem: string | null;
  readonly createdByName: string | null;
  readonly changedByName: string | null;
  readonly environment: {
    readonly id: string;
    readonly name: string;
    readonly projectId: string;
    readonly desired: string;
    readonly liveReleaseId: string | null;
    readonly stage: { readonly kind: StageKind; readonly title: string };
    readonly project: { readonly slug: string };
  };
  readonly runs: readonly RunSource[];
}

/** A job as somebody may see it. */
export function jobRowOf(actor: Actor, row: JobSource, now = new Date()): JobRow {
  const { environment } = row;
  const runs = row.runs.map(runRowOf);
  const active = runs.filter((run) => !isRunOver(run.status));
  const schedule = readStoredSchedule(row);
  const reason = whyNotRun({
    desired: environment.desired,
    hasLiveRelease: environment.liveReleaseId !== null,
    concurrency: row.concurrency,
    active: active.map((run) => run.number),
  });
  return {
    id: row.id,
    name: row.name,
    environment: { id: environment.id, name: environment.name, stage: environment.stage.title },
    project: environment.project.slug,
    cpus: row.cpus,
    mem: row.mem,
    scheduleKind: scheduleKinds.find((kind) => kind === row.scheduleKind) ?? "none",
    schedule: row.schedule,
    timeZone: row.timeZone,
    words: scheduleWords(schedule),
    concurrency: row.concurrency,
    startDeadlineSeconds: row.startDeadlineSeconds,
    timeLimitSeconds: row.timeLimitSeconds,
    retries: row.retries,
    retryPauseSeconds: row.retryPauseSeconds,
    paused: row.paused,
    nextAt: row.paused ? null : (row.nextDueAt ?? (row.executor === "apps" ? null : (nextRuns(schedule, now, 1)[0] ?? null))),
    executor: executorOf(row.executor),
    problem: row.outsideProblem,
    last: runs.find((run) => isRunOver(run.status)) ?? null,
    active,
    usualMs: usualOf(runs),
    ...rightsOf(actor, row, reason),
    createdAt: row.createdAt,
    createdBy: row.createdByName,
    changedAt: row.changedAt,
    changedBy: row.changedByName,
  };
}

/** What he may do with it, and what of it only some may read. */
function rightsOf(actor: Actor, row: JobSource, reason: string | null): Pick<JobRow, "start" | "mayConfigure" | "mayReadLogs" | "run"> {
  const object = policyObject({ projectId: row.environment.projectId, stageKind: row.environment.stage.kind });
  const mayConfigure = may(actor, "configure", object);
  const startKind = startKinds.find((kind) => kind === row.startKind) ?? "command";
  return {
    start: mayConfigure ? { startKind, command: row.command, arguments: row.arguments } : null,
    mayConfigure,
    mayReadLogs: may(actor, "logs", object),
    run: may(actor, "deploy", object) ? { reason } : undefined,
  };
}

/** The middle of how long its good runs took. */
function usualOf(runs: readonly RunRow[]): number | null {
  const took = runs
    .flatMap((run) =>
      run.status === "succeeded" && run.startedAt !== null && run.endedAt !== null ? [run.endedAt.getTime() - run.startedAt.getTime()] : [],
    )
    .toSorted((one, other) => one - other);
  return took[Math.floor(took.length / 2)] ?? null;
}
