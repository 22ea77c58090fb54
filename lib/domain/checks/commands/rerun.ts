import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { may } from "../../access/policy.ts";
import { defineCommand } from "../../command.ts";

/**
 * Forgets the result of a failed check, so that the next deployment with this image runs it again: for what was not the code's fault. For
 * whoever may deploy where it was asked for.
 */
export const rerunCheck = defineCommand({
  name: "check.rerun",
  input: z.strictObject({ check: z.uuid() }),
  async load(tx, { check }, actor) {
    const run = await tx.checkRun.findFirst({
      where: { id: check, project: { deletedAt: null } },
      select: {
        id: true,
        name: true,
        projectId: true,
        status: true,
        deployments: {
          orderBy: { deployment: { createdAt: "desc" } },
          select: { deployment: { select: { environment: { select: { id: true, stage: { select: { kind: true } } } } } } },
        },
      },
    });
    // It is where one may see one of the environments it was run for.
    const places = (run?.deployments ?? []).map(({ deployment: { environment } }) => ({
      id: environment.id,
      kind: environment.stage.kind,
    }));
    const mayAt = (verb: "view" | "deploy") => (place: (typeof places)[number]) =>
      run !== null && may(actor, verb, { type: "environment", projectId: run.projectId, stageKind: place.kind });
    const place = places.find(mayAt("deploy")) ?? places.find(mayAt("view"));
    if (run === null || place === undefined) throw new BerthError("not_found");
    return { id: run.id, name: run.name, projectId: run.projectId, status: run.status, place };
  },
  verb: "deploy",
  object: ({ projectId, place }) => ({ type: "environment", projectId, stageKind: place.kind }) as const,
  gate({ status }) {
    if (status !== "failed") throw new BerthError("conflict", { detail: "Only a check that failed is run again." });
  },
  async perform(tx, { id, projectId }, _input, actor) {
    const { count } = await tx.checkRun.updateMany({
      where: { id, status: "failed" },
      data: { status: "queued", exitCode: null, errorText: null, startedAt: null, endedAt: null, attempt: 0 },
    });
    if (count === 0) throw new BerthError("conflict");
    await appendEvent(tx, { kind: "check.reset", projectId, actorName: actor.name });
    return { id };
  },
  subject: ({ id, name, projectId, place, status }) => ({
    objectType: "check",
    objectId: id,
    objectName: name,
    projectId,
    environmentId: place.id,
    stageKind: place.kind,
    before: { status },
    after: { status: "queued" },
  }),
});
