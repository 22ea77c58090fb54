import { hashToken } from "#lib/platform/crypto/tokens.ts";
import type { Database, StageKind } from "#lib/platform/database/client.ts";

import type { Actor } from "./policy.ts";

interface Source {
  readonly ip: string | null;
  readonly requestId: string | null;
}

const seenEveryMs = 60_000;
const idleMs = 8 * 60 * 60_000;

/** The actor behind a session id from a cookie, or null: unknown, ended, expired, idle too long, or its person disabled. */
export async function actorOfSession(database: Database, sessionId: string, source: Source): Promise<Actor | null> {
  const session = await database.session.findUnique({
    where: { idHash: hashToken(sessionId) },
    include: { person: { include: { memberships: true } } },
  });
  const now = Date.now();
  if (session === null || session.endedAt !== null || session.expiresAt.getTime() < now || now - session.lastSeenAt.getTime() > idleMs)
    return null;
  if (session.person.disabledAt !== null) return null;
  if (now - session.lastSeenAt.getTime() > seenEveryMs)
    await database.session.updateMany({ where: { id: session.id }, data: { lastSeenAt: new Date() } });
  return actorOf(database, session.person, { ...source, tokenId: null, sessionId: session.id });
}

/** The actor behind an API token, or null: unknown, revoked, expired, or its person disabled. */
export async function actorOfToken(database: Database, token: string, source: Source): Promise<Actor | null> {
  if (token.length < 20 || token.length > 200) return null;
  const row = await database.apiToken.findUnique({
    where: { hash: hashToken(token) },
    include: { person: { include: { memberships: true } } },
  });
  const now = Date.now();
  if (row === null || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt.getTime() < now) || row.person.disabledAt !== null)
    return null;
  if (row.lastUsedAt === null || now - row.lastUsedAt.getTime() > seenEveryMs)
    await database.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: new Date() } });
  return actorOf(database, row.person, { ...source, tokenId: row.id, sessionId: null });
}

interface PersonWithRoles {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isAdmin: boolean;
  readonly memberships: ReadonlyArray<{ readonly projectId: string; readonly role: string }>;
}

async function actorOf(
  database: Database,
  person: PersonWithRoles,
  source: Source & { tokenId: string | null; sessionId: string | null },
): Promise<Actor> {
  const matrix = person.isAdmin || person.memberships.length === 0 ? [] : await database.permission.findMany();
  const grants = new Map<string, Map<StageKind, Set<string>>>();
  for (const { projectId, role } of person.memberships) {
    const stages = grants.get(projectId) ?? new Map<StageKind, Set<string>>();
    grants.set(projectId, stages);
    for (const row of matrix) {
      if (row.role !== role) continue;
      stages.set(row.stageKind, (stages.get(row.stageKind) ?? new Set()).add(row.verb));
    }
  }
  return {
    kind: "person",
    id: person.id,
    name: person.name,
    email: person.email,
    isAdmin: person.isAdmin,
    tokenId: source.tokenId,
    sessionId: source.sessionId,
    sourceIp: source.ip,
    requestId: source.requestId,
    grants,
  };
}
