import { randomUUID } from "node:crypto";

import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";
import { addFreezeInput, windowOf } from "../schema.ts";
import { windowsAtMost } from "../standing.ts";

/** Says when nothing new may enter a stage, or any of a project's. What waits then goes on by itself afterwards. */
export const addFreeze = defineCommand({
  name: "freeze.add",
  input: addFreezeInput,
  async load(tx, { project: slug, stage }) {
    const project = await loadProject(tx, slug);
    const found =
      stage === undefined
        ? null
        : await tx.stage.findFirst({ where: { projectId: project.id, name: stage, removedAt: null }, select: { id: true, kind: true } });
    return { projectId: project.id, stage: found, count: await tx.freezeWindow.count({ where: { projectId: project.id } }) };
  },
  verb: "administer",
  object: ({ projectId }) => ({ type: "project", projectId }) as const,
  gate({ stage, count }, input) {
    if (input.stage !== undefined && stage === null)
      throw new BerthError("invalid_input", { fields: { stage: "The project has no such stage." } });
    if (count >= windowsAtMost) throw new BerthError("conflict", { detail: `A project has at most ${windowsAtMost} freeze windows.` });
  },
  async perform(tx, { projectId, stage }, input, actor) {
    const window = windowOf(input);
    const id = randomUUID();
    await tx.freezeWindow.create({
      data: { ...window, id, projectId, stageId: stage?.id ?? null, createdById: actor.id, createdByName: actor.name },
      select: { id: true },
    });
    await appendEvent(tx, { kind: "project.changed", projectId, actorName: actor.name });
    return { id, window };
  },
  subject: ({ projectId, stage }, input, { id, window }) => ({
    objectType: "freeze",
    objectId: id,
    objectName: window.title,
    projectId,
    stageKind: stage?.kind ?? null,
    before: {},
    after: {
      title: window.title,
      stage: input.stage ?? null,
      from: window.startsAt?.toISOString() ?? window.cron,
      to: window.endsAt?.toISOString() ?? `${window.durationMinutes ?? 0} minutes later`,
      timeZone: window.timeZone,
    },
  }),
});
