import { z } from "zod";

import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { endOpenDeployments } from "../../deployments/end-open.ts";
import { refuse, whyNotStop } from "../gates.ts";
import { lockVisibleEnvironment, policyObject } from "../load.ts";

/** Stops the environment's containers; release, URL and configuration stay, and Start brings them back. */
export const stop = defineCommand({
  name: "environment.stop",
  input: z.strictObject({ environment: z.uuid() }),
  load: (tx, { environment }, actor) => lockVisibleEnvironment(tx, actor, environment),
  verb: "deploy",
  object: policyObject,
  gate: (environment) => refuse(whyNotStop({ ...environment, hasLiveRelease: environment.liveReleaseId !== null })),
  async perform(tx, environment, _input, actor) {
    await endOpenDeployments(tx, environment.id);
    await tx.environment.update({ where: { id: environment.id }, data: { desired: "stopped", changedAt: new Date() } });
    await appendEvent(tx, {
      kind: "environment.stopped",
      projectId: environment.projectId,
      environmentId: environment.id,
      actorName: actor.name,
      message: "Stopped",
    });
    await enqueue(tx, { task: "reconcile-environment", payload: { environmentId: environment.id } });
    return { environmentId: environment.id };
  },
  subject: (environment) => ({
    objectType: "environment",
    objectId: environment.id,
    projectId: environment.projectId,
    environmentId: environment.id,
    before: { desired: environment.desired },
    after: { desired: "stopped" },
  }),
});
