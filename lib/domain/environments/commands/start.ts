import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";
import { requestDeployment } from "../../deployments/request.ts";
import { refuse, whyNotStart } from "../gates.ts";
import { fullRefName, lockVisibleEnvironment, policyObject } from "../load.ts";

/** Starts a stopped environment with the release that was live: same image, same configuration. */
export const start = defineCommand({
  name: "environment.start",
  input: z.strictObject({ environment: z.uuid() }),
  load: (tx, { environment }, actor) => lockVisibleEnvironment(tx, actor, environment),
  verb: "deploy",
  object: policyObject,
  gate: (environment) => refuse(whyNotStart({ ...environment, hasLiveRelease: environment.liveReleaseId !== null })),
  async perform(tx, environment, _input, actor) {
    if (environment.liveReleaseId === null) throw new BerthError("conflict");
    const release = await tx.release.findUniqueOrThrow({ where: { id: environment.liveReleaseId }, select: { id: true, commit: true } });
    const deploymentId = await requestDeployment(tx, actor, {
      environment,
      trigger: "start",
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
    before: { desired: environment.desired },
    after: { desired: "running" },
  }),
});
