import { z } from "zod";

import { scheduleKinds, scheduleMaxLength } from "./schema-of-schedules.ts";

export const jobNameMaxLength = 24;
/** Jobs of one environment. */
export const mostJobs = 50;
/** Runs of one job that wait or run at once. */
export const mostActiveRuns = 5;
const dayLongSeconds = 86_400;

export const startKinds = ["image", "command", "arguments"] as const;
export type StartKind = (typeof startKinds)[number];
export const concurrencyRules = ["forbid", "allow", "replace"] as const;

const printable = /^[^\p{Cc}]*$/u;

export const jobName = z
  .string()
  .trim()
  .min(1, "Give it a name.")
  .max(jobNameMaxLength, `Use at most ${jobNameMaxLength} characters.`)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "Use lower-case letters, digits and single dashes, such as nightly-import.");

/** What a job is made of. Numbers may come as text, from a form. */
export const jobFields = {
  name: jobName,
  startKind: z.enum(startKinds),
  /** Run by `/bin/sh -c` inside the container. */
  command: z
    .string()
    .trim()
    .max(4000)
    .refine((text) => !/[\p{Cc}]/u.test(text.replaceAll(/[\n\t]/g, "")), "Leave out control characters.")
    .nullable(),
  /** Given to the image's entrypoint. */
  arguments: z.array(z.string().max(1000).regex(printable, "Leave out control characters.")).max(50, "Use at most fifty arguments."),
  cpus: z.coerce.number().min(0.01, "Use 0.01 at least.").max(64),
  mem: z.coerce.number().int().min(16, "Use 16 MiB at least.").max(262_144),
  scheduleKind: z.enum(scheduleKinds),
  schedule: z.string().trim().max(scheduleMaxLength).nullable(),
  timeZone: z.string().trim().max(64),
  concurrency: z.enum(concurrencyRules),
  startDeadlineSeconds: z.coerce.number().int().min(10, "Use ten seconds at least.").max(dayLongSeconds, "Use one day at most."),
  timeLimitSeconds: z.coerce
    .number()
    .int()
    .min(1)
    .max(3 * dayLongSeconds, "Use three days at most."),
  retries: z.coerce.number().int().min(0).max(10, "Use ten at most."),
  retryPauseSeconds: z.coerce.number().int().min(0).max(dayLongSeconds, "Use one day at most."),
};

export const jobDefaults = {
  startKind: "command",
  command: null,
  arguments: [],
  scheduleKind: "none",
  schedule: null,
  timeZone: "UTC",
  concurrency: "forbid",
  startDeadlineSeconds: 300,
  timeLimitSeconds: 3600,
  retries: 0,
  retryPauseSeconds: 60,
} as const;

/** A new job: only its name has to be said; processor and memory are the stage's where they are not. */
export const newJobFields = {
  name: jobName,
  startKind: jobFields.startKind.default(jobDefaults.startKind),
  command: jobFields.command.default(null),
  arguments: jobFields.arguments.default([]),
  cpus: jobFields.cpus.optional(),
  mem: jobFields.mem.optional(),
  scheduleKind: jobFields.scheduleKind.default(jobDefaults.scheduleKind),
  schedule: jobFields.schedule.default(null),
  timeZone: jobFields.timeZone.default(jobDefaults.timeZone),
  concurrency: jobFields.concurrency.default(jobDefaults.concurrency),
  startDeadlineSeconds: jobFields.startDeadlineSeconds.default(jobDefaults.startDeadlineSeconds),
  timeLimitSeconds: jobFields.timeLimitSeconds.default(jobDefaults.timeLimitSeconds),
  retries: jobFields.retries.default(jobDefaults.retries),
  retryPauseSeconds: jobFields.retryPauseSeconds.default(jobDefaults.retryPauseSeconds),
};

/** A change: what is not said stays. */
export const changedJobFields = z.object(jobFields).partial().shape;
