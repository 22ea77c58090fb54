import { openDeploymentStatuses } from "#lib/core/states.ts";
import type { Database } from "#lib/platform/database/client.ts";

import { systemActor } from "../access/policy.ts";
import { writeAudit } from "../audit/write.ts";
import { destroyEnvironment } from "./destroy.ts";

/** More than this goes in the next round. */
const atOnce = 20;

/**
 * Takes down what nobody has touched for as long as its stage says: no deployment asked for, and nobody reading its log. It can be made
 * again from its ref by a click. Answers how many went.
 */
export async function expireEnvironments(database: Database): Promise<number> {
  const idle = await database.$queryRaw<Array<{ id: string; hours: number }>>`
    SELECT e.id, s.ttl_hours AS hours FROM environment e JOIN stage s ON s.id = e.stage_id
    WHERE e.destroyed_at IS NULL AND e.desired <> 'destroyed' AND s.ttl_hours IS NOT NULL
      AND GREATEST(e.changed_at, e.log_watched_until) < now() - make_interval(hours => s.ttl_hours)
      AND NOT EXISTS (SELECT 1 FROM deployment d WHERE d.environment_id = e.id AND d.status::text = ANY(${[...openDeploymentStatuses]}))
    ORDER BY e.changed_at LIMIT ${atOnce}`;
  let gone = 0;
  for (const { id, hours } of idle) if (await expire(database, id, hours)) gone += 1;
  return gone;
}

/** The row is locked and asked again: a click between the list and the lock keeps the environment. */
async function expire(database: Database, id: string, hours: number): Promise<boolean> {
  return database.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<Array<{ id: string; projectId: string }>>`
      SELECT e.id, e.project_id AS "projectId" FROM environment e
      WHERE e.id = ${id}::uuid AND e.destroyed_at IS NULL AND e.desired <> 'destroyed'
        AND GREATEST(e.changed_at, e.log_watched_until) < now() - make_interval(hours => ${hours}::int) FOR UPDATE OF e`;
    if (row === undefined) return false;
    await destroyEnvironment(tx, systemActor, row, `Nobody touched it for ${hours} hours`);
    await writeAudit(tx, systemActor, {
      action: "environment.expire",
      objectType: "environment",
      objectId: id,
      projectId: row.projectId,
      environmentId: id,
      outcome: "allowed",
      detail: { hours },
    });
    return true;
  });
}
