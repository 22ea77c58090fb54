import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { hashPassword, passwordWeakness } from "#lib/platform/crypto/passwords.ts";

import { emailSchema } from "../../access/sign-in.ts";
import { definePreparedCommand } from "../../command.ts";
import { refuseLimited } from "../admins.ts";
import { makeInvitation } from "../invitation.ts";
import { personName } from "../schema.ts";

export const createPersonInput = z.strictObject({
  email: emailSchema,
  name: personName,
  /** Without one, an invitation is made with which the person sets a password. */
  password: z.string().max(1024).optional(),
  isAdmin: z.boolean().optional(),
  /** Whether the invitation is sent by mail, too. */
  mail: z.boolean().optional(),
});

/** Adds somebody. Answers with the link of the invitation, this once; null when a password was given. */
export const createPerson = definePreparedCommand({
  name: "person.create",
  input: createPersonInput,
  prepareFor: () => ({ type: "platform" }) as const,
  prepare: async (_context, { password }) => (password === undefined ? null : hashPassword(password)),
  async load(tx, { email }, { limits }) {
    return { taken: (await tx.person.findUnique({ where: { email }, select: { id: true } })) !== null, actor: { limits } };
  },
  verb: "manage_people",
  object: () => ({ type: "platform" }) as const,
  gate({ taken, actor }, { email, password, isAdmin }) {
    if (isAdmin === true) refuseLimited(actor);
    if (taken) throw new BerthError("already_exists", { fields: { email: "Somebody has this e-mail address already." } });
    const weakness = password === undefined ? null : passwordWeakness(password, email);
    if (weakness !== null) throw new BerthError("password_weak", { detail: weakness, fields: { password: weakness } });
  },
  async perform(tx, _loaded, { email, name, isAdmin = false, mail }, actor, settings, passwordHash) {
    const { id } = await tx.person.create({ data: { email, name, isAdmin, passwordHash }, select: { id: true } });
    const invitation = passwordHash === null ? await makeInvitation(tx, id, actor, settings, { mail }) : null;
    return { id, invitationUrl: invitation?.url ?? null };
  },
  subject: (_loaded, { email, name, isAdmin = false, mail = false }, { id, invitationUrl }) => ({
    objectType: "person",
    objectId: id,
    projectId: null,
    detail: { invited: invitationUrl !== null, mailed: mail && invitationUrl !== null },
    after: { email, name, isAdmin },
  }),
});
