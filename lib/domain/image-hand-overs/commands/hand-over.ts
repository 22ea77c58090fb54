import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";
import { handOverFields, partsOf } from "../schema.ts";

const mostWaiting = 20;

/** Takes down that a CI system has built a commit. The worker looks whether it is so, and then the image is the commit's build. */
export const handOverImage = defineCommand({
  name: "image.hand_over",
  input: z.strictObject({ project: z.string().min(1).max(64), ...handOverFields }),
  async load(tx, { project }) {
    const { id } = await loadProject(tx, project);
    return { id, waiting: await tx.imageHandOver.count({ where: { projectId: id, state: "waiting" } }) };
  },
  verb: "push",
  object: ({ id }) => ({ type: "project", projectId: id }) as const,
  gate({ waiting }) {
    if (waiting >= mostWaiting)
      throw new BerthError("rate_limited", { detail: "Earlier images are still being looked at.", retryAfterSeconds: 30 });
  },
  async perform(tx, { id: projectId }, { ref, commit, image }, actor) {
    const { id } = await tx.imageHandOver.create({
      data: { projectId, refName: ref, commit, ...partsOf(image), handedOverById: actor.id, handedOverByName: actor.name },
      select: { id: true },
    });
    await enqueue(tx, { task: "accept-image", payload: { handOverId: id } });
    return { id };
  },
  subject: ({ id }, { ref, commit, image }, result) => ({
    objectType: "image_hand_over",
    objectId: result.id,
    objectName: ref,
    projectId: id,
    detail: { ref, commit, image },
  }),
});
