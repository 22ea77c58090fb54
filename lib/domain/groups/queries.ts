import { BerthError } from "#lib/core/errors.ts";
import type { Role } from "#lib/platform/database/client.ts";

import { type Actor, authorise } from "../access/policy.ts";
import type { Reader } from "../projects/head.ts";

export interface GroupRow {
  readonly id: string;
  readonly name: string;
  /** The group's name in an identity provider's claim; null when members are put in by hand alone. */
  readonly claim: string | null;
  readonly members: number;
  /** In how many projects the group has a role. */
  readonly projects: number;
}

export interface GroupsPage {
  readonly rows: GroupRow[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

export interface GroupMemberRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly disabled: boolean;
  /** Put there by an identity provider, and not to be taken out by hand. */
  readonly byClaim: boolean;
}

export interface GroupDetails {
  readonly id: string;
  readonly name: string;
  readonly claim: string | null;
  readonly createdAt: Date;
  readonly projects: Array<{ readonly slug: string; readonly name: string; readonly roles: Role[] }>;
  readonly members: { readonly rows: GroupMemberRow[]; readonly total: number; readonly page: number; readonly pages: number };
}

const perPage = 50;
const projectsAtMost = 500;

/** A page of all groups by name, fifty at a time. */
export async function listGroups(reader: Reader, actor: Actor, query: { readonly page?: number | undefined }): Promise<GroupsPage> {
  authorise(actor, "manage_people", { type: "platform" });
  const total = await reader.database.personGroup.count();
  const { page, pages, offset } = pageOf(query.page, total);
  const rows = await reader.database.$queryRaw<GroupRow[]>`
    SELECT g.id, g.name, g.claim,
      (SELECT count(*)::int FROM group_member m WHERE m.group_id = g.id) AS members,
      (SELECT count(DISTINCT r.project_id)::int FROM group_membership r
        JOIN project p ON p.id = r.project_id AND p.deleted_at IS NULL WHERE r.group_id = g.id) AS projects
    FROM person_group g ORDER BY lower(g.name), g.id LIMIT ${perPage} OFFSET ${offset}`;
  return { rows, total, page, pages };
}

/** A group with its roles and a page of its members, fifty at a time. Throws `not_found`. */
export async function getGroup(
  reader: Reader,
  actor: Actor,
  id: string,
  query: { readonly page?: number | undefined },
): Promise<GroupDetails> {
  authorise(actor, "manage_people", { type: "platform" });
  const [group, total] = await Promise.all([
    reader.database.personGroup.findUnique({ where: { id }, select: { id: true, name: true, claim: true, createdAt: true } }),
    reader.database.groupMember.count({ where: { groupId: id } }),
  ]);
  if (group === null) throw new BerthError("not_found");
  const { page, pages, offset } = pageOf(query.page, total);
  const [rows, projects] = await Promise.all([
    reader.database.$queryRaw<GroupMemberRow[]>`
      SELECT p.id, p.name, p.email, p.disabled_at IS NOT NULL AS disabled, m.by_claim AS "byClaim"
      FROM group_member m JOIN person p ON p.id = m.person_id WHERE m.group_id = ${id}::uuid
      ORDER BY lower(p.name), p.id LIMIT ${perPage} OFFSET ${offset}`,
    reader.database.$queryRaw<Array<{ slug: string; name: string; roles: Role[] }>>`
      SELECT p.slug, p.name, array_agg(r.role::text ORDER BY r.role) AS roles
      FROM group_membership r JOIN project p ON p.id = r.project_id AND p.deleted_at IS NULL
      WHERE r.group_id = ${id}::uuid GROUP BY p.slug, p.name ORDER BY lower(p.name), p.slug LIMIT ${projectsAtMost}`,
  ]);
  return { ...group, projects, members: { rows, total, page, pages } };
}

function pageOf(wanted: number | undefined, total: number): { page: number; pages: number; offset: number } {
  const pages = Math.max(1, Math.ceil(total / perPage));
  const page = Math.min(Math.max(wanted ?? 1, 1), pages);
  return { page, pages, offset: (page - 1) * perPage };
}
