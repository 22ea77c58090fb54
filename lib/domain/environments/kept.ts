import { openDeploymentStatuses } from "#lib/core/states.ts";
import type { Database } from "#lib/platform/database/client.ts";

import type { Snapshot } from "./snapshot.ts";

/** A ring that got lost costs at most so much. */
const trustMs = 2_000;

/** A snapshot that a waiting step goes on using: nothing but somebody's wish can have changed in it. */
export interface KeptSnapshot {
  readonly snapshot: Snapshot;
  readonly checkedAt: number;
}

export function keep(snapshot: Snapshot): KeptSnapshot {
  return { snapshot, checkedAt: performance.now() };
}

/**
 * The snapshot while it still holds, else null. Rung at, or after a while, it is compared with the rows in one statement: reading all of it
 * again takes a dozen, and most rings are Marathon's, who changes no rows.
 */
export async function stillHolding(database: Database, kept: KeptSnapshot, rung: boolean): Promise<KeptSnapshot | null> {
  if (!rung && performance.now() - kept.checkedAt < trustMs) return kept;
  const { snapshot } = kept;
  const rows = await database.$queryRaw<{ desired: string; deleted: boolean; open: string[] | null }[]>`
    SELECT e.desired::text AS desired, p.deleted_at IS NOT NULL AS deleted,
      (SELECT array_agg(d.id::text || ' ' || d.status::text || ' ' || (d.cancel_requested_at IS NOT NULL)::text ORDER BY d.number)
       FROM deployment d WHERE d.environment_id = e.id AND d.status::text = ANY(${[...openDeploymentStatuses]})) AS open
    FROM environment e JOIN project p ON p.id = e.project_id WHERE e.id = ${snapshot.id}::uuid AND e.destroyed_at IS NULL`;
  const open = snapshot.deployments.map(({ id, status, cancelRequestedAt }) => `${id} ${status} ${cancelRequestedAt !== null}`);
  const same =
    rows[0] !== undefined &&
    rows[0].desired === snapshot.desired &&
    rows[0].deleted === (snapshot.project.deletedAt !== null) &&
    (rows[0].open ?? []).join() === open.join();
  return same ? keep(snapshot) : null;
}
