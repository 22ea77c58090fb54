import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { policyObject } from "../../environments/load.ts";
import { addRun } from "../add-run.ts";
import { whyNotRun } from "../gates.ts";
import { jobSubject, lockVisibleJob } from "../load.ts";

/** Runs a job now, beside its schedule. */
export const runJob = defineCommand({
  name: "job.run",
  input: z.strictObject({ job: z.uuid() }),
  async load(tx, { job: id }, actor) {
    const loaded = await lockVisibleJob(tx, actor, id);
    const active = await tx.jobRun.findMany({
      where: { jobId: id, status: { in: ["waiting", "running"] } },
      orderBy: { number: "desc" },
      select: { number: true },
    });
    return { ...loaded, active };
  },
  verb: "deploy",
  object: policyObject,
  gate({ job, environment, active }) {
    const reason = whyNotRun({
      desired: environment.desired,
      hasLiveRelease: environment.liveReleaseId !== null,
      concurrency: job.concurrency,
      active: active.map((run) => run.number),
    });
    if (reason !== null) throw new BerthError("conflict", { detail: reason });
  },
  async perform(tx, { job, projectId, environmentId }, _input, actor) {
    if (job.concurrency === "replace") {
      await tx.jobRun.updateMany({
        where: { jobId: job.id, status: { in: ["waiting", "running"] }, stopRequestedAt: null },
        data: { stopRequestedAt: new Date(), stopRequestedByName: actor.name },
      });
    }
    const run = await addRun(tx, job.id, { dueAt: new Date(), trigger: "hand", requestedById: actor.id, requestedByName: actor.name });
    if (run === null) throw new BerthError("conflict");
    await appendEvent(tx, {
      kind: "job.asked",
      projectId,
      environmentId,
      actorName: actor.name,
      message: `Job ${job.name} was started by hand`,
      detail: { job: job.id, name: job.name, run: run.id, number: run.number },
    });
    return { id: run.id, number: run.number };
  },
  subject: (loaded, _input, { number }) => ({ ...jobSubject(loaded), detail: { run: number } }),
});
