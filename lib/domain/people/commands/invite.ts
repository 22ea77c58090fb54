import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";
import { refuseLimited } from "../admins.ts";
import { makeInvitation, revokeInvitations } from "../invitation.ts";
import { found, lockPerson } from "../load.ts";

const input = z.strictObject({ person: z.uuid() });
const inviteInput = z.strictObject({ person: z.uuid(), mail: z.boolean().optional() });

/** A new link with which the person sets a password, also to replace a forgotten one. Older links die. Shown once. */
export const invitePerson = defineCommand({
  name: "person.invite",
  input: inviteInput,
  load: async (tx, { person }, { limits }) => ({ person: await lockPerson(tx, person), actor: { limits } }),
  verb: "manage_people",
  object: () => ({ type: "platform" }) as const,
  gate({ person, actor }) {
    if (found(person).isAdmin) refuseLimited(actor);
    if (found(person).disabledAt !== null) throw new BerthError("conflict", { detail: "Enable this person first." });
  },
  perform: (tx, { person }, { mail }, actor, settings) => makeInvitation(tx, found(person).id, actor, settings, { mail }),
  subject: (_loaded, { person }, { expiresAt }) => ({
    objectType: "person",
    objectId: person,
    projectId: null,
    detail: { expiresAt: expiresAt.toISOString() },
  }),
});

/** Ends the open link of a person. `not_found` when there is none. */
export const revokeInvitation = defineCommand({
  name: "person.revoke-invitation",
  input,
  load: (tx, { person }) => lockPerson(tx, person),
  verb: "manage_people",
  object: () => ({ type: "platform" }) as const,
  async perform(tx, person) {
    const revoked = await revokeInvitations(tx, found(person).id);
    if (revoked === 0) throw new BerthError("not_found", { detail: "There is no open invitation." });
    return { revoked };
  },
  subject: (_loaded, { person }) => ({ objectType: "person", objectId: person, projectId: null }),
});
