import { BerthError } from "#lib/core/errors.ts";
import { openDeploymentStatuses } from "#lib/core/states.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { may } from "../../access/policy.ts";
import { defineCommand } from "../../command.ts";
import { removeFreezeInput } from "../schema.ts";

/** Lifts a freeze window; what waited for its end goes on at once. */
export const removeFreeze = defineCommand({
  name: "freeze.remove",
  input: removeFreezeInput,
  async load(tx, { freeze }, actor) {
    const window = await tx.freezeWindow.findFirst({
      where: { id: freeze, project: { deletedAt: null } },
      include: { stage: { select: { kind: true } } },
    });
    if (window === null || !may(actor, "view", { type: "project", projectId: window.projectId })) throw new BerthError("not_found");
    return window;
  },
  verb: "administer",
  object: ({ projectId }) => ({ type: "project", projectId }) as const,
  async perform(tx, { id, projectId }, _input, actor) {
    await tx.freezeWindow.deleteMany({ where: { id } });
    const waiting = await tx.environment.findMany({
      where: { projectId, deployments: { some: { status: { in: [...openDeploymentStatuses] } } } },
      select: { id: true },
    });
    for (const environment of waiting) await enqueue(tx, { task: "reconcile-environment", payload: { environmentId: environment.id } });
    await appendEvent(tx, { kind: "project.changed", projectId, actorName: actor.name });
    return { id };
  },
  subject: (window) => ({
    objectType: "freeze",
    objectId: window.id,
    objectName: window.title,
    projectId: window.projectId,
    stageKind: window.stage?.kind ?? null,
    before: { title: window.title, from: window.startsAt?.toISOString() ?? window.cron, removed: false },
    after: { title: window.title, removed: true },
  }),
});
