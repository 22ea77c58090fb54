import { z } from "zod";

import { type AppDefinition, appSchema } from "../model/app.ts";
import { type TaskFailure } from "../tasks/task.ts";
import { type Database, type Query } from "./database.ts";

const definitionRow = z.object({ definition: appSchema });
const versionRow = z.object({ version: z.date() });
/** Marathon's `zk_max_versions`. */
export const keptVersions = 50;

export async function loadApps(database: Database): Promise<AppDefinition[]> {
  const rows = await database.query("SELECT definition FROM scheduler.app");
  return rows.map((row) => definitionRow.parse(row).definition);
}

/** Writes apps and adds this version to the history of each, of which the newest fifty stay. */
export async function saveApps(query: Query, apps: readonly AppDefinition[]): Promise<void> {
  if (apps.length === 0) return;
  const ids = apps.map((app) => app.id);
  const values = [ids, apps.map((app) => app.version), apps.map((app) => JSON.stringify(app))];
  const given =
    "SELECT id, version, definition::jsonb FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS given (id, version, definition)";
  await query(
    `INSERT INTO scheduler.app (id, version, definition) ${given}
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, definition = excluded.definition`,
    values,
  );
  await query(`INSERT INTO scheduler.app_version (app_id, version, definition) ${given} ON CONFLICT DO NOTHING`, values);
  await query(
    `DELETE FROM scheduler.app_version old USING
       (SELECT app_id, version, row_number() OVER (PARTITION BY app_id ORDER BY version DESC) AS place
        FROM scheduler.app_version WHERE app_id = ANY($1)) AS ranked
     WHERE ranked.place > ${keptVersions} AND old.app_id = ranked.app_id AND old.version = ranked.version`,
    [ids],
  );
}

/** Removes apps with their histories and last failures. */
export async function deleteApps(query: Query, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await query("DELETE FROM scheduler.app WHERE id = ANY($1)", [[...ids]]);
}

/** The versions of an app, newest first. */
export async function listVersions(database: Database, id: string): Promise<string[]> {
  const rows = await database.query("SELECT version FROM scheduler.app_version WHERE app_id = $1 ORDER BY version DESC", [id]);
  return rows.map((row) => versionRow.parse(row).version.toISOString());
}

export async function findVersion(database: Database, id: string, version: string): Promise<AppDefinition | null> {
  const [row] = await database.query("SELECT definition FROM scheduler.app_version WHERE app_id = $1 AND version = $2", [id, version]);
  return row === undefined ? null : definitionRow.parse(row).definition;
}

const failureRow = z.object({
  failure: z.object({
    appId: z.string(),
    host: z.string(),
    message: z.string(),
    state: z.string(),
    taskId: z.string(),
    timestamp: z.string(),
    version: z.string(),
    slaveId: z.string().nullable(),
  }),
});

export async function loadFailures(database: Database): Promise<TaskFailure[]> {
  const rows = await database.query("SELECT failure FROM scheduler.task_failure");
  return rows.map((row) => failureRow.parse(row).failure);
}

/** Remembers the last failure of an app, unless the app is gone. */
export async function saveFailure(database: Database, failure: TaskFailure): Promise<void> {
  await database.query(
    `INSERT INTO scheduler.task_failure (app_id, failure) SELECT id, $2::jsonb FROM scheduler.app WHERE id = $1
     ON CONFLICT (app_id) DO UPDATE SET failure = excluded.failure`,
    [failure.appId, JSON.stringify(failure)],
  );
}
