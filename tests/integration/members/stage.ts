import { randomUUID } from "node:crypto";

import { actorOfSession, actorOfToken } from "#lib/domain/access/authenticate.ts";
import { createToken } from "#lib/domain/access/commands/tokens.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { setRoles } from "#lib/domain/members/commands/set-roles.ts";
import { hashToken, newRandomId } from "#lib/platform/crypto/tokens.ts";
import type { Role } from "#lib/platform/database/client.ts";
import { type Stage, openStage } from "#tests/integration/domain/stage.ts";

const source = { ip: "192.0.2.7", requestId: null };
const weekMs = 7 * 24 * 60 * 60_000;

/** A person who is signed in: the actor is read from the database each time, as for every request. */
export interface Someone {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly sessionId: string;
  /** Who he is now; throws when the session counts no more. */
  actor(): Promise<Actor>;
}

export interface PeopleStage extends Stage {
  readonly ada: Someone;
  someone(name: string, options?: { isAdmin?: boolean }): Promise<Someone>;
  /** Gives a person roles in a project, as the admin does. */
  give(who: Someone, project: string, ...roles: Role[]): Promise<void>;
  group(name: string, ...members: Someone[]): Promise<string>;
  /** A token of the person's own, through the command; returns how to ask with it. */
  token(who: Someone, limits?: { projects?: string[]; verbs?: string[] }): Promise<{ id: string; actor: () => Promise<Actor | null> }>;
}

/** People with sessions on a real database, under web's own identity. */
export async function openPeopleStage(): Promise<PeopleStage> {
  const stage = await openStage();
  const { database } = stage.context;

  async function someone(name: string, { isAdmin = false } = {}): Promise<Someone> {
    const email = `${name.toLowerCase()}-${randomUUID().slice(0, 8)}@example.org`;
    const { id } = await database.person.create({ data: { name, email, isAdmin }, select: { id: true } });
    const sessionId = newRandomId();
    await database.session.create({
      data: { idHash: hashToken(sessionId), personId: id, expiresAt: new Date(Date.now() + weekMs) },
      select: { id: true },
    });
    return {
      id,
      email,
      name,
      sessionId,
      async actor() {
        const actor = await actorOfSession(database, sessionId, source);
        if (actor === null) throw new Error(`${name} is not signed in`);
        return actor;
      },
    };
  }

  const ada = await someone("Ada", { isAdmin: true });
  return {
    ...stage,
    ada,
    someone,
    async give(who, project, ...roles) {
      await setRoles.run(stage.context, await ada.actor(), { project, person: who.id, roles });
    },
    async group(name, ...members) {
      const unique = `${name} ${randomUUID().slice(0, 8)}`;
      const group = await database.personGroup.create({
        data: { name: unique, members: { createMany: { data: members.map(({ id }) => ({ personId: id })) } } },
        select: { id: true },
      });
      return group.id;
    },
    async token(who, limits = {}) {
      const { id, token } = await createToken.run(stage.context, await who.actor(), { name: "test", ...limits });
      return { id, actor: async () => actorOfToken(database, token, source) };
    },
  };
}
