import { z } from "zod";

import { defineCommand } from "../../command.ts";
import { loadOwnAccount, ownAccount } from "../own-account.ts";

/** Marks notifications of one's own as read: the named ones, or all. */
export const markRead = defineCommand({
  name: "notification.read",
  input: z.strictObject({
    ids: z
      .array(z.string().regex(/^\d{1,18}$/, "use the id of a notification"))
      .max(200)
      .optional(),
    all: z.boolean().optional(),
  }),
  load: async (_tx, _input, actor) => loadOwnAccount(actor),
  verb: "manage_account",
  object: ownAccount,
  async perform(tx, { personId }, { ids = [], all = false }) {
    const which = all ? {} : { id: { in: ids.map(BigInt) } };
    const { count } = await tx.notification.updateMany({ where: { personId, readAt: null, ...which }, data: { readAt: new Date() } });
    return { count };
  },
  subject: ({ personId }, _input, { count }) => ({ objectType: "person", objectId: personId, projectId: null, detail: { count } }),
});
