import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";
import { mailIsSet } from "../queries.ts";

const mostWaiting = 3;

/** Has the worker send a mail to the admin who asks, to see that mail works. */
export const sendTestMail = defineCommand({
  name: "mail.test",
  input: z.strictObject({}),
  async load(tx, _input, actor) {
    if (actor.id === null) throw new BerthError("forbidden");
    const waiting = await tx.outgoingMessage.count({ where: { personId: actor.id, kind: "test", state: "waiting" } });
    return { personId: actor.id, waiting, set: await mailIsSet({ database: tx }) };
  },
  verb: "manage_people",
  object: () => ({ type: "platform" }) as const,
  gate({ waiting, set }) {
    if (!set) throw new BerthError("mail_not_set");
    if (waiting >= mostWaiting)
      throw new BerthError("rate_limited", { detail: "Earlier test mails are still waiting.", retryAfterSeconds: 60 });
  },
  async perform(tx, { personId }) {
    const { id } = await tx.outgoingMessage.create({
      data: { channel: "mail", recipient: personId, personId, kind: "test", body: {} },
      select: { id: true },
    });
    return { id };
  },
  subject: ({ personId }) => ({ objectType: "person", objectId: personId, projectId: null }),
});
