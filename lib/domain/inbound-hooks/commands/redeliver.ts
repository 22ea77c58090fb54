import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";

/** Does again what a webhook did: a look at the repository. A refused one stays refused, for nobody knows who sent it. */
export const redeliverInbound = defineCommand({
  name: "webhook_in.redeliver",
  input: z.strictObject({ delivery: z.string().regex(/^\d{1,18}$/, "use the number of a delivery") }),
  async load(tx, { delivery }) {
    const row = await tx.inboundDelivery.findFirst({
      where: { id: BigInt(delivery), project: { deletedAt: null } },
      select: { projectId: true, outcome: true, forge: true },
    });
    if (row === null) throw new BerthError("not_found");
    return row;
  },
  verb: "administer",
  object: ({ projectId }) => ({ type: "project", projectId }) as const,
  gate({ outcome }) {
    if (outcome === "refused") throw new BerthError("conflict", { detail: "It was refused; have the forge send it again." });
  },
  async perform(tx, { projectId }) {
    await tx.project.update({ where: { id: projectId }, data: { syncRequestedAt: new Date() }, select: { id: true } });
    await enqueue(tx, { task: "sync-refs", payload: { projectId } });
    return { projectId };
  },
  subject: ({ projectId, forge }, { delivery }) => ({ objectType: "project", objectId: projectId, projectId, detail: { forge, delivery } }),
});
