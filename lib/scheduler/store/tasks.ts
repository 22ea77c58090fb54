import { z } from "zod";

import { appSchema } from "../model/app.ts";
import { type Task, taskStateSchema } from "../tasks/task.ts";
import { type Database } from "./database.ts";

const moment = z.date().transform((date) => date.toISOString());
const taskRow = z.object({
  id: z.string(),
  instance_id: z.string(),
  app_id: z.string(),
  definition: appSchema,
  state: taskStateSchema,
  host: z.string(),
  ports: z.array(z.number()),
  ip_addresses: z.array(z.string()),
  container_id: z.string().nullable(),
  message: z.string(),
  kill_reason: z.string().nullable(),
  staged_at: moment,
  started_at: moment.nullable(),
  ended_at: moment.nullable(),
});

export async function loadTasks(database: Database): Promise<Task[]> {
  const rows = await database.query(
    `SELECT id, instance_id, app_id, definition, state, host, ports, ip_addresses, container_id, message, kill_reason, staged_at, started_at, ended_at
     FROM scheduler.task ORDER BY staged_at`,
  );
  return rows.map((row) => {
    const parsed = taskRow.parse(row);
    return {
      id: parsed.id,
      instanceId: parsed.instance_id,
      appId: parsed.app_id,
      app: parsed.definition,
      host: parsed.host,
      stagedAt: parsed.staged_at,
      ports: parsed.ports,
      state: parsed.state,
      ipAddresses: parsed.ip_addresses,
      containerId: parsed.container_id,
      message: parsed.message,
      killReason: parsed.kill_reason,
      startedAt: parsed.started_at,
      endedAt: parsed.ended_at,
    };
  });
}

/** Writes all of a task; what never changes is written once. */
export async function saveTask(database: Database, task: Task): Promise<void> {
  await database.query(
    `INSERT INTO scheduler.task (id, instance_id, app_id, app_version, config_version, definition, state, host, ports, ip_addresses, container_id,
       message, kill_reason, staged_at, started_at, ended_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, ports = excluded.ports, ip_addresses = excluded.ip_addresses,
       container_id = excluded.container_id, message = excluded.message, kill_reason = excluded.kill_reason, started_at = excluded.started_at,
       ended_at = excluded.ended_at`,
    [
      task.id,
      task.instanceId,
      task.appId,
      task.app.version,
      task.app.versionInfo.lastConfigChangeAt,
      JSON.stringify(task.app),
      task.state,
      task.host,
      task.ports,
      task.ipAddresses,
      task.containerId,
      task.message,
      task.killReason,
      task.stagedAt,
      task.startedAt,
      task.endedAt,
    ],
  );
}

export async function deleteTask(database: Database, id: string): Promise<void> {
  await database.query("DELETE FROM scheduler.task WHERE id = $1", [id]);
}
