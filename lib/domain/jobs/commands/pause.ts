import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { policyObject } from "../../environments/load.ts";
import { jobSubject, lockVisibleJob } from "../load.ts";
import { nextDue } from "../settle.ts";
import { readStoredSchedule } from "../stored.ts";

/** Whether the schedule is followed. What runs goes on; what would be due meanwhile is not made up for. */
function pausing(paused: boolean) {
  return defineCommand({
    name: paused ? "job.pause" : "job.resume",
    input: z.strictObject({ job: z.uuid() }),
    load: (tx, { job }, actor) => lockVisibleJob(tx, actor, job),
    verb: "configure",
    object: policyObject,
    gate({ job }) {
      if (job.paused === paused) throw new BerthError("conflict", { detail: paused ? "It is paused already." : "It is not paused." });
    },
    async perform(tx, { job, projectId, environmentId }, _input, actor) {
      const nextDueAt = nextDue(readStoredSchedule(job), { paused, executor: job.executor }, new Date());
      const data = { paused, nextDueAt, revision: { increment: 1 }, changedAt: new Date(), changedByName: actor.name };
      await tx.job.update({ where: { id: job.id }, data, select: { id: true } });
      await appendEvent(tx, {
        kind: paused ? "job.paused" : "job.resumed",
        projectId,
        environmentId,
        actorName: actor.name,
        message: `Job ${job.name} ${paused ? "was paused" : "goes on"}`,
        detail: { job: job.id, name: job.name },
      });
      return { id: job.id, name: job.name };
    },
    subject: (loaded) => ({ ...jobSubject(loaded), before: { paused: !paused }, after: { paused } }),
  });
}

export const pauseJob = pausing(true);
export const resumeJob = pausing(false);
