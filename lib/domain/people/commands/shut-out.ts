import { z } from "zod";

import { defineCommand } from "../../command.ts";
import { found, lockPerson } from "../load.ts";
import { endSessions } from "../sessions.ts";

/** Signs a person out everywhere: every browser has to sign in again. Tokens stay. */
export const signOutPerson = defineCommand({
  name: "person.sign-out",
  input: z.strictObject({ person: z.uuid() }),
  load: (tx, { person }) => lockPerson(tx, person),
  verb: "manage_people",
  object: () => ({ type: "platform" }) as const,
  perform: async (tx, person) => ({ ended: await endSessions(tx, found(person).id) }),
  subject: (_loaded, { person }, { ended }) => ({ objectType: "person", objectId: person, projectId: null, detail: { ended } }),
});

/** Ends one API token of somebody at once. */
export const revokePersonToken = defineCommand({
  name: "person.revoke-token",
  input: z.strictObject({ person: z.uuid(), token: z.uuid() }),
  load: (tx, { person, token }) =>
    tx.apiToken.findFirst({ where: { id: token, personId: person, revokedAt: null }, select: { id: true, name: true } }),
  verb: "manage_people",
  object: () => ({ type: "platform" }) as const,
  async perform(tx, row) {
    const { id, name } = found(row);
    await tx.apiToken.update({ where: { id }, data: { revokedAt: new Date() }, select: { id: true } });
    return { id, name };
  },
  subject: (_loaded, { person }, { id, name }) => ({ objectType: "token", objectId: id, projectId: null, detail: { name, person } }),
});
