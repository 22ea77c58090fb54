import { Prisma } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { kindsWhere } from "../projects/visible.ts";

/** Bells that show more than this show this and a plus. */
export const countedAtMost = 100;

/** A condition on `notification n`: rows of the actor himself, about what he may view now. Null for whom there are none. */
export function ownNotifications(actor: Actor): Prisma.Sql | null {
  if (actor.id === null) return null;
  const there = Prisma.sql`n.person_id = ${actor.id}::uuid AND EXISTS (SELECT 1 FROM project p WHERE p.id = n.project_id AND p.deleted_at IS NULL)`;
  if (actor.isAdmin && actor.limits === null) return there;
  const projects = actor.isAdmin ? [...(actor.limits?.projects ?? [])] : [...actor.grants.keys()];
  const within = projects.filter((id) => actor.limits?.projects?.has(id) !== false);
  const places = within.flatMap((id) => kindsWhere(actor, "view", id).map((kind) => `${id} ${kind}`));
  return Prisma.sql`${there} AND (CASE WHEN n.stage_kind IS NULL THEN n.project_id::text = ANY(${within}::text[])
    ELSE n.project_id || ' ' || n.stage_kind = ANY(${places}::text[]) END)`;
}

/** A number: how many of them are unread, counted no further than `countedAtMost`. */
export function unreadCount(actor: Actor): Prisma.Sql {
  const own = ownNotifications(actor);
  if (own === null) return Prisma.sql`0`;
  return Prisma.sql`(SELECT count(*)::int FROM (SELECT 1 FROM notification n WHERE ${own} AND n.read_at IS NULL LIMIT ${countedAtMost}) unread)`;
}
