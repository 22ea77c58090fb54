import { z } from "zod";

import { type AppDefinition, appSchema } from "../model/app.ts";
import { type Group, groupSchema } from "../model/group.ts";
import { type Database, type Query } from "./database.ts";

const definitionRow = z.object({ definition: groupSchema });
const versionRow = z.object({ version: z.date() });
const snapshotRow = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("app"), definition: appSchema }),
  z.object({ kind: z.literal("group"), definition: groupSchema }),
]);

/** How many versions of the whole tree are kept; older ones are folded into the oldest of these. */
const keptVersions = 200;

export async function loadGroups(database: Database): Promise<Group[]> {
  const rows = await database.query("SELECT definition FROM scheduler.app_group");
  return rows.map((row) => definitionRow.parse(row).definition);
}

export async function saveGroups(query: Query, upserts: readonly Group[], deletes: readonly string[]): Promise<void> {
  for (const group of upserts) {
    await query(
      `INSERT INTO scheduler.app_group (id, version, definition) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, definition = excluded.definition`,
      [group.id, group.version, JSON.stringify(group)],
    );
  }
  if (deletes.length > 0) await query("DELETE FROM scheduler.app_group WHERE id = ANY($1)", [[...deletes]]);
}

interface HistoryEntry {
  readonly kind: "app" | "group";
  readonly id: string;
  /** Null: it was removed. */
  readonly definition: AppDefinition | Group | null;
}

/** Notes what a change did, as one version of the tree. */
export async function addToHistory(query: Query, version: string, entries: readonly HistoryEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await query(
    `INSERT INTO scheduler.group_history (kind, id, version, definition)
     SELECT kind, id, $1, definition::jsonb FROM unnest($2::text[], $3::text[], $4::text[]) AS entry (kind, id, definition)
     ON CONFLICT (kind, id, version) DO UPDATE SET definition = excluded.definition`,
    [
      version,
      entries.map((entry) => entry.kind),
      entries.map((entry) => entry.id),
      entries.map((entry) => (entry.definition === null ? null : JSON.stringify(entry.definition))),
    ],
  );
}

/** Folds old versions into the oldest that is kept. */
export async function foldHistory(query: Query): Promise<void> {
  await query(
    `WITH edge AS (SELECT DISTINCT version FROM scheduler.group_history ORDER BY version DESC OFFSET ${keptVersions - 1} LIMIT 1)
     DELETE FROM scheduler.group_history old USING edge WHERE old.version < edge.version AND (old.definition IS NULL OR EXISTS
       (SELECT FROM scheduler.group_history newer WHERE newer.kind = old.kind AND newer.id = old.id
          AND newer.version > old.version AND newer.version <= edge.version))`,
  );
}

/** The versions at which a group or anything in it changed, newest first. */
export async function listGroupVersions(database: Database, id: string): Promise<string[]> {
  const rows = await database.query(
    "SELECT DISTINCT version FROM scheduler.group_history WHERE id = $1 OR starts_with(id, $2) ORDER BY version DESC LIMIT 200",
    [id, id === "/" ? "/" : `${id}/`],
  );
  return rows.map((row) => versionRow.parse(row).version.toISOString());
}

export interface GroupSnapshot {
  readonly apps: Map<string, AppDefinition>;
  readonly groups: Map<string, Group>;
}

/** A group with everything in it as it was at a version; null when there was no such version, or no such group then. */
export async function findGroupVersion(database: Database, id: string, version: string): Promise<GroupSnapshot | null> {
  const known = await database.query("SELECT 1 FROM scheduler.group_history WHERE version = $1 LIMIT 1", [version]);
  if (known.length === 0) return null;
  const rows = await database.query(
    `SELECT kind, definition FROM (
       SELECT DISTINCT ON (kind, id) kind, id, definition FROM scheduler.group_history
       WHERE version <= $1 AND (id = $2 OR starts_with(id, $3)) ORDER BY kind, id, version DESC) AS latest
     WHERE definition IS NOT NULL`,
    [version, id, id === "/" ? "/" : `${id}/`],
  );
  const snapshot: GroupSnapshot = { apps: new Map(), groups: new Map() };
  for (const row of rows) {
    const parsed = snapshotRow.parse(row);
    if (parsed.kind === "app") snapshot.apps.set(parsed.definition.id, parsed.definition);
    else snapshot.groups.set(parsed.definition.id, parsed.definition);
  }
  return snapshot.apps.size + snapshot.groups.size === 0 && id !== "/" ? null : snapshot;
}
