import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { defineCommand } from "../../command.ts";
import { roles } from "../../permissions/words.ts";
import type { Actor } from "../policy.ts";

/** An admin looks at Berth as a person, or as somebody with one role in every project, until he ends it. Read-only, in this session alone. */
export const viewAs = defineCommand({
  name: "view-as.begin",
  input: z
    .strictObject({ person: z.uuid().optional(), role: z.enum(roles).optional() })
    .refine(({ person, role }) => (person === undefined) !== (role === undefined), "Choose a person or a role."),
  async load(_tx, _input, actor) {
    if (actor.sessionId === null) throw new BerthError("forbidden", { detail: "“View as” belongs to a browser's session." });
    return { sessionId: actor.sessionId };
  },
  verb: "manage_people",
  object: () => ({ type: "platform" }) as const,
  async perform(tx, { sessionId }, { person, role }, actor) {
    const viewed = person === undefined ? null : await findViewed(tx, person, actor);
    await tx.session.update({
      where: { id: sessionId },
      data: { viewAsPersonId: viewed?.id ?? null, viewAsRole: role ?? null },
      select: { id: true },
    });
    return { viewed };
  },
  subject: (_loaded, { role }, { viewed }) => ({
    objectType: viewed === null ? "role" : "person",
    objectId: viewed?.id ?? role ?? null,
    projectId: null,
    detail: { as: viewed?.name ?? role ?? null },
  }),
});

async function findViewed(tx: Transaction, id: string, actor: Actor): Promise<{ id: string; name: string }> {
  const person = await tx.person.findUnique({ where: { id }, select: { id: true, name: true, disabledAt: true } });
  if (person === null) throw new BerthError("not_found");
  if (person.id === actor.id) throw new BerthError("invalid_input", { detail: "You see Berth as yourself already." });
  if (person.disabledAt !== null) throw new BerthError("conflict", { detail: `${person.name} may not sign in and sees nothing.` });
  return person;
}

/** Back to one's own eyes. Also where nothing is left to end: two tabs may both ask. */
export const endViewAs = defineCommand({
  name: "view-as.end",
  input: z.strictObject({}),
  whileViewing: true,
  async load(tx, _input, actor) {
    if (actor.sessionId === null) throw new BerthError("forbidden", { detail: "“View as” belongs to a browser's session." });
    return tx.session.findUniqueOrThrow({
      where: { id: actor.sessionId },
      select: { id: true, personId: true, viewAsRole: true, viewAsPerson: { select: { id: true, name: true } } },
    });
  },
  verb: "manage_account",
  object: ({ personId }) => ({ type: "account", personId }) as const,
  async perform(tx, { id }) {
    await tx.session.update({ where: { id }, data: { viewAsPersonId: null, viewAsRole: null }, select: { id: true } });
  },
  subject: ({ viewAsPerson, viewAsRole }) => ({
    objectType: viewAsPerson === null ? "role" : "person",
    objectId: viewAsPerson?.id ?? viewAsRole,
    projectId: null,
    detail: { as: viewAsPerson?.name ?? viewAsRole },
  }),
});
