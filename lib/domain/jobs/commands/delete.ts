import { z } from "zod";

import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { policyObject } from "../../environments/load.ts";
import { jobSubject, lockVisibleJob } from "../load.ts";

/** Takes a job away. What runs is stopped; its history goes a while later. */
export const deleteJob = defineCommand({
  name: "job.delete",
  input: z.strictObject({ job: z.uuid() }),
  load: (tx, { job }, actor) => lockVisibleJob(tx, actor, job),
  verb: "configure",
  object: policyObject,
  async perform(tx, { job, projectId, environmentId }, _input, actor) {
    const at = new Date();
    await tx.job.update({
      where: { id: job.id },
      data: { deletedAt: at, nextDueAt: null, revision: { increment: 1 }, changedAt: at, changedByName: actor.name },
      select: { id: true },
    });
    await tx.jobRun.updateMany({
      where: { jobId: job.id, status: { in: ["waiting", "running"] }, stopRequestedAt: null },
      data: { stopRequestedAt: at, stopRequestedByName: actor.name },
    });
    await appendEvent(tx, {
      kind: "job.deleted",
      projectId,
      environmentId,
      actorName: actor.name,
      message: `Job ${job.name} was deleted`,
      detail: { job: job.id, name: job.name },
    });
    return { id: job.id };
  },
  subject: (loaded) => jobSubject(loaded),
});
