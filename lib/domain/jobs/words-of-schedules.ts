import { aboutMs } from "./schema-of-repeats.ts";
import type { Schedule } from "./schema-of-schedules.ts";

const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const shortDays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const nicknames: Readonly<Record<string, string>> = {
  "@hourly": "Every hour, on the hour",
  "@daily": "Every day at 00:00",
  "@weekly": "On Sunday at 00:00",
  "@monthly": "On day 1 of the month at 00:00",
  "@yearly": "On day 1 of January at 00:00",
  "@annually": "On day 1 of January at 00:00",
};

/** A schedule in words. What has no short words is named by its pattern; the next runs beside it say the rest. */
export function scheduleWords(schedule: Schedule): string {
  switch (schedule.kind) {
    case "none":
      return "Only by hand";
    case "cron":
      return cronWords(schedule.pattern);
    case "repeat": {
      const { count, period, start } = schedule.repeat;
      const often = count === null ? "" : count === 1 ? ", once" : `, ${count} times`;
      return `Every ${periodWords(period)}${often}${start === null ? ", beginning when it is saved" : ""}`;
    }
  }
}

function periodWords(period: { readonly months: number; readonly days: number; readonly ms: number }): string {
  const seconds = period.ms / 1000;
  const parts: [number, string][] = [
    [Math.floor(period.months / 12), "year"],
    [period.months % 12, "month"],
    [period.days % 7 === 0 ? period.days / 7 : 0, "week"],
    [period.days % 7 === 0 ? 0 : period.days, "day"],
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor((seconds % 3600) / 60), "minute"],
    [seconds % 60, "second"],
  ];
  const said = parts.filter(([number]) => number > 0);
  if (said.length === 1 && said[0]?.[0] === 1) return said[0][1];
  return said.map(([number, unit]) => `${number} ${unit}${number === 1 ? "" : "s"}`).join(" and ") || `${aboutMs(period) / 1000} seconds`;
}

function cronWords(pattern: string): string {
  const nickname = nicknames[pattern.toLowerCase()];
  if (nickname !== undefined) return nickname;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = pattern.trim().split(/\s+/);
  const [time, days] = [timeWords(minute, hour), dayWords(day, month, weekday)];
  if (time === null || days === null) return `By the pattern ${pattern}`;
  if (time.startsWith("at ")) return sentence(`${days} ${time}`);
  return sentence(days === "every day" ? time : `${time}, ${days}`);
}

function timeWords(minute: string, hour: string): string | null {
  const step = /^(?:\*|0)\/(\d{1,2})$/;
  const everyMinutes = minute === "*" ? "1" : step.exec(minute)?.[1];
  if (everyMinutes !== undefined) {
    const every = everyMinutes === "1" ? "every minute" : `every ${everyMinutes} minutes`;
    if (hour === "*") return every;
    const range = /^(\d{1,2})-(\d{1,2})$/.exec(hour);
    return range === null ? null : `${every} from ${clock(range[1] ?? "", "0")} to ${clock(range[2] ?? "", "59")}`;
  }
  if (!/^\d{1,2}$/.test(minute)) return null;
  if (hour === "*") return minute === "0" ? "every hour, on the hour" : `every hour, ${minute} minutes past`;
  const everyHours = step.exec(hour)?.[1];
  if (everyHours !== undefined) return `every ${everyHours} hours from ${clock("0", minute)}`;
  if (!/^\d{1,2}(,\d{1,2}){0,5}$/.test(hour)) return null;
  return `at ${listed(hour.split(",").map((each) => clock(each, minute)))}`;
}

function dayWords(day: string, month: string, weekday: string): string | null {
  const months = month === "*" ? "" : namesOf(month, monthNames, -1, null);
  const weekdays = weekday === "*" || weekday === "?" ? "" : namesOf(weekday.toUpperCase(), dayNames, 0, shortDays);
  if (months === null || weekdays === null) return null;
  const ofMonth = months === "" ? "the month" : months;
  if (day === "*" || day === "?") {
    if (weekdays === "") return months === "" ? "every day" : `every day in ${months}`;
    return `on ${weekdays}${months === "" ? "" : ` in ${months}`}`;
  }
  if (weekdays !== "") return null;
  if (day.toUpperCase() === "L") return `on the last day of ${ofMonth}`;
  return /^\d{1,2}(,\d{1,2}){0,5}$/.test(day) ? `on day ${listed(day.split(","))} of ${ofMonth}` : null;
}

/** Numbers, names and ranges of them as names; null for anything else. */
function namesOf(field: string, names: readonly string[], shift: number, short: readonly string[] | null): string | null {
  const nameOf = (part: string) => {
    const known = short?.indexOf(part) ?? -1;
    const index = known >= 0 ? known : /^\d{1,2}$/.test(part) ? Number(part) + shift : -1;
    return names[index] ?? null;
  };
  const said = field.split(",").map((part) => {
    const ends = part.split("-").map(nameOf);
    return ends.some((end) => end === null) || ends.length > 2 ? null : ends.join(" to ");
  });
  return said.some((each) => each === null) ? null : listed(said.map(String));
}

function clock(hour: string, minute: string): string {
  return `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
