import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { hashPassword, passwordWeakness } from "#lib/platform/crypto/passwords.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import type { Actor } from "../../access/policy.ts";
import { emailSchema } from "../../access/sign-in.ts";
import { definePreparedCommand } from "../../command.ts";
import { type Admins, lockAdmins, noAdmins, refuseLastAdmin, refuseLimited } from "../admins.ts";
import { revokeInvitations } from "../invitation.ts";
import { type LockedPerson, found, lockPerson } from "../load.ts";
import { personName } from "../schema.ts";
import { endSessions } from "../sessions.ts";

export const updatePersonInput = z.strictObject({
  person: z.uuid(),
  name: personName.optional(),
  /** Unlinks the identities that came by the old one, and ends their sessions. */
  email: emailSchema.optional(),
  isAdmin: z.boolean().optional(),
  /** Ends all sessions and open links of the person. */
  password: z.string().max(1024).optional(),
  /** Ends all sessions; tokens are refused for as long as it lasts. */
  disabled: z.boolean().optional(),
});
type Input = z.output<typeof updatePersonInput>;

interface Loaded {
  readonly person: LockedPerson | null;
  /** Somebody else has the wished e-mail address. */
  readonly taken: boolean;
  /** Where they matter for this change. */
  readonly admins: Admins;
  readonly actor: Pick<Actor, "limits">;
  /** The one who asks lost his own rights while he waited for his turn. */
  readonly overtaken: boolean;
}

/** Changes somebody: name, e-mail, admin or not, password, disabled or not. Only what is given. */
export const updatePerson = definePreparedCommand({
  name: "person.update",
  input: updatePersonInput,
  prepareFor: () => ({ type: "platform" }) as const,
  prepare: async (_context, { password }) => (password === undefined ? null : hashPassword(password)),
  load,
  verb: "manage_people",
  object: () => ({ type: "platform" }) as const,
  gate({ person: row, taken, admins, overtaken, actor }: Loaded, input) {
    if (overtaken) throw new BerthError("forbidden");
    const person = found(row);
    if (input.isAdmin === true || (person.isAdmin && touchesAccount(input))) refuseLimited(actor);
    const unlinked = input.email !== undefined && input.email !== person.email && !person.hasPassword && input.password === undefined;
    if (input.isAdmin === false || input.disabled === true || (unlinked && admins.signingIn.has(person.id)))
      refuseLastAdmin(admins, person.id);
    if (taken) throw new BerthError("already_exists", { fields: { email: "Somebody has this e-mail address already." } });
    const weakness = input.password === undefined ? null : passwordWeakness(input.password, input.email ?? person.email);
    if (weakness !== null) throw new BerthError("password_weak", { detail: weakness, fields: { password: weakness } });
  },
  async perform(tx, { person: row }, input, _actor, _settings, passwordHash) {
    const person = found(row);
    const { before, after } = changesOf(person, input);
    await store(tx, person, input, passwordHash);
    // Who proved the old address has not proved the new one.
    const unlinked = after["email"] === undefined ? 0 : (await tx.identity.deleteMany({ where: { personId: person.id } })).count;
    const endsSessions = input.password !== undefined || unlinked > 0 || (input.disabled === true && person.disabledAt === null);
    const sessionsEnded = endsSessions ? await endSessions(tx, person.id) : 0;
    // A link that was made for the old address or the old password must not undo this.
    if (input.password !== undefined || after["email"] !== undefined) await revokeInvitations(tx, person.id);
    return { id: person.id, sessionsEnded, unlinked, before, after };
  },
  subject: (_loaded, { password }, { id, sessionsEnded, unlinked, before, after }) => ({
    objectType: "person",
    objectId: id,
    projectId: null,
    detail: { passwordSet: password !== undefined, sessionsEnded, ...(unlinked === 0 ? {} : { identitiesUnlinked: unlinked }) },
    before,
    after,
  }),
});

/** What whoever holds it could become this person by. */
function touchesAccount({ password, email, isAdmin }: Input): boolean {
  return password !== undefined || email !== undefined || isAdmin !== undefined;
}

async function load(tx: Transaction, { person: id, email, isAdmin, disabled }: Input, actor: Actor): Promise<Loaded> {
  const touchesRights = isAdmin !== undefined || disabled !== undefined || email !== undefined;
  const admins = touchesRights ? await lockAdmins(tx) : noAdmins;
  const overtaken = touchesRights && actor.id !== null && !(await isAdminNow(tx, actor.id));
  const person = await lockPerson(tx, id);
  const other = email === undefined ? null : await tx.person.findFirst({ where: { email, NOT: { id } }, select: { id: true } });
  return { person, taken: other !== null, admins, overtaken, actor };
}

async function isAdminNow(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.person.findFirst({ where: { id, isAdmin: true, disabledAt: null }, select: { id: true } })) !== null;
}

async function store(
  tx: Transaction,
  person: LockedPerson,
  { name, email, isAdmin, disabled }: Input,
  passwordHash: string | null,
): Promise<void> {
  await tx.person.update({
    where: { id: person.id },
    data: {
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email }),
      ...(isAdmin === undefined ? {} : { isAdmin }),
      ...(passwordHash === null ? {} : { passwordHash }),
      // The time of the first disabling stays.
      ...(disabled === undefined ? {} : { disabledAt: disabled ? (person.disabledAt ?? new Date()) : null }),
    },
    select: { id: true },
  });
}

/** The fields that differ, as they were and as they are. The password is not among them. */
function changesOf(person: LockedPerson, input: Input) {
  const was = { name: person.name, email: person.email, isAdmin: person.isAdmin, disabled: person.disabledAt !== null };
  const wished = { name: input.name, email: input.email, isAdmin: input.isAdmin, disabled: input.disabled };
  const before: Record<string, string | boolean> = {};
  const after: Record<string, string | boolean> = {};
  for (const field of ["name", "email", "isAdmin", "disabled"] as const) {
    const value = wished[field];
    if (value === undefined || value === was[field]) continue;
    before[field] = was[field];
    after[field] = value;
  }
  return { before, after };
}
