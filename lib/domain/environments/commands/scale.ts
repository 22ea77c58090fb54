import { z } from "zod";

import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { refuse, whyNotScale, whyNotScaleTo } from "../gates.ts";
import { lockVisibleEnvironment, policyObject } from "../load.ts";
import { countWords } from "../words-of-scaling.ts";

/** Sets how many instances the environment should have; they come and go without a new release. Asked twice, it changes nothing more. */
export const scale = defineCommand({
  name: "environment.scale",
  // The bounds are the gate's, so that its refusal can say what to do instead.
  input: z.strictObject({ environment: z.uuid(), instances: z.coerce.number().int().min(0).max(1_000_000) }),
  async load(tx, { environment: id }, actor) {
    const environment = await lockVisibleEnvironment(tx, actor, id);
    const { instances } = await tx.environment.findUniqueOrThrow({ where: { id }, select: { instances: true } });
    return { ...environment, instances };
  },
  verb: "scale",
  object: policyObject,
  gate(environment, { instances }) {
    whyNotScaleTo(instances);
    refuse(whyNotScale(environment));
  },
  async perform(tx, environment, { instances }, actor) {
    if (instances !== environment.instances) {
      await tx.environment.update({ where: { id: environment.id }, data: { instances, changedAt: new Date() } });
      await appendEvent(tx, {
        kind: "environment.scaling",
        projectId: environment.projectId,
        environmentId: environment.id,
        actorName: actor.name,
        message: `Scale from ${countWords(environment.instances)} to ${instances} asked for`,
      });
    }
    await enqueue(tx, { task: "reconcile-environment", payload: { environmentId: environment.id } });
    return { environmentId: environment.id, from: environment.instances, to: instances };
  },
  subject: (environment, { instances }) => ({
    objectType: "environment",
    objectId: environment.id,
    projectId: environment.projectId,
    environmentId: environment.id,
    before: { instances: environment.instances },
    after: { instances },
  }),
});
