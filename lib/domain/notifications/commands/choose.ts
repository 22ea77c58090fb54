import { z } from "zod";

import { toldKinds } from "#lib/core/event-kinds.ts";

import { authorise } from "../../access/policy.ts";
import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";
import { channels, kindRules } from "../kinds.ts";
import { loadOwnAccount, ownAccount } from "../own-account.ts";

const choice = z.strictObject({ kind: z.enum(toldKinds), channel: z.enum(channels), wanted: z.boolean() });

/** Says what one wants to be told of, and how. What is not named stays as it is; a choice that equals the default is forgotten. */
export const chooseNotifications = defineCommand({
  name: "notification.choose",
  input: z.strictObject({
    choices: z
      .array(choice)
      .min(1)
      .max(toldKinds.length * channels.length),
  }),
  load: async (_tx, _input, actor) => loadOwnAccount(actor),
  verb: "manage_account",
  object: ownAccount,
  async perform(tx, { personId }, { choices }) {
    for (const { kind, channel, wanted } of choices) {
      await tx.notificationChoice.deleteMany({ where: { personId, kind, channel } });
      if (kindRules[kind].byDefault[channel] !== wanted)
        await tx.notificationChoice.createMany({ data: [{ personId, kind, channel, wanted }] });
    }
    return { count: choices.length };
  },
  subject: ({ personId }, { choices }) => ({
    objectType: "person",
    objectId: personId,
    projectId: null,
    after: Object.fromEntries(choices.map(({ kind, channel, wanted }) => [`${kind} by ${channel}`, wanted])),
  }),
});

/** Turns everything of a project off for oneself, or on again. */
export const muteProject = defineCommand({
  name: "notification.mute",
  input: z.strictObject({ project: z.string().min(1).max(64), muted: z.boolean() }),
  async load(tx, { project: slug }, actor) {
    const { id } = await loadProject(tx, slug);
    authorise(actor, "view", { type: "project", projectId: id });
    return { ...loadOwnAccount(actor), projectId: id };
  },
  verb: "manage_account",
  object: ownAccount,
  async perform(tx, { personId, projectId }, { muted }) {
    await tx.notificationMute.deleteMany({ where: { personId, projectId } });
    if (muted) await tx.notificationMute.createMany({ data: [{ personId, projectId }] });
    return { muted };
  },
  subject: ({ personId, projectId }, { muted }) => ({ objectType: "person", objectId: personId, projectId, after: { muted } }),
});
