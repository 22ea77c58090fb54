import type { Role } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { type ProjectHead, type Reader, headOf, readProject } from "../projects/head.ts";

export interface Member {
  readonly id: string;
  readonly name: string;
  /** Only for whoever administers the project. */
  readonly email: string | null;
  readonly admin: boolean;
  /** May not sign in at present. Shown only to whoever administers the project; nobody else sees such a person. */
  readonly disabled: boolean;
  /** Given to the person. */
  readonly roles: readonly Role[];
  /** Given to groups the person is in. */
  readonly groups: ReadonlyArray<{ readonly name: string; readonly roles: readonly Role[] }>;
}

export interface MemberGroup {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Those who are disabled count only for whoever administers the project. */
  readonly people: number;
}

export interface MemberList {
  readonly project: ProjectHead;
  readonly members: readonly Member[];
  readonly groups: readonly MemberGroup[];
  /** Groups without a role here yet, for whoever may give one. */
  readonly otherGroups: readonly string[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

const perPageUsual = 50;
const groupsAtMost = 200;

/**
 * Who is in a project, page by page. For whoever may view it: only its members and admins may. Admins are listed because
 * they may everything there, too.
 */
export async function listMembers(
  reader: Reader,
  actor: Actor,
  slug: string,
  {
    search = "",
    page = 1,
    perPage = perPageUsual,
  }: { search?: string | undefined; page?: number | undefined; perPage?: number | undefined } = {},
): Promise<MemberList> {
  const project = headOf(reader.settings, actor, await readProject(reader, actor, slug));
  const groups = await listGroups(reader, project);
  const found = await findMembers(reader, project, { search, limit: perPage, offset: (page - 1) * perPage });
  return {
    project,
    members: found.members,
    groups: groups.filter(({ roles }) => roles.length > 0),
    otherGroups: project.mayAdminister ? groups.filter(({ roles }) => roles.length === 0).map(({ name }) => name) : [],
    total: found.total,
    page,
    pages: Math.max(1, Math.ceil(found.total / perPage)),
  };
}

interface MemberRow extends Member {
  readonly email: string;
  readonly total: number;
}

async function findMembers(
  reader: Reader,
  { id, mayAdminister }: Pick<ProjectHead, "id" | "mayAdminister">,
  { search, limit, offset }: { search: string; limit: number; offset: number },
): Promise<{ members: Member[]; total: number }> {
  const pattern = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  // E-mail addresses are searched only for those who see them: a search tells as much as a list.
  const rows = await reader.database.$queryRaw<MemberRow[]>`
    WITH own AS (
      SELECT person_id, array_agg(role ORDER BY role)::text[] AS roles FROM membership WHERE project_id = ${id}::uuid GROUP BY person_id),
    through AS (
      SELECT gm.person_id, pg.name, array_agg(g.role ORDER BY g.role)::text[] AS roles
      FROM group_membership g JOIN group_member gm ON gm.group_id = g.group_id JOIN person_group pg ON pg.id = g.group_id
      WHERE g.project_id = ${id}::uuid GROUP BY gm.person_id, pg.name),
    everyone AS (
      SELECT person_id FROM own UNION SELECT person_id FROM through UNION SELECT person.id FROM person WHERE is_admin AND disabled_at IS NULL),
    found AS (
      SELECT p.id, p.name, p.email, p.is_admin, p.disabled_at IS NOT NULL AS disabled, count(*) OVER ()::int AS total
      FROM everyone JOIN person p ON p.id = everyone.person_id
      WHERE (${mayAdminister} OR p.disabled_at IS NULL)
        AND (p.name ILIKE ${pattern} OR (${mayAdminister} AND p.email ILIKE ${pattern}))
      ORDER BY lower(p.name), p.id LIMIT ${limit} OFFSET ${offset})
    SELECT found.id, found.name, found.email, found.is_admin AS admin, found.disabled, found.total,
      coalesce(own.roles, '{}') AS roles,
      coalesce((SELECT jsonb_agg(jsonb_build_object('name', through.name, 'roles', through.roles) ORDER BY through.name)
        FROM through WHERE through.person_id = found.id), '[]') AS groups
    FROM found LEFT JOIN own ON own.person_id = found.id ORDER BY lower(found.name), found.id`;
  return {
    members: rows.map(({ total: _total, email, ...member }) => ({ ...member, email: mayAdminister ? email : null })),
    total: rows[0]?.total ?? (offset === 0 ? 0 : (await findMembers(reader, { id, mayAdminister }, { search, limit: 1, offset: 0 })).total),
  };
}

async function listGroups(
  reader: Reader,
  { id: projectId, mayAdminister }: Pick<ProjectHead, "id" | "mayAdminister">,
): Promise<MemberGroup[]> {
  return reader.database.$queryRaw<MemberGroup[]>`
    SELECT pg.id, pg.name,
      coalesce((SELECT array_agg(g.role ORDER BY g.role)::text[] FROM group_membership g WHERE g.group_id = pg.id AND g.project_id = ${projectId}::uuid), '{}') AS roles,
      (SELECT count(*)::int FROM group_member gm JOIN person p ON p.id = gm.person_id
        WHERE gm.group_id = pg.id AND (${mayAdminister} OR p.disabled_at IS NULL)) AS people
    FROM person_group pg
    ORDER BY EXISTS (SELECT 1 FROM group_membership g WHERE g.group_id = pg.id AND g.project_id = ${projectId}::uuid) DESC, lower(pg.name)
    LIMIT ${groupsAtMost}`;
}
