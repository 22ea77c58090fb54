import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { lockVisibleEnvironment, policyObject } from "../../environments/load.ts";
import { auditFieldsOf } from "../audit-fields.ts";
import { jobSubject } from "../load.ts";
import { mostJobs, newJobFields } from "../schema.ts";
import { nextDue, settleJob, storedStart, wholeSecond } from "../settle.ts";

/** A job of an environment. It runs with the variables and the image of what is live there when it is due. */
export const createJob = defineCommand({
  name: "job.create",
  input: z.strictObject({ environment: z.uuid(), ...newJobFields }),
  async load(tx, { environment: id }, actor) {
    const place = await lockVisibleEnvironment(tx, actor, id);
    // One after the other: a transaction has one connection.
    const count = await tx.job.count({ where: { environmentId: id, deletedAt: null } });
    const environment = await tx.environment.findUnique({
      where: { id },
      select: { clusterId: true, stage: { select: { cpus: true, mem: true } } },
    });
    if (environment === null) throw new BerthError("not_found");
    return { ...place, environmentId: place.id, environmentName: place.name, environment, count };
  },
  verb: "configure",
  object: policyObject,
  gate({ count, desired }) {
    if (desired === "destroyed") throw new BerthError("conflict", { detail: "The environment is being destroyed." });
    if (count >= mostJobs)
      throw new BerthError("conflict", { detail: `An environment has ${mostJobs} jobs at most; delete some that nobody needs.` });
  },
  async perform(tx, place, { environment: _environment, ...wish }, actor, settings) {
    const { stage, clusterId } = place.environment;
    const executor = clusterId === null ? (settings.jobScheduler ?? "apps") : "apps";
    const anchorAt = wholeSecond(new Date());
    const [cpus, mem] = [wish.cpus ?? stage.cpus, wish.mem ?? stage.mem];
    const schedule = settleJob({ ...wish, mem }, executor, anchorAt);
    const same = await tx.job.findFirst({ where: { environmentId: place.id, name: wish.name, deletedAt: null }, select: { id: true } });
    if (same !== null) throw new BerthError("already_exists", { fields: { name: "There is a job of this name already." } });
    const job = await tx.job.create({
      data: {
        ...wish,
        ...storedStart({ ...wish, mem }),
        cpus,
        mem,
        environmentId: place.id,
        anchorAt,
        executor,
        // A repeat without a start of its own is due at once.
        nextDueAt: nextDue(schedule, { paused: false, executor }, new Date(anchorAt.getTime() - 1)),
        createdById: actor.id,
        createdByName: actor.name,
        changedByName: actor.name,
      },
    });
    await appendEvent(tx, {
      kind: "job.created",
      projectId: place.projectId,
      environmentId: place.id,
      actorName: actor.name,
      message: `Job ${job.name} was made`,
      detail: { job: job.id, name: job.name },
    });
    return { id: job.id, name: job.name, job };
  },
  subject: (place, _input, { job }) => ({ ...jobSubject({ ...place, job }), after: auditFieldsOf(job) }),
});
