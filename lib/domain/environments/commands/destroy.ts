import { z } from "zod";

import { defineCommand } from "../../command.ts";
import { destroyEnvironment } from "../destroy.ts";
import { refuse, whyNotDestroy } from "../gates.ts";
import { lockVisibleEnvironment, policyObject } from "../load.ts";

/** Removes the environment with its containers, route and image; its history stays. */
export const destroy = defineCommand({
  name: "environment.destroy",
  input: z.strictObject({ environment: z.uuid() }),
  load: (tx, { environment }, actor) => lockVisibleEnvironment(tx, actor, environment),
  verb: "destroy",
  object: policyObject,
  gate: (environment) => refuse(whyNotDestroy({ ...environment, hasLiveRelease: false })),
  async perform(tx, environment, _input, actor) {
    await destroyEnvironment(tx, actor, environment, "Destroy asked for");
    return { environmentId: environment.id };
  },
  subject: (environment) => ({
    objectType: "environment",
    objectId: environment.id,
    projectId: environment.projectId,
    environmentId: environment.id,
    before: { desired: environment.desired },
    after: { desired: "destroyed" },
  }),
});
