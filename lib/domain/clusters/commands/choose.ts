import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";

const input = z.strictObject({
  project: z.string().min(1).max(64),
  /** The stage's name; left out, the choice is the project's. */
  stage: z.string().min(1).max(64).optional(),
  /** `default`: the cluster of the settings. `project`: whatever the project has chosen; for stages. */
  cluster: z.union([z.uuid(), z.literal("default"), z.literal("project")]),
});

/** Says where new environments of a project, or of one of its stages, are made. Those that are there stay where they are. */
export const chooseCluster = defineCommand({
  name: "project.choose-cluster",
  input,
  async load(tx, { project: slug, stage, cluster }) {
    const project = await loadProject(tx, slug);
    const select = { id: true, name: true, ownCluster: true, cluster: { select: { name: true } } } as const;
    return {
      project,
      choice: await tx.project.findUniqueOrThrow({ where: { id: project.id }, select: { cluster: { select: { name: true } } } }),
      stage:
        stage === undefined ? null : await tx.stage.findFirst({ where: { projectId: project.id, name: stage, removedAt: null }, select }),
      cluster: cluster === "default" || cluster === "project" ? null : await loadChoice(tx, cluster),
    };
  },
  verb: "administer",
  object: ({ project }) => ({ type: "project", projectId: project.id }) as const,
  gate({ stage, cluster }, wish) {
    if (wish.stage !== undefined && stage === null) throw new BerthError("not_found");
    if (wish.cluster === "project" && stage === null)
      throw new BerthError("invalid_input", { fields: { cluster: "Only a stage can follow its project." } });
    if (wish.cluster === "project" || wish.cluster === "default") return;
    if (cluster === null || cluster.isDefault) throw new BerthError("invalid_input", { fields: { cluster: "There is no such cluster." } });
    if (cluster.answeredAt === null)
      throw new BerthError("invalid_input", { fields: { cluster: `${cluster.name} has not answered yet: it can be chosen when it has.` } });
  },
  async perform(tx, { project, stage, choice, cluster }, wish) {
    const clusterId = cluster?.id ?? null;
    if (stage === null) await tx.project.update({ where: { id: project.id }, data: { clusterId }, select: { id: true } });
    else
      await tx.stage.update({
        where: { id: stage.id },
        data: { clusterId, ownCluster: wish.cluster !== "project" },
        select: { id: true },
      });
    await appendEvent(tx, { kind: "project.changed", projectId: project.id });
    const before = stage === null || stage.ownCluster ? ((stage ?? choice).cluster?.name ?? "default") : "project";
    return { before, after: cluster?.name ?? (wish.cluster === "project" ? "project" : "default") };
  },
  subject: ({ project, stage }, _wish, { before, after }) => ({
    objectType: stage === null ? "project" : "stage",
    objectId: stage?.id ?? project.id,
    projectId: project.id,
    before: { cluster: before },
    after: { cluster: after },
  }),
});

/** Locked against being removed until the choice is written. */
async function loadChoice(tx: Transaction, id: string) {
  const [row] = await tx.$queryRaw<Array<{ id: string; name: string; isDefault: boolean; answeredAt: Date | null }>>`
    SELECT id, name, is_default AS "isDefault", answered_at AS "answeredAt" FROM cluster WHERE id = ${id}::uuid FOR SHARE`;
  return row ?? null;
}
