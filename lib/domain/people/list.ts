import { Prisma } from "#lib/platform/database/client.ts";

import { type Actor, authorise } from "../access/policy.ts";
import type { Reader } from "../projects/head.ts";
import type { PersonFilter, PersonState } from "./schema.ts";

export interface PersonRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isAdmin: boolean;
  readonly state: PersonState;
  readonly createdAt: Date;
  /** The last use of a session or a token; null when never. */
  readonly lastSeenAt: Date | null;
  /** When the open invitation ends; null when there is none. */
  readonly invitedUntil: Date | null;
  /** In how many projects the person has a role, of his own or by a group. */
  readonly projects: number;
}

/** How many people the search finds, in all and of each kind. */
export type PeopleCounts = Readonly<Record<"all" | PersonFilter, number>>;

export interface PeoplePage {
  readonly rows: PersonRow[];
  readonly counts: PeopleCounts;
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

export interface PeopleQuery {
  /** A part of the name or of the e-mail address. */
  readonly search?: string | undefined;
  readonly filter?: PersonFilter | undefined;
  readonly page?: number | undefined;
  readonly perPage?: number | undefined;
}

const defaultPerPage = 50;
const maxPerPage = 200;

/** A page of all people, by name. Two statements, however many people there are. */
export async function listPeople(reader: Reader, actor: Actor, query: PeopleQuery): Promise<PeoplePage> {
  authorise(actor, "manage_people", { type: "platform" });
  const perPage = Math.min(Math.max(query.perPage ?? defaultPerPage, 1), maxPerPage);
  const search = query.search?.trim().slice(0, 200) ?? "";
  const counts = await countPeople(reader, search);
  const total = counts[query.filter ?? "all"];
  const pages = Math.max(1, Math.ceil(total / perPage));
  const page = Math.min(Math.max(query.page ?? 1, 1), pages);
  const rows = await readPeople(reader, { search, filter: query.filter, perPage, offset: (page - 1) * perPage });
  return { rows, counts, total, page, pages };
}

const canSignIn = Prisma.sql`(p.password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM identity i WHERE i.person_id = p.id))`;
const stateOf = Prisma.sql`CASE WHEN p.disabled_at IS NOT NULL THEN 'disabled' WHEN ${canSignIn} THEN 'active' ELSE 'invited' END`;
const conditions: Readonly<Record<PersonFilter, Prisma.Sql>> = {
  active: Prisma.sql`p.disabled_at IS NULL AND ${canSignIn}`,
  invited: Prisma.sql`p.disabled_at IS NULL AND NOT ${canSignIn}`,
  disabled: Prisma.sql`p.disabled_at IS NOT NULL`,
  admins: Prisma.sql`p.is_admin`,
};

/** The text as it is, not a pattern: nobody has to escape anything. */
function matches(search: string): Prisma.Sql {
  if (search === "") return Prisma.sql`true`;
  return Prisma.sql`(strpos(lower(p.name), lower(${search})) > 0 OR strpos(p.email, lower(${search})) > 0)`;
}

async function countPeople(reader: Reader, search: string): Promise<PeopleCounts> {
  const [row] = await reader.database.$queryRaw<PeopleCounts[]>`
    SELECT count(*)::int AS "all",
      count(*) FILTER (WHERE ${conditions.active})::int AS active,
      count(*) FILTER (WHERE ${conditions.invited})::int AS invited,
      count(*) FILTER (WHERE ${conditions.disabled})::int AS disabled,
      count(*) FILTER (WHERE ${conditions.admins})::int AS admins
    FROM person p WHERE ${matches(search)}`;
  return row ?? { all: 0, active: 0, invited: 0, disabled: 0, admins: 0 };
}

interface Wanted {
  readonly search: string;
  readonly filter: PersonFilter | undefined;
  readonly perPage: number;
  readonly offset: number;
}

/** First the page's people, then what is told of each: the rest of ten thousand is never looked at. */
async function readPeople(reader: Reader, { search, filter, perPage, offset }: Wanted): Promise<PersonRow[]> {
  const condition = filter === undefined ? Prisma.sql`true` : conditions[filter];
  return reader.database.$queryRaw<PersonRow[]>`
    WITH chosen AS (
      SELECT p.id, p.name, p.email, p.is_admin, p.created_at, ${stateOf} AS state
      FROM person p WHERE ${condition} AND ${matches(search)}
      ORDER BY lower(p.name), p.id LIMIT ${perPage} OFFSET ${offset})
    SELECT c.id, c.name, c.email, c.is_admin AS "isAdmin", c.state, c.created_at AS "createdAt",
      greatest((SELECT max(s.last_seen_at) FROM session s WHERE s.person_id = c.id),
               (SELECT max(t.last_used_at) FROM api_token t WHERE t.person_id = c.id)) AS "lastSeenAt",
      (SELECT max(i.expires_at) FROM invitation i
        WHERE i.person_id = c.id AND i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()) AS "invitedUntil",
      (SELECT count(DISTINCT r.project_id)::int FROM (
        SELECT m.project_id FROM membership m WHERE m.person_id = c.id
        UNION ALL
        SELECT g.project_id FROM group_membership g JOIN group_member gm ON gm.group_id = g.group_id WHERE gm.person_id = c.id) r
        JOIN project pr ON pr.id = r.project_id AND pr.deleted_at IS NULL) AS projects
    FROM chosen c ORDER BY lower(c.name), c.id`;
}
