import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";
import { lockPipeline, refuseProblems } from "../load.ts";
import { problemsOf } from "../sanity.ts";
import { addStageInput, stagesAtMost } from "../schema.ts";

/** Adds a stage: at the end of the pipeline, or before production where there is one. */
export const addStage = defineCommand({
  name: "stage.add",
  input: addStageInput,
  load: (tx, { project }) => loadProject(tx, project),
  verb: "administer",
  object: ({ id }) => ({ type: "project", projectId: id }) as const,
  async perform(tx, { id: projectId }, { project: _project, ...fields }) {
    const pipeline = await lockPipeline(tx, projectId);
    if (pipeline.length >= stagesAtMost) throw new BerthError("conflict", { detail: `A pipeline has at most ${stagesAtMost} stages.` });
    const last = pipeline.at(-1);
    const position = last?.kind === "production" && fields.kind !== "production" ? pipeline.length - 1 : pipeline.length;
    const ordered = pipeline.toSpliced(position, 0, { ...fields, id: "", projectId, position, version: 1 });
    refuseProblems(problemsOf(ordered, ""));
    const created = await tx.stage.create({ data: { ...fields, projectId, position }, select: { id: true } });
    for (const [index, stage] of ordered.entries())
      if (stage.id !== "" && stage.position !== index) await tx.stage.update({ where: { id: stage.id }, data: { position: index } });
    await appendEvent(tx, { kind: "project.changed", projectId });
    return created;
  },
  subject: ({ id }, { project: _project, checks, ...fields }, created) => ({
    objectType: "stage",
    objectId: created.id,
    projectId: id,
    stageKind: fields.kind,
    detail: { name: fields.name },
    before: {},
    after: { ...fields, checks: checks.map(({ name }) => name).join(", ") },
  }),
});
