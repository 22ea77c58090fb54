import { z } from "zod";

import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { refuse, whyNotTryNow } from "../gates.ts";
import { lockVisibleEnvironment, policyObject } from "../load.ts";

/** Ends the pause that the cluster makes before it starts a crashing app again. */
export const resetDelay = defineCommand({
  name: "environment.reset-delay",
  input: z.strictObject({ environment: z.uuid() }),
  load: (tx, { environment }, actor) => lockVisibleEnvironment(tx, actor, environment),
  verb: "deploy",
  object: policyObject,
  gate: (environment) => refuse(whyNotTryNow({ ...environment, hasLiveRelease: environment.liveReleaseId !== null })),
  async perform(tx, environment, _input, actor) {
    await tx.environment.update({ where: { id: environment.id }, data: { resetDelayAt: new Date() } });
    await appendEvent(tx, {
      kind: "environment.delay_reset",
      projectId: environment.projectId,
      environmentId: environment.id,
      actorName: actor.name,
      message: "Next try asked for at once",
    });
    await enqueue(tx, { task: "reconcile-environment", payload: { environmentId: environment.id } });
    return { environmentId: environment.id };
  },
  subject: (environment) => ({
    objectType: "environment",
    objectId: environment.id,
    projectId: environment.projectId,
    environmentId: environment.id,
  }),
});
