import { z } from "zod";

import { type Database, Prisma } from "#lib/platform/database/client.ts";

import { type AuditFilter, timeRange } from "./schema.ts";
import { type AuditScope, placesSql, withinSql } from "./scope.ts";

/** Entries of one time may have been written in another order; so much earlier and later is looked at. */
const slack = Prisma.sql`interval '1 hour'`;
const uuid = z.uuid();

export interface Position {
  /** Only entries older than this one. */
  readonly before?: string | undefined;
  /** Only entries newer than this one. */
  readonly after?: string | undefined;
  /** Nothing older than this one is looked at. */
  readonly floor?: bigint | undefined;
}

/**
 * The numbers of at most `limit` entries within the scope, the newest first (with `after`, those right after it). Every way of
 * narrowing goes along an index from one end, so that the length of the log does not matter.
 */
export async function findEntries(
  database: Database,
  scope: AuditScope,
  filter: AuditFilter,
  position: Position,
  limit: number,
): Promise<bigint[]> {
  const narrowed = await conditionsOf(database, scope, filter);
  if (narrowed === null) return [];
  const forwards = position.after !== undefined;
  const order = forwards ? Prisma.sql`ASC` : Prisma.sql`DESC`;
  const conditions = [
    ...narrowed,
    ...(position.before === undefined ? [] : [Prisma.sql`a.seq < ${position.before}::bigint`]),
    ...(position.after === undefined ? [] : [Prisma.sql`a.seq > ${position.after}::bigint`]),
    ...(position.floor === undefined ? [] : [Prisma.sql`a.seq >= ${position.floor}::bigint`]),
  ];
  const rows = await database.$queryRaw<Array<{ seq: bigint }>>(statement(scope, filter, conditions, order, limit));
  const found = rows.map(({ seq }) => seq);
  return forwards ? found.toReversed() : found;
}

function statement(
  scope: AuditScope,
  filter: AuditFilter,
  conditions: readonly Prisma.Sql[],
  order: Prisma.Sql,
  limit: number,
): Prisma.Sql {
  const narrow = conditions.length === 0 ? Prisma.sql`true` : Prisma.join([...conditions], " AND ");
  const end = Prisma.sql`ORDER BY a.seq ${order} LIMIT ${limit}`;
  if (scope.whole) return Prisma.sql`SELECT a.seq FROM audit_entry a WHERE ${narrow} ${end}`;
  const places = Prisma.sql`SELECT x.seq FROM ${placesSql(scope)} CROSS JOIN LATERAL
    (SELECT a.seq FROM audit_entry a WHERE ${withinSql} AND ${narrow} ${end}) x`;
  // One's own acts elsewhere are shown without saying on what, so they cannot be asked for by it either.
  const byObject = filter.project !== undefined || filter.environment !== undefined || filter.text !== undefined;
  const own =
    scope.own === null || byObject
      ? Prisma.empty
      : Prisma.sql`UNION (SELECT a.seq FROM audit_entry a WHERE a.actor_id = ${scope.own}::uuid AND ${narrow} ${end})`;
  return Prisma.sql`SELECT a.seq FROM (${places} ${own}) a ${end}`;
}

/** The filter as conditions on entry `a`; null where nothing can be found. */
async function conditionsOf(database: Database, scope: AuditScope, filter: AuditFilter): Promise<Prisma.Sql[] | null> {
  const conditions: Prisma.Sql[] = [];
  if (filter.outcome !== undefined) {
    conditions.push(Prisma.sql`a.outcome = ${filter.outcome}`);
    if (filter.outcome !== "allowed") conditions.push(Prisma.sql`a.outcome <> 'allowed'`);
  }
  if (filter.action !== undefined)
    conditions.push(
      filter.action.includes(".") ? Prisma.sql`a.action = ${filter.action}` : Prisma.sql`split_part(a.action, '.', 1) = ${filter.action}`,
    );
  if (filter.project !== undefined) {
    const project = await database.project.findFirst({ where: { slug: filter.project }, select: { id: true } });
    if (project === null) return null;
    conditions.push(Prisma.sql`a.project_id = ${project.id}::uuid`);
  }
  if (filter.environment !== undefined) {
    const ids = await environmentsCalled(database, filter.environment);
    if (ids.length === 0) return null;
    conditions.push(Prisma.sql`a.environment_id = ANY(${ids}::uuid[])`);
  }
  if (filter.who !== undefined) conditions.push(await byWhom(database, scope, filter.who));
  if (filter.text !== undefined) {
    const part = `%${literally(filter.text)}%`;
    conditions.push(
      Prisma.sql`(a.object_name ILIKE ${part} OR a.action ILIKE ${part} OR a.reason ILIKE ${part} OR a.detail::text ILIKE ${part})`,
    );
  }
  return [...conditions, ...betweenSql(filter)];
}

/** By the time itself, and by the numbers around it, which is what the list is read along. */
function betweenSql(filter: AuditFilter): Prisma.Sql[] {
  const { from, to } = timeRange(filter);
  const conditions: Prisma.Sql[] = [];
  if (from !== null)
    conditions.push(
      Prisma.sql`a.at >= ${from}`,
      Prisma.sql`a.seq >= coalesce((SELECT b.seq FROM audit_entry b WHERE b.at >= ${from}::timestamptz - ${slack} ORDER BY b.at LIMIT 1), 9223372036854775807)`,
    );
  if (to !== null)
    conditions.push(
      Prisma.sql`a.at < ${to}`,
      Prisma.sql`a.seq <= coalesce((SELECT b.seq FROM audit_entry b WHERE b.at < ${to}::timestamptz + ${slack} ORDER BY b.at DESC LIMIT 1), 0)`,
    );
  return conditions;
}

const sameNameAtMost = 500;

async function environmentsCalled(database: Database, wanted: string): Promise<string[]> {
  if (uuid.safeParse(wanted).success) return [wanted];
  const rows = await database.environment.findMany({ where: { name: wanted }, select: { id: true }, take: sameNameAtMost });
  return rows.map(({ id }) => id);
}

const sameWordAtMost = 50;

/** People keep their entries when they are renamed, so whoever may look them up finds them by what they are called now, too. */
async function byWhom(database: Database, scope: AuditScope, who: string): Promise<Prisma.Sql> {
  if (uuid.safeParse(who).success) return Prisma.sql`a.actor_id = ${who}::uuid`;
  const name = literally(who);
  const part = `%${name}%`;
  if (!scope.whole) return Prisma.sql`a.actor_name ILIKE ${part}`;
  const people = await database.person.findMany({
    where: { OR: [{ email: { contains: name, mode: "insensitive" } }, { name: { contains: name, mode: "insensitive" } }] },
    select: { id: true },
    take: sameWordAtMost,
  });
  const ids = people.map(({ id }) => id);
  return Prisma.sql`(a.actor_id = ANY(${ids}::uuid[]) OR a.actor_name ILIKE ${part})`;
}

/** Text in which no character stands for others. */
function literally(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
