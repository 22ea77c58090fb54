import { hashToken } from "#lib/platform/crypto/tokens.ts";
import type { Database, Role } from "#lib/platform/database/client.ts";

import { type GrantRow, grantsOf, grantsOfPerson, grantsOfRole } from "./grants.ts";
import type { Actor, Limits, Viewing } from "./policy.ts";

interface Source {
  readonly ip: string | null;
  readonly requestId: string | null;
}

interface PersonRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isAdmin: boolean;
  readonly disabledAt: Date | null;
}

const seenEveryMs = 60_000;
const idleMs = 8 * 60 * 60_000;
const personSelection = { id: true, name: true, email: true, isAdmin: true, disabledAt: true } as const;

/** The actor behind a session id from a cookie, or null: unknown, ended, expired, idle too long, or its person disabled. */
export async function actorOfSession(database: Database, sessionId: string, source: Source): Promise<Actor | null> {
  const session = await database.session.findUnique({
    where: { idHash: hashToken(sessionId) },
    include: { person: { select: personSelection }, viewAsPerson: { select: personSelection } },
  });
  const now = Date.now();
  if (session === null || session.endedAt !== null || session.expiresAt.getTime() < now || now - session.lastSeenAt.getTime() > idleMs)
    return null;
  if (session.person.disabledAt !== null) return null;
  if (now - session.lastSeenAt.getTime() > seenEveryMs)
    await database.session.updateMany({ where: { id: session.id }, data: { lastSeenAt: new Date() } });
  const about = { ...source, tokenId: null, sessionId: session.id, limits: null };
  // Whoever lost the admin's right lost the other's eyes with it.
  if (session.person.isAdmin && session.viewAsPerson !== null) return throughPerson(database, session.person, session.viewAsPerson, about);
  if (session.person.isAdmin && session.viewAsRole !== null) return throughRole(database, session.person, session.viewAsRole, about);
  return actorOf(session.person, await grantsFor(database, session.person), { ...about, viewing: null });
}

/** The actor behind an API token, or null: unknown, revoked, expired, or its person disabled. */
export async function actorOfToken(database: Database, token: string, source: Source): Promise<Actor | null> {
  if (token.length < 20 || token.length > 200) return null;
  const row = await database.apiToken.findUnique({
    where: { hash: hashToken(token) },
    include: { person: { select: personSelection } },
  });
  const now = Date.now();
  if (row === null || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt.getTime() < now) || row.person.disabledAt !== null)
    return null;
  if (row.lastUsedAt === null || now - row.lastUsedAt.getTime() > seenEveryMs)
    await database.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: new Date() } });
  const limits: Limits | null =
    row.allProjects && row.allVerbs
      ? null
      : { projects: row.allProjects ? null : new Set(row.projectIds), verbs: row.allVerbs ? null : new Set(row.verbs) };
  return actorOf(row.person, await grantsFor(database, row.person), { ...source, tokenId: row.id, sessionId: null, limits, viewing: null });
}

/** The person as an actor with today's rights, for work that begins after the request has ended; null when gone or disabled. */
export async function actorOfPerson(database: Database, personId: string): Promise<Actor | null> {
  const person = await database.person.findUnique({ where: { id: personId }, select: personSelection });
  if (person === null || person.disabledAt !== null) return null;
  const about = { ip: null, requestId: null, tokenId: null, sessionId: null, limits: null, viewing: null };
  return actorOf(person, await grantsFor(database, person), about);
}

type About = Source & Pick<Actor, "tokenId" | "sessionId" | "limits">;

async function throughPerson(database: Database, admin: PersonRow, person: PersonRow, about: About): Promise<Actor> {
  const viewing: Viewing = { by: { id: admin.id, name: admin.name }, as: { kind: "person", id: person.id, name: person.name } };
  return actorOf(person, await grantsFor(database, person), { ...about, viewing });
}

async function throughRole(database: Database, admin: PersonRow, role: Role, about: About): Promise<Actor> {
  const viewing: Viewing = { by: { id: admin.id, name: admin.name }, as: { kind: "role", role } };
  return actorOf({ ...admin, isAdmin: false }, await grantsOfRole(database, role), { ...about, viewing });
}

async function grantsFor(database: Database, person: PersonRow): Promise<GrantRow[]> {
  return person.isAdmin ? [] : grantsOfPerson(database, person.id);
}

function actorOf(person: PersonRow, grants: readonly GrantRow[], about: About & Pick<Actor, "viewing">): Actor {
  return {
    kind: "person",
    id: person.id,
    name: person.name,
    email: person.email,
    isAdmin: person.isAdmin,
    tokenId: about.tokenId,
    sessionId: about.sessionId,
    sourceIp: about.ip,
    requestId: about.requestId,
    grants: grantsOf(grants),
    limits: about.limits,
    viewing: about.viewing,
  };
}
