import { BerthError } from "#lib/core/errors.ts";
import type { Role } from "#lib/platform/database/client.ts";

import { type Actor, authorise } from "../access/policy.ts";
import type { Reader } from "../projects/head.ts";
import type { PersonState } from "./schema.ts";

interface Named {
  readonly id: string;
  readonly name: string;
}

/** A project somebody has roles in. */
export interface PersonProject {
  readonly slug: string;
  readonly name: string;
  /** Each role with the way it came: null is the person's own, else the group. */
  readonly roles: Array<{ readonly role: Role; readonly group: Named | null }>;
}

/** An API token without itself: what tells one from another, and what it may be used for. */
export interface PersonToken extends Named {
  readonly hint: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** Its time is over: it is refused. */
  readonly ended: boolean;
  readonly lastUsedAt: Date | null;
  /** The names of the projects it is limited to, those that are gone left out; null where it is not limited. */
  readonly projects: string[] | null;
  readonly verbs: string[] | null;
}

export interface PersonSession {
  readonly id: string;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
}

export interface PersonDetails extends Named {
  readonly email: string;
  readonly isAdmin: boolean;
  readonly state: PersonState;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
  /** The last use of a session or a token; null when never. */
  readonly lastSeenAt: Date | null;
  /** How the person signs in: "password" and the names of identity providers. */
  readonly signsInBy: string[];
  readonly invitation: { readonly createdBy: string; readonly createdAt: Date; readonly expiresAt: Date } | null;
  readonly projects: PersonProject[];
  readonly groups: Array<Named & { readonly byClaim: boolean }>;
  readonly sessions: PersonSession[];
  readonly tokens: PersonToken[];
  /** It is the one who asks. */
  readonly isSelf: boolean;
}

/** More than this of anything is a mistake somewhere; the page shows the first. */
const atMost = 200;

/** Somebody with all that belongs to him, for admins. Throws `not_found`. */
export async function getPerson(reader: Reader, actor: Actor, id: string): Promise<PersonDetails> {
  authorise(actor, "manage_people", { type: "platform" });
  const row = await readPerson(reader, id);
  const [projects, tokens, lastSeenAt] = await Promise.all([
    readProjects(reader, id),
    withProjectNames(reader, row.tokens),
    readLastSeen(reader, id),
  ]);
  const { passwordHash, identities, invitations, groups, ...rest } = row;
  const [invitation] = invitations;
  const signsInBy = [...(passwordHash === null ? [] : ["password"]), ...new Set(identities.map(({ provider }) => provider))];
  return {
    ...rest,
    signsInBy,
    state: rest.disabledAt !== null ? "disabled" : signsInBy.length === 0 ? "invited" : "active",
    lastSeenAt,
    invitation:
      invitation === undefined
        ? null
        : { createdBy: invitation.createdByName, createdAt: invitation.createdAt, expiresAt: invitation.expiresAt },
    projects,
    groups: groups.map(({ byClaim, group }) => ({ ...group, byClaim })),
    tokens,
    isSelf: id === actor.id,
  };
}

async function readPerson(reader: Reader, id: string) {
  const now = new Date();
  const row = await reader.database.person.findUnique({
    where: { id },
    select: {
      id: true,
      name: true,
      email: true,
      isAdmin: true,
      createdAt: true,
      disabledAt: true,
      passwordHash: true,
      identities: { select: { provider: true }, orderBy: { provider: "asc" }, take: atMost },
      invitations: {
        where: { usedAt: null, revokedAt: null, expiresAt: { gt: now } },
        orderBy: { createdAt: "desc" },
        take: 1,
        select: { createdByName: true, createdAt: true, expiresAt: true },
      },
      groups: { select: { byClaim: true, group: { select: { id: true, name: true } } }, orderBy: { group: { name: "asc" } }, take: atMost },
      sessions: {
        where: { endedAt: null, expiresAt: { gt: now } },
        orderBy: { lastSeenAt: "desc" },
        take: atMost,
        select: { id: true, userAgent: true, createdAt: true, lastSeenAt: true },
      },
      tokens: {
        where: { revokedAt: null },
        orderBy: { createdAt: "desc" },
        take: atMost,
        select: {
          id: true,
          name: true,
          hint: true,
          createdAt: true,
          expiresAt: true,
          lastUsedAt: true,
          allProjects: true,
          projectIds: true,
          allVerbs: true,
          verbs: true,
        },
      },
    },
  });
  if (row === null) throw new BerthError("not_found");
  return row;
}

async function readLastSeen(reader: Reader, id: string): Promise<Date | null> {
  const [row] = await reader.database.$queryRaw<Array<{ at: Date | null }>>`
    SELECT greatest((SELECT max(last_seen_at) FROM session WHERE person_id = ${id}::uuid),
                    (SELECT max(last_used_at) FROM api_token WHERE person_id = ${id}::uuid)) AS at`;
  return row?.at ?? null;
}

interface RoleRow {
  readonly slug: string;
  readonly name: string;
  readonly role: Role;
  readonly groupId: string | null;
  readonly groupName: string | null;
}

/** Roles of the person's own and of his groups, by project. */
async function readProjects(reader: Reader, id: string): Promise<PersonProject[]> {
  const rows = await reader.database.$queryRaw<RoleRow[]>`
    SELECT p.slug, p.name, r.role::text AS role, r.group_id AS "groupId", r.group_name AS "groupName" FROM (
      SELECT m.project_id, m.role, NULL::uuid AS group_id, NULL::text AS group_name FROM membership m WHERE m.person_id = ${id}::uuid
      UNION ALL
      SELECT gr.project_id, gr.role, g.id, g.name
      FROM group_member gm JOIN person_group g ON g.id = gm.group_id JOIN group_membership gr ON gr.group_id = g.id
      WHERE gm.person_id = ${id}::uuid) r
    JOIN project p ON p.id = r.project_id AND p.deleted_at IS NULL
    ORDER BY lower(p.name), p.slug, r.group_name NULLS FIRST, r.role LIMIT ${atMost * 5}`;
  const projects = new Map<string, PersonProject>();
  for (const { slug, name, role, groupId, groupName } of rows) {
    const project = projects.get(slug) ?? { slug, name, roles: [] };
    project.roles.push({ role, group: groupId === null || groupName === null ? null : { id: groupId, name: groupName } });
    projects.set(slug, project);
  }
  return [...projects.values()].slice(0, atMost);
}

interface TokenRow extends Omit<PersonToken, "projects" | "verbs" | "ended"> {
  readonly allProjects: boolean;
  readonly projectIds: string[];
  readonly allVerbs: boolean;
  readonly verbs: string[];
}

async function withProjectNames(reader: Reader, tokens: readonly TokenRow[]): Promise<PersonToken[]> {
  const ids = [...new Set(tokens.flatMap(({ allProjects, projectIds }) => (allProjects ? [] : projectIds)))];
  const projects =
    ids.length === 0
      ? []
      : await reader.database.project.findMany({
          where: { id: { in: ids }, deletedAt: null },
          select: { id: true, name: true },
          take: 1_000,
        });
  const names = new Map(projects.map(({ id, name }) => [id, name]));
  return tokens.map(({ allProjects, projectIds, allVerbs, verbs, ...token }) => ({
    ...token,
    ended: token.expiresAt !== null && token.expiresAt.getTime() < Date.now(),
    projects: allProjects ? null : projectIds.flatMap((id) => names.get(id) ?? []),
    verbs: allVerbs ? null : verbs,
  }));
}
