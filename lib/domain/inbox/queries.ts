import { Prisma } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import type { Reader } from "../projects/head.ts";
import { type InboxItem, type InboxKind, type InboxRow, inboxKinds } from "./kinds.ts";

/** What waits for somebody, the newest first: a bounded number of each kind, nothing of a stage he may not view. */
export async function listInbox(reader: Pick<Reader, "database">, actor: Actor): Promise<readonly InboxItem[]> {
  const all = everything(actor);
  if (all === null) return [];
  const rows = await reader.database.$queryRaw<InboxRow[]>`SELECT * FROM (${all}) waiting ORDER BY since DESC NULLS LAST, kind, id`;
  return rows.map((row) => ({ id: `${row.kind} ${row.id}`, kind: row.kind, since: row.since, ...inboxKinds[row.kind].item(row) }));
}

/** How many items there are, in one statement: it is asked for with every page. */
export async function countInbox(reader: Pick<Reader, "database">, actor: Actor): Promise<number> {
  const all = everything(actor);
  if (all === null) return 0;
  const [row] = await reader.database.$queryRaw<Array<{ count: number }>>`SELECT count(*)::int AS count FROM (${all}) waiting`;
  return row?.count ?? 0;
}

function everything(actor: Actor): Prisma.Sql | null {
  const kinds: InboxKind[] = [];
  for (const kind in inboxKinds) if (isKind(kind)) kinds.push(kind);
  const selects = kinds.flatMap((kind) => {
    const rows = inboxKinds[kind].rows(actor);
    if (rows === null) return [];
    return [Prisma.sql`SELECT ${kind}::text AS kind, one.* FROM (${rows}) AS one(id, project, name, environment, stage, code, since)`];
  });
  return selects.length === 0 ? null : Prisma.join(selects, " UNION ALL ");
}

function isKind(name: string): name is InboxKind {
  return name in inboxKinds;
}
