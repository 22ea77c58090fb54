import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";

/** Lists the pull requests of a project's remote from now on, or no longer: then what runs of them goes with the next look. */
export const followPullRequests = defineCommand({
  name: "pull-request.follow",
  input: z.strictObject({ project: z.string().min(1).max(64), on: z.boolean() }),
  async load(tx, { project }) {
    const { id, repositoryKind } = await loadProject(tx, project);
    const { pullRequests } = await tx.project.findUniqueOrThrow({ where: { id }, select: { pullRequests: true } });
    return { id, repositoryKind, before: pullRequests };
  },
  verb: "administer",
  object: ({ id }) => ({ type: "project", projectId: id }) as const,
  gate({ repositoryKind }) {
    if (repositoryKind === "builtin")
      throw new BerthError("conflict", { detail: "The repository is Berth’s own; pull requests are made at a forge." });
  },
  async perform(tx, { id }, { on }) {
    await tx.project.update({ where: { id }, data: { pullRequests: on, syncRequestedAt: new Date() }, select: { id: true } });
    await enqueue(tx, { task: "sync-refs", payload: { projectId: id } });
    return { on };
  },
  subject: ({ id, before }, { on }) => ({
    objectType: "project",
    objectId: id,
    projectId: id,
    before: { pullRequests: before },
    after: { pullRequests: on },
  }),
});
