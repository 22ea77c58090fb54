import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { livingIn, lockStage, namesOf, refuseProblems } from "../load.ts";
import { orderProblem } from "../sanity.ts";
import { removeStageInput } from "../schema.ts";

/**
 * Takes a stage out of the pipeline. Refused while environments are there, by name. The row stays for their history; its name is free again.
 */
export const removeStage = defineCommand({
  name: "stage.remove",
  input: removeStageInput,
  load: (tx, { stage }, actor) => lockStage(tx, actor, stage),
  verb: "administer",
  object: ({ projectId }) => ({ type: "project", projectId }) as const,
  async perform(tx, { pipeline, ...stage }) {
    const { id, projectId } = stage;
    const living = await livingIn(tx, id);
    if (living.total > 0) throw new BerthError("conflict", { detail: `Environments are there: ${namesOf(living)}. Destroy them first.` });
    const rest = pipeline.filter((other) => other.id !== id);
    if (rest.length === 0) throw new BerthError("conflict", { detail: "A pipeline has at least one stage." });
    refuseProblems(orderProblem(rest));
    await tx.stage.update({
      where: { id },
      // Whatever still looks at it finds a stage that takes nothing by itself.
      data: {
        removedAt: new Date(),
        position: -1,
        name: `${stage.name}~${id.slice(0, 8)}`,
        refKind: null,
        starts: "by_promotion",
        public: false,
      },
    });
    await tx.variable.deleteMany({ where: { stageId: id, environmentId: null } });
    await tx.freezeWindow.deleteMany({ where: { stageId: id } });
    for (const [position, other] of rest.entries())
      if (other.position !== position) await tx.stage.update({ where: { id: other.id }, data: { position } });
    await appendEvent(tx, { kind: "project.changed", projectId });
    return { id };
  },
  subject: ({ id, projectId, name, title, kind }) => ({
    objectType: "stage",
    objectId: id,
    objectName: title,
    projectId,
    stageKind: kind,
    detail: { name },
    before: { name, title, kind, removed: false },
    after: { name, title, kind, removed: true },
  }),
});
