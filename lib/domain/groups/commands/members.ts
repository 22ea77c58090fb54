import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { emailSchema } from "../../access/sign-in.ts";
import { defineCommand } from "../../command.ts";
import { found } from "../../people/load.ts";
import { lockGroup } from "../load.ts";

const platform = { type: "platform" } as const;

const addInput = z
  .strictObject({ group: z.uuid(), person: z.uuid().optional(), email: emailSchema.optional() })
  .refine(({ person, email }) => (person === undefined) !== (email === undefined), {
    path: ["email"],
    message: "Name one person, by id or by e-mail address.",
  });

/** Makes somebody a member by hand; who was one by a claim stays from now on also without it. Doing it twice changes nothing. */
export const addGroupMember = defineCommand({
  name: "group.add-member",
  input: addInput,
  load: loadBoth,
  verb: "manage_people",
  object: () => platform,
  gate({ group, person }, { email }) {
    found(group);
    if (person === null && email !== undefined)
      throw new BerthError("invalid_input", { fields: { email: "Nobody has this e-mail address. Invite the person first." } });
  },
  async perform(tx, loaded) {
    const [group, person] = [found(loaded.group), found(loaded.person)];
    const key = { groupId: group.id, personId: person.id };
    await tx.groupMember.upsert({ where: { groupId_personId: key }, create: key, update: { byClaim: false }, select: { groupId: true } });
    return { group, person };
  },
  subject: (_loaded, _input, { group, person }) => subjectOf(group, person),
});

/** Takes somebody out who was put in by hand; whom a claim put in leaves when the claim does. */
export const removeGroupMember = defineCommand({
  name: "group.remove-member",
  input: z.strictObject({ group: z.uuid(), person: z.uuid() }),
  load: loadBoth,
  verb: "manage_people",
  object: () => platform,
  async perform(tx, loaded) {
    const [group, person] = [found(loaded.group), found(loaded.person)];
    const key = { groupId: group.id, personId: person.id };
    const { byClaim } = found(await tx.groupMember.findUnique({ where: { groupId_personId: key }, select: { byClaim: true } }));
    if (byClaim) throw new BerthError("conflict", { detail: "The identity provider made this person a member: change it there." });
    await tx.groupMember.delete({ where: { groupId_personId: key }, select: { groupId: true } });
    return { group, person };
  },
  subject: (_loaded, _input, { group, person }) => subjectOf(group, person),
});

interface Both {
  readonly group: { readonly id: string; readonly name: string } | null;
  readonly person: { readonly id: string; readonly name: string } | null;
}

async function loadBoth(
  tx: Transaction,
  input: { readonly group: string; readonly person?: string | undefined; readonly email?: string | undefined },
): Promise<Both> {
  const select = { id: true, name: true } as const;
  const group = await lockGroup(tx, input.group);
  if (input.email !== undefined) return { group, person: await tx.person.findUnique({ where: { email: input.email }, select }) };
  return { group, person: input.person === undefined ? null : await tx.person.findUnique({ where: { id: input.person }, select }) };
}

function subjectOf(group: { readonly id: string; readonly name: string }, person: { readonly id: string; readonly name: string }) {
  return {
    objectType: "group",
    objectId: group.id,
    projectId: null,
    detail: { group: group.name, person: person.id, personName: person.name },
  };
}
