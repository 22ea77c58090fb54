import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { policyObject } from "../../environments/load.ts";
import { auditFieldsOf } from "../audit-fields.ts";
import { executorOf } from "../gates-of-schedulers.ts";
import { jobSubject, lockVisibleJob } from "../load.ts";
import { type ScheduleKind, scheduleKinds } from "../schema-of-schedules.ts";
import { type StartKind, changedJobFields, startKinds } from "../schema.ts";
import { nextDue, settleJob, storedStart, wholeSecond } from "../settle.ts";

/** Changes a job; what runs already goes on as it was. A schedule that changes counts from now. */
export const updateJob = defineCommand({
  name: "job.update",
  input: z.strictObject({ job: z.uuid(), ...changedJobFields }),
  load: (tx, { job }, actor) => lockVisibleJob(tx, actor, job),
  verb: "configure",
  object: policyObject,
  async perform(tx, { job, environmentId, projectId }, { job: _id, ...given }, actor) {
    const now = wholeSecond(new Date());
    const start = storedStart({
      startKind: given.startKind ?? startKindOf(job.startKind),
      command: given.command === undefined ? job.command : given.command,
      arguments: given.arguments ?? job.arguments,
      mem: given.mem ?? job.mem,
      scheduleKind: given.scheduleKind ?? scheduleKindOf(job.scheduleKind),
      schedule: given.schedule === undefined ? job.schedule : given.schedule,
      timeZone: given.timeZone ?? job.timeZone,
      concurrency: given.concurrency ?? job.concurrency,
    });
    const moved = start.scheduleKind !== job.scheduleKind || start.schedule !== job.schedule || start.timeZone !== job.timeZone;
    const anchorAt = moved ? now : job.anchorAt;
    const schedule = settleJob({ ...start, mem: given.mem ?? job.mem }, executorOf(job.executor), anchorAt);
    const name = given.name ?? job.name;
    const same = await tx.job.findFirst({ where: { environmentId, name, deletedAt: null, id: { not: job.id } }, select: { id: true } });
    if (same !== null) throw new BerthError("already_exists", { fields: { name: "There is a job of this name already." } });
    const after = await tx.job.update({
      where: { id: job.id },
      data: {
        ...start,
        name,
        cpus: given.cpus ?? job.cpus,
        mem: given.mem ?? job.mem,
        startDeadlineSeconds: given.startDeadlineSeconds ?? job.startDeadlineSeconds,
        timeLimitSeconds: given.timeLimitSeconds ?? job.timeLimitSeconds,
        retries: given.retries ?? job.retries,
        retryPauseSeconds: given.retryPauseSeconds ?? job.retryPauseSeconds,
        anchorAt,
        nextDueAt: moved ? nextDue(schedule, job, new Date(now.getTime() - 1)) : job.nextDueAt,
        revision: { increment: 1 },
        changedAt: new Date(),
        changedByName: actor.name,
      },
    });
    await appendEvent(tx, {
      kind: "job.changed",
      projectId,
      environmentId,
      actorName: actor.name,
      message: `Job ${after.name} was changed`,
      detail: { job: job.id, name: after.name },
    });
    return { id: job.id, name: after.name, after };
  },
  subject: (loaded, _input, { after }) => ({
    ...jobSubject({ ...loaded, job: after }),
    before: auditFieldsOf(loaded.job),
    after: auditFieldsOf(after),
  }),
});

function startKindOf(text: string): StartKind {
  return startKinds.find((kind) => kind === text) ?? "command";
}

function scheduleKindOf(text: string): ScheduleKind {
  return scheduleKinds.find((kind) => kind === text) ?? "none";
}
