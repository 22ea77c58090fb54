import { z } from "zod";

import { defineCommand } from "../../command.ts";
import { requestRedeploy } from "../../deployments/redeploy.ts";
import { refuse, whyNotRedeploy } from "../gates.ts";
import { lockVisibleEnvironment, policyObject } from "../load.ts";

/** Deploys the head of the environment's ref again (where only promotions lead: the image that runs), with the configuration as it is now. */
export const redeploy = defineCommand({
  name: "environment.redeploy",
  input: z.strictObject({
    environment: z.uuid(),
    /** The commit a moved tag names now: without it, the image that runs is deployed again. */
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/, "Give the whole commit.")
      .optional(),
  }),
  load: (tx, { environment }, actor) => lockVisibleEnvironment(tx, actor, environment),
  verb: "deploy",
  object: policyObject,
  gate: (environment) => refuse(whyNotRedeploy({ ...environment, hasLiveRelease: environment.liveReleaseId !== null })),
  async perform(tx, environment, { commit }, actor) {
    const deploymentId = await requestRedeploy(tx, actor, environment, commit);
    return { environmentId: environment.id, deploymentId };
  },
  subject: (environment, _input, { deploymentId }) => ({
    objectType: "environment",
    objectId: environment.id,
    projectId: environment.projectId,
    environmentId: environment.id,
    detail: { deployment: deploymentId },
  }),
});
