import { z } from "zod";

import { instantOf, isTimeZone, parseWall } from "#lib/core/wall-clock.ts";

import { type FreezeWindow, cronOf, nextStretches } from "./states.ts";

const title = z
  .string()
  .trim()
  .min(1, "Say why, e.g. Weekend.")
  .max(80, "Use at most 80 characters.")
  .regex(/^[^\p{Cc}]+$/u, "Leave out control characters.");
const timeZone = z.string().refine(isTimeZone, "Use a time zone's name, e.g. Europe/Berlin.");
const wall = z.string().refine((text) => parseWall(text) !== null, "Give date and time, e.g. 2026-12-24T12:00.");

/** Minutes; the longest is a quarter of a year. */
const longestMinutes = 92 * 24 * 60;
const durationMinutes = z
  .number()
  .int()
  .min(15, "A window lasts at least a quarter of an hour.")
  .max(longestMinutes, "A window lasts at most three months.");

const place = {
  project: z.string().min(1).max(64),
  /** A stage's name; without it, all stages. */
  stage: z.string().min(1).max(64).optional(),
  title,
  timeZone,
};

const once = z.strictObject({
  ...place,
  kind: z.literal("once"),
  /** As the clock on the wall of the time zone shows it. */
  from: wall,
  to: wall,
});

const recurring = z.strictObject({
  ...place,
  kind: z.literal("recurring"),
  /** Minute, hour, day, month, weekday. */
  cron: z
    .string()
    .trim()
    .max(100)
    .regex(/^[^\p{Cc}]+$/u, "Leave out control characters."),
  durationMinutes,
});

export const addFreezeInput = z.discriminatedUnion("kind", [once, recurring]).superRefine((window, context) => {
  for (const [field, message] of Object.entries(problemsOf(window, new Date())))
    context.addIssue({ code: "custom", path: [field], message });
});
type AddFreeze = z.output<typeof addFreezeInput>;

export const removeFreezeInput = z.strictObject({ freeze: z.uuid() });

/** The columns of a window as it was asked for. A time that the clocks show twice freezes from the first to the last. */
export function windowOf(input: AddFreeze): Omit<FreezeWindow, "id"> {
  const { title: words, timeZone: zone } = input;
  if (input.kind === "recurring") {
    const { cron, durationMinutes: minutes } = input;
    return { title: words, timeZone: zone, kind: "recurring", startsAt: null, endsAt: null, cron, durationMinutes: minutes };
  }
  return {
    title: words,
    timeZone: zone,
    kind: "once",
    startsAt: instantOf(parseWall(input.from) ?? 0, zone, "first"),
    endsAt: instantOf(parseWall(input.to) ?? 0, zone, "last"),
    cron: null,
    durationMinutes: null,
  };
}

/** What only whole windows can be asked, by field. Empty: nothing is wrong. */
function problemsOf(input: AddFreeze, now: Date): Record<string, string> {
  if (!isTimeZone(input.timeZone)) return {};
  if (input.kind === "once") {
    const { startsAt, endsAt } = windowOf(input);
    if (startsAt === null || endsAt === null || endsAt <= startsAt) return { to: "It has to end after it begins." };
    if (endsAt <= now) return { to: "That is over already." };
    return endsAt.getTime() - startsAt.getTime() > longestMinutes * 60_000 ? { to: "A window lasts at most three months." } : {};
  }
  try {
    cronOf(input.cron, input.timeZone);
  } catch {
    return { cron: "Use five fields: minute, hour, day, month, weekday; e.g. 0 16 * * 5." };
  }
  const coming = nextStretches({ ...windowOf(input), id: "" }, now, 30);
  if (coming.length === 0) return { cron: "That never comes." };
  const overlaps = coming.some(({ to }, index) => (coming[index + 1]?.from ?? new Date(8.64e15)) < to);
  return overlaps ? { durationMinutes: "It would begin again before it ends: nothing could ever be deployed." } : {};
}
