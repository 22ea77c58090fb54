import { BerthError } from "#lib/core/errors.ts";

import { type Executor, whyNotOutside } from "./gates-of-schedulers.ts";
import { type Schedule, nextRun, readSchedule } from "./schema-of-schedules.ts";
import type { StartKind } from "./schema.ts";

/** A job as somebody wants it, before it is believed. */
export interface WishedJob {
  readonly startKind: StartKind;
  readonly command: string | null;
  readonly arguments: readonly string[];
  readonly mem: number;
  readonly scheduleKind: "none" | "cron" | "repeat";
  readonly schedule: string | null;
  readonly timeZone: string;
  readonly concurrency: "forbid" | "allow" | "replace";
}

/** Checks what the fields mean together. Throws `invalid_input` with a sentence for the field that has to change. */
export function settleJob(wish: WishedJob, executor: Executor, anchor: Date): Schedule {
  const read = readSchedule(wish, anchor);
  if ("problem" in read) throw refused(read.problem.field, read.problem.message);
  if (wish.startKind === "command" && (wish.command ?? "") === "") throw refused("command", "Say which command it runs.");
  if (wish.startKind === "arguments" && wish.arguments.length === 0) throw refused("arguments", "Give one argument at least.");
  const problem = whyNotOutside(executor, { ...wish, schedule: read.schedule });
  if (problem !== null) throw refused(problem.field, problem.message);
  return read.schedule;
}

/** What is stored of it: only what goes with the way it starts and is scheduled. */
export function storedStart(wish: WishedJob) {
  return {
    startKind: wish.startKind,
    command: wish.startKind === "command" ? wish.command : null,
    arguments: wish.startKind === "arguments" ? [...wish.arguments] : [],
    scheduleKind: wish.scheduleKind,
    schedule: wish.scheduleKind === "none" ? null : (wish.schedule ?? "").trim(),
    timeZone: wish.timeZone,
    concurrency: wish.concurrency,
  };
}

/** When it is due next, seen from `now`; null while it is paused or another scheduler keeps the time. */
export function nextDue(schedule: Schedule, job: { readonly paused: boolean; readonly executor: string }, after: Date): Date | null {
  return job.paused || job.executor !== "apps" ? null : nextRun(schedule, after);
}

/** Schedules know seconds, no less. */
export function wholeSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

function refused(field: string, message: string): BerthError {
  return new BerthError("invalid_input", { detail: message, fields: { [field]: message } });
}
