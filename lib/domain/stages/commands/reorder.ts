import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";
import { lockPipeline, refuseProblems } from "../load.ts";
import { orderProblem } from "../sanity.ts";
import { reorderStagesInput } from "../schema.ts";

/** Puts the stages into another order. Throws `conflict` where the list is not exactly the project's stages, `invalid_input` where the order makes no sense. */
export const reorderStages = defineCommand({
  name: "project.reorder-stages",
  input: reorderStagesInput,
  load: (tx, { project }) => loadProject(tx, project),
  verb: "administer",
  object: ({ id }) => ({ type: "project", projectId: id }) as const,
  async perform(tx, { id: projectId }, { stages: wanted }) {
    const pipeline = await lockPipeline(tx, projectId);
    const ordered = wanted.flatMap((id) => pipeline.find((stage) => stage.id === id) ?? []);
    if (ordered.length !== pipeline.length || new Set(wanted).size !== pipeline.length)
      throw new BerthError("conflict", { detail: "The pipeline has other stages by now." });
    refuseProblems(orderProblem(ordered));
    for (const [position, stage] of ordered.entries())
      if (stage.position !== position) await tx.stage.update({ where: { id: stage.id }, data: { position } });
    await appendEvent(tx, { kind: "project.changed", projectId });
    const names = (stages: typeof pipeline) => stages.map(({ name }) => name).join(", ");
    return { before: names(pipeline), after: names(ordered) };
  },
  subject: ({ id }, _input, { before, after }) => ({
    objectType: "project",
    objectId: id,
    projectId: id,
    before: { stages: before },
    after: { stages: after },
  }),
});
