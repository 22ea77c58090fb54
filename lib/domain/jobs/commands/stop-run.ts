import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { policyObject } from "../../environments/load.ts";
import { jobSubject, lockVisibleJob } from "../load.ts";
import { isRunOver } from "../states.ts";

/** Ends a run that waits or runs; there is no other attempt after it. */
export const stopRun = defineCommand({
  name: "job.stop-run",
  input: z.strictObject({ run: z.uuid() }),
  async load(tx, { run: id }, actor) {
    const run = await tx.jobRun.findUnique({ where: { id }, select: { jobId: true } });
    if (run === null) throw new BerthError("not_found");
    const loaded = await lockVisibleJob(tx, actor, run.jobId);
    const now = await tx.jobRun.findUnique({ where: { id }, select: { id: true, number: true, status: true, stopRequestedAt: true } });
    if (now === null) throw new BerthError("not_found");
    return { ...loaded, run: now };
  },
  verb: "deploy",
  object: policyObject,
  gate({ run }) {
    if (isRunOver(run.status)) throw new BerthError("conflict", { detail: "It has ended already." });
    if (run.stopRequestedAt !== null) throw new BerthError("conflict", { detail: "It is being stopped already." });
  },
  async perform(tx, { run, job, projectId, environmentId }, _input, actor) {
    await tx.jobRun.update({
      where: { id: run.id },
      data: { stopRequestedAt: new Date(), stopRequestedByName: actor.name },
      select: { id: true },
    });
    await appendEvent(tx, {
      kind: "job.stopping",
      projectId,
      environmentId,
      actorName: actor.name,
      message: `Run #${run.number} of job ${job.name} is being stopped`,
      detail: { job: job.id, name: job.name, run: run.id, number: run.number },
    });
    return { id: run.id, number: run.number };
  },
  subject: (loaded) => ({ ...jobSubject(loaded), detail: { run: loaded.run.number } }),
});
