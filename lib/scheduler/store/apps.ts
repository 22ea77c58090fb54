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

/** Writes an app and adds this version to its history, of which the newest fifty stay. */
export async function saveApp(query: Query, app: AppDefinition): Promise<void> {
  const values = [app.id, app.version, JSON.stringify(app)];
  await query(
    `INSERT INTO scheduler.app (id, version, definition) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, definition = excluded.definition`,
    values,
  );
  await query("INSERT INTO scheduler.app_version (app_id, version, definition) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", values);
  await query(
    `DELETE FROM scheduler.app_version WHERE app_id = $1 AND version <
       (SELECT version FROM scheduler.app_version WHERE app_id = $1 ORDER BY version DESC OFFSET ${keptVersions - 1} LIMIT 1)`,
    [app.id],
  );
}

/** Removes an app with its history and its last failure. */
export async function deleteApp(query: Query, id: string): Promise<void> {
  await query("DELETE FROM scheduler.app WHERE id = $1", [id]);
}

/** The versions of an app, newest first. */
export async function listVersions(database: Database, id: string): Promise<string[]> {
  const rows = await database.query("SELECT version FROM scheduler.app_version WHERE app_id = $1 ORDER BY version DESC", [id]);
  return rows.map((row) => versionRow.parse(row).version.toISOString());
}

/** The versions at which anything below a group changed, newest first; `prefix` ends with a slash. */
export async function listGroupVersions(database: Database, prefix: string): Promise<string[]> {
  const rows = await database.query(
    "SELECT DISTINCT version FROM scheduler.app_version WHERE starts_with(app_id, $1) ORDER BY version DESC LIMIT 100",
    [prefix],
  );
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
