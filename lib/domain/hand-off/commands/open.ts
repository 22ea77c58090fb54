import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { hashToken, newRandomId } from "#lib/platform/crypto/tokens.ts";

import { defineCommand } from "../../command.ts";
import { policyObject } from "../../environments/load.ts";
import { environmentUrl } from "../../environments/url.ts";

const lastsMs = 60_000;

/**
 * Hands a sign-in over to an environment's host: a code that works once, for a minute, for this environment and in the browser whose
 * state cookie has this hash. The address comes from the row and the settings, never from the request. Throws `not_found` for a host
 * that leads nowhere and for one the actor may not view, alike.
 */
export const openEnvironment = defineCommand({
  name: "environment.open",
  input: z.strictObject({
    host: z
      .string()
      .max(253)
      .regex(/^[a-z0-9.-]+$/),
    /** A path of that host; whoever gives it has made sure that it leads nowhere else. */
    path: z
      .string()
      .max(2_000)
      .regex(/^\/(?![/\\])/),
    state: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  // Looking is what looking through another's eyes is for; the other's rights decide.
  whileViewing: true,
  async load(tx, { host }, actor) {
    if (actor.sessionId === null) throw new BerthError("not_signed_in");
    const environment = await tx.environment.findFirst({
      where: { host, destroyedAt: null, project: { deletedAt: null } },
      select: { id: true, name: true, host: true, projectId: true, stage: { select: { kind: true } } },
    });
    if (environment === null) throw new BerthError("not_found");
    return { ...environment, stageKind: environment.stage.kind, sessionId: actor.sessionId };
  },
  verb: "view",
  object: policyObject,
  async perform(tx, environment, { path, state }, _actor, settings) {
    const code = newRandomId();
    await tx.handOff.create({
      data: {
        hash: hashToken(code),
        environmentId: environment.id,
        sessionId: environment.sessionId,
        stateHash: state,
        expiresAt: new Date(Date.now() + lastsMs),
      },
      select: { environmentId: true },
    });
    const query = new URLSearchParams({ code, path });
    return { url: `${environmentUrl(settings.previewOrigin, environment.host)}/.berth/enter?${query.toString()}` };
  },
  subject: (environment) => ({
    objectType: "environment",
    objectId: environment.id,
    objectName: environment.name,
    projectId: environment.projectId,
    environmentId: environment.id,
  }),
});
