import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";
import { requestDeployment } from "../../deployments/request.ts";
import { refuse, whyNotRedeploy } from "../gates.ts";
import { fullRefName, lockVisibleEnvironment, policyObject } from "../load.ts";

/** Deploys the head of the environment's ref again, with the configuration as it is now. */
export const redeploy = defineCommand({
  name: "environment.redeploy",
  input: z.strictObject({ environment: z.uuid() }),
  load: (tx, { environment }, actor) => lockVisibleEnvironment(tx, actor, environment),
  verb: "deploy",
  object: policyObject,
  gate: (environment) => refuse(whyNotRedeploy({ ...environment, hasLiveRelease: environment.liveReleaseId !== null })),
  async perform(tx, environment, _input, actor) {
    const { refKind, refName, refCommit } = environment;
    if (refKind === null || refName === null || refCommit === null)
      throw new BerthError("conflict", { detail: "This environment follows no branch or tag." });
    const deploymentId = await requestDeployment(tx, actor, {
      environment,
      trigger: "redeploy",
      commit: refCommit,
      subject: environment.refSubject,
      refName: fullRefName({ kind: refKind, name: refName }),
    });
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
