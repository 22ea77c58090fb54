import { Prisma } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { unreadCount } from "../notifications/unread.ts";
import type { Reader } from "../projects/head.ts";
import { type InboxItem, type InboxRow, perKind } from "./kind.ts";
import { type InboxKind, inboxKinds } from "./kinds.ts";

/** What waits for somebody, the newest first: a bounded number of each kind, nothing of a stage he may not view. */
export async function listInbox(
  reader: Pick<Reader, "database">,
  actor: Actor,
): Promise<ReadonlyArray<InboxItem & { readonly kind: InboxKind }>> {
  const all = everything(actor, true);
  if (all === null) return [];
  const rows = await reader.database.$queryRaw<
    Array<InboxRow & { kind: InboxKind }>
  >`SELECT * FROM (${all}) waiting ORDER BY since DESC NULLS LAST, kind, id`;
  return rows.map((row) => ({ id: `${row.kind} ${row.id}`, kind: row.kind, since: row.since, ...inboxKinds[row.kind].item(row) }));
}

/** How many items there are, in one statement: it is asked for with every page. */
export async function countInbox(reader: Pick<Reader, "database">, actor: Actor): Promise<number> {
  const all = everything(actor, false);
  if (all === null) return 0;
  const [row] = await reader.database.$queryRaw<Array<{ count: number }>>`SELECT count(*)::int AS count FROM (${all}) waiting`;
  return row?.count ?? 0;
}

/** What the bar above every page counts, in one statement: what waits, and what was told and is not read yet. */
export async function countForBar(
  reader: Pick<Reader, "database">,
  actor: Actor,
): Promise<{ readonly waiting: number; readonly unread: number }> {
  const all = everything(actor, false);
  const waiting = all === null ? Prisma.sql`0` : Prisma.sql`(SELECT count(*)::int FROM (${all}) waiting)`;
  const [row] = await reader.database.$queryRaw<
    Array<{ waiting: number; unread: number }>
  >`SELECT ${waiting} AS waiting, ${unreadCount(actor)} AS unread`;
  return row ?? { waiting: 0, unread: 0 };
}

/** The union of all kinds, so many rows of each; in what order they are cut matters to lists alone. */
function everything(actor: Actor, ordered: boolean): Prisma.Sql | null {
  const kinds: InboxKind[] = [];
  for (const kind in inboxKinds) if (isKind(kind)) kinds.push(kind);
  const selects = kinds.flatMap((kind) => {
    const rows = inboxKinds[kind].rows(actor);
    if (rows === null) return [];
    return [
      Prisma.sql`SELECT ${kind}::text AS kind, one.* FROM (${rows.select} ${ordered ? rows.order : Prisma.empty} LIMIT ${perKind}) AS one(id, project, name, environment, stage, code, since)`,
    ];
  });
  return selects.length === 0 ? null : Prisma.join(selects, " UNION ALL ");
}

function isKind(name: string): name is InboxKind {
  return name in inboxKinds;
}
