import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { isDeploymentOver } from "#lib/core/states.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { lockVisibleEnvironment, policyObject } from "../../environments/load.ts";
import { endOpenDeployments } from "../end-open.ts";

/** Ends a deployment that waits or runs. Its build ends too unless another deployment waits for it; what was live goes on answering. */
export const cancel = defineCommand({
  name: "deployment.cancel",
  input: z.strictObject({ deployment: z.uuid() }),
  async load(tx, { deployment: id }, actor) {
    const found = await tx.deployment.findUnique({ where: { id }, select: { environmentId: true } });
    if (found === null) throw new BerthError("not_found");
    const environment = await lockVisibleEnvironment(tx, actor, found.environmentId);
    const deployment = await tx.deployment.findUniqueOrThrow({ where: { id }, select: { id: true, status: true, number: true } });
    return { environment, deployment };
  },
  verb: "deploy",
  object: ({ environment }) => policyObject(environment),
  gate({ deployment }) {
    if (isDeploymentOver(deployment.status)) throw new BerthError("conflict", { detail: "It has ended already." });
  },
  async perform(tx, { environment, deployment }) {
    await endOpenDeployments(tx, environment.id, deployment.id);
    await enqueue(tx, { task: "reconcile-environment", payload: { environmentId: environment.id } });
    return { environmentId: environment.id };
  },
  subject: ({ environment, deployment }) => ({
    objectType: "deployment",
    objectId: deployment.id,
    projectId: environment.projectId,
    environmentId: environment.id,
    detail: { number: deployment.number },
    before: { status: deployment.status },
    after: { status: "cancelled" },
  }),
});
