import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";
import { requestDeployment } from "../../deployments/request.ts";
import { refuse, whyNotRestart } from "../gates.ts";
import { fullRefName, lockVisibleEnvironment, policyObject } from "../load.ts";

/** Replaces every task of the live release by a new one of the same release; what runs answers until the new ones do. */
export const restart = defineCommand({
  name: "environment.restart",
  input: z.strictObject({ environment: z.uuid() }),
  load: (tx, { environment }, actor) => lockVisibleEnvironment(tx, actor, environment),
  verb: "deploy",
  object: policyObject,
  gate: (environment) => refuse(whyNotRestart({ ...environment, hasLiveRelease: environment.liveReleaseId !== null })),
  async perform(tx, environment, _input, actor) {
    if (environment.liveReleaseId === null) throw new BerthError("conflict");
    const release = await tx.release.findUniqueOrThrow({ where: { id: environment.liveReleaseId }, select: { id: true, commit: true } });
    const deploymentId = await requestDeployment(tx, actor, {
      environment,
      trigger: "restart",
      commit: release.commit,
      subject: environment.refCommit === release.commit ? environment.refSubject : null,
      refName:
        environment.refKind === null
          ? (environment.pullRefName ?? "")
          : fullRefName({ kind: environment.refKind, name: environment.refName ?? "" }),
      releaseId: release.id,
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
