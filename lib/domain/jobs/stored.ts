import { type Schedule, readSchedule, scheduleKinds } from "./schema-of-schedules.ts";

/** The schedule of a job's row. One that cannot be read any more, after a change of the rules, runs by hand only. */
export function readStoredSchedule(job: {
  readonly scheduleKind: string;
  readonly schedule: string | null;
  readonly timeZone: string;
  readonly anchorAt: Date;
}): Schedule {
  const scheduleKind = scheduleKinds.find((kind) => kind === job.scheduleKind) ?? "none";
  const read = readSchedule({ scheduleKind, schedule: job.schedule, timeZone: job.timeZone }, job.anchorAt);
  return "schedule" in read ? read.schedule : { kind: "none" };
}
