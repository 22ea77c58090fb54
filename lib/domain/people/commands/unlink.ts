import { z } from "zod";

import { defineCommand } from "../../command.ts";
import { lockAdmins, refuseLastAdmin } from "../admins.ts";
import { found, lockPerson } from "../load.ts";
import { providerKinds } from "../schema.ts";
import { endSessions } from "../sessions.ts";

/**
 * Forgets how somebody is known to a kind of identity provider, and signs him out everywhere: it may have been somebody else. By his
 * e-mail he is linked again only when nothing else lets him in. Throws `not_found`, and `last_admin` when nobody could manage people afterwards.
 */
export const unlinkIdentity = defineCommand({
  name: "identity.unlink",
  input: z.strictObject({ person: z.uuid(), provider: z.enum(providerKinds) }),
  async load(tx, { person: id, provider }) {
    const admins = await lockAdmins(tx);
    const person = await lockPerson(tx, id);
    const others = await tx.identity.count({ where: { personId: id, NOT: { provider: { startsWith: `${provider}:` } } } });
    return { person, admins, staysIn: person?.hasPassword === true || others > 0 };
  },
  verb: "manage_people",
  object: () => ({ type: "platform" }) as const,
  gate({ person, admins, staysIn }) {
    const { id } = found(person);
    if (!staysIn && admins.signingIn.has(id)) refuseLastAdmin(admins, id);
  },
  async perform(tx, { person }, { provider }) {
    const { id } = found(person);
    const { count } = await tx.identity.deleteMany({ where: { personId: id, provider: { startsWith: `${provider}:` } } });
    found(count === 0 ? null : count);
    return { id, unlinked: count, ended: await endSessions(tx, id) };
  },
  subject: (_loaded, { provider }, { id, ended }) => ({
    objectType: "person",
    objectId: id,
    projectId: null,
    detail: { provider, sessionsEnded: ended },
  }),
});
