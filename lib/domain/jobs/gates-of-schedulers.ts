import { timeOf } from "./schema-of-repeats.ts";
import { type Schedule, nextRun } from "./schema-of-schedules.ts";

/** Who starts a job's runs: Berth itself, through apps on the cluster, or a scheduler of the cluster's own. */
export const executors = ["apps", "chronos", "metronome"] as const;
export type Executor = (typeof executors)[number];

export function executorOf(text: string): Executor {
  return executors.find((each) => each === text) ?? "apps";
}

type Said = { readonly text: string } | { readonly problem: string };

/** What a job asks for that not every scheduler can do. */
export interface OutsideWish {
  readonly schedule: Schedule;
  readonly concurrency: "forbid" | "allow" | "replace";
  readonly startKind: "image" | "command" | "arguments";
  readonly mem: number;
}

/** Why the other scheduler cannot keep this job, in words for the one who saves it; null when it can. */
export function whyNotOutside(executor: Executor, wish: OutsideWish): { field: string; message: string } | null {
  if (executor === "apps") return null;
  const name = executor === "chronos" ? "Chronos" : "Metronome";
  const said = executor === "chronos" ? chronosSchedule(wish.schedule, new Date()) : metronomeCron(wish.schedule);
  if ("problem" in said) return { field: "schedule", message: said.problem };
  if (wish.concurrency === "replace")
    return {
      field: "concurrency",
      message: `${name} cannot end the run before for a new one: choose to skip, or to let them run side by side.`,
    };
  if (wish.startKind === "image")
    return { field: "startKind", message: `${name} needs a command: it cannot run what the image starts by itself.` };
  if (executor === "chronos" && wish.startKind === "arguments")
    return { field: "startKind", message: "Chronos takes a command, no arguments for the image’s entrypoint." };
  if (executor === "metronome" && wish.mem < 32) return { field: "mem", message: "Metronome gives a job 32 MiB at least." };
  return null;
}

/**
 * A schedule as Chronos takes it: `R[n]/start/period`, the start with its offset. A cron pattern has one where it repeats evenly: every so
 * many minutes or hours, a time of day, a day of the week or of the month.
 */
export function chronosSchedule(schedule: Schedule, now: Date): Said {
  // Chronos knows no job without a time: one that runs by hand is disabled, a hundred years apart.
  if (schedule.kind === "none") return { text: "R1/2100-01-01T00:00:00Z/P1Y" };
  if (schedule.kind === "repeat") {
    const { repeat, timeZone, anchor } = schedule;
    const head = repeat.count === null ? "R" : `R${repeat.count}`;
    return { text: `${head}/${stamp(timeOf(repeat, timeZone, anchor, 0))}/${isoPeriod(repeat.period)}` };
  }
  const period = evenPeriod(schedule.pattern);
  const first = nextRun(schedule, now);
  if (period === null || first === null)
    return {
      problem:
        "Chronos repeats evenly and cannot express this pattern: use every so many minutes or hours, one time of day, one day of the week, or one day of the month up to the 28th.",
    };
  return { text: `R/${stamp(first)}/${period}` };
}

/** `PT1H` and the like where the pattern's runs lie evenly apart by the wall clock. */
function evenPeriod(pattern: string): string | null {
  const nickname = { "@hourly": "PT1H", "@daily": "P1D", "@weekly": "P1W", "@monthly": "P1M", "@yearly": "P1Y", "@annually": "P1Y" };
  const known = Object.entries(nickname).find(([name]) => name === pattern.toLowerCase());
  if (known !== undefined) return known[1];
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = pattern.trim().split(/\s+/);
  const isOne = (field: string) => /^\d{1,2}$/.test(field);
  const step = (field: string, of: number) => {
    const every = field === "*" ? 1 : Number(/^\*\/(\d{1,2})$/.exec(field)?.[1] ?? 0);
    return every > 0 && of % every === 0 ? every : null;
  };
  const everyDay = day === "*" && month === "*" && weekday === "*";
  const [minutes, hours] = [step(minute, 60), step(hour, 24)];
  if (everyDay && minutes !== null && hour === "*") return `PT${minutes}M`;
  if (everyDay && isOne(minute) && hours !== null) return `PT${hours}H`;
  if (!isOne(minute) || !isOne(hour)) return null;
  if (everyDay) return "P1D";
  if (day === "*" && month === "*" && /^(?:[0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)$/i.test(weekday)) return "P1W";
  if (isOne(day) && Number(day) <= 28 && weekday === "*") return month === "*" ? "P1M" : isOne(month) ? "P1Y" : null;
  return null;
}

const cronOnly =
  "Metronome takes cron patterns and repeats for ever that have one: every so many minutes or hours, days, weeks, or months up to the 28th.";

/** A schedule as Metronome takes it: five fields of cron. A repeat has one where it goes on for ever and falls on even times. */
export function metronomeCron(schedule: Schedule): Said {
  if (schedule.kind === "none") return { text: "" };
  if (schedule.kind === "cron") return cronWithoutNickname(schedule.pattern);
  const { repeat, timeZone, anchor } = schedule;
  if (repeat.count !== null) return { problem: `${cronOnly} It cannot end after a number of runs.` };
  const { months, days, ms } = repeat.period;
  const at = new Intl.DateTimeFormat("en-GB-u-nu-latn", {
    timeZone,
    minute: "numeric",
    hour: "numeric",
    day: "numeric",
    month: "numeric",
    weekday: "short",
    hourCycle: "h23",
  }).formatToParts(timeOf(repeat, timeZone, anchor, 0));
  const part = (type: string) => at.find((each) => each.type === type)?.value ?? "";
  const [minute, hour, day] = [Number(part("minute")), Number(part("hour")), Number(part("day"))];
  const minutes = ms / 60_000;
  if (months === 0 && days === 0) {
    if (Number.isInteger(minutes) && minutes < 60 && 60 % minutes === 0 && minute % minutes === 0)
      return { text: `${minutes === 1 ? "*" : `*/${minutes}`} * * * *` };
    const hours = minutes / 60;
    if (hours === 1) return { text: `${minute} * * * *` };
    if (Number.isInteger(hours) && 24 % hours === 0 && hour % hours === 0) return { text: `${minute} */${hours} * * *` };
    return { problem: cronOnly };
  }
  if (ms !== 0) return { problem: cronOnly };
  if (months === 0 && days === 1) return { text: `${minute} ${hour} * * *` };
  if (months === 0 && days === 7) return { text: `${minute} ${hour} * * ${part("weekday").toUpperCase()}` };
  if (days === 0 && months === 1 && day <= 28) return { text: `${minute} ${hour} ${day} * *` };
  return { problem: cronOnly };
}

function cronWithoutNickname(pattern: string): Said {
  const fields: Readonly<Record<string, string>> = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
  };
  if (pattern.startsWith("@")) return { text: fields[pattern.toLowerCase()] ?? pattern };
  if (/[#?LW]/i.test(pattern.replaceAll(/[A-Z]{3}/gi, "")))
    return { problem: "Metronome does not know #, ? and L in a pattern: use numbers, names, lists, ranges and steps." };
  return { text: pattern.trim().split(/\s+/).join(" ") };
}

function stamp(at: Date): string {
  return at.toISOString().replace(/\.\d{3}Z$/, "Z");
}

function isoPeriod({ months, days, ms }: { readonly months: number; readonly days: number; readonly ms: number }): string {
  const date = `${months === 0 ? "" : `${months}M`}${days === 0 ? "" : `${days}D`}`;
  return `P${date}${ms === 0 ? "" : `T${ms / 1000}S`}`;
}
