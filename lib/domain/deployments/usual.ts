import type { Database, StageKind } from "#lib/platform/database/client.ts";

/** Only the newest runs say what is usual. */
const sample = 15;

/**
 * How long each step usually takes in a project: the median over its newest successful runs in stages of these kinds, in milliseconds, by
 * step name.
 */
export async function usualTimes(database: Database, projectId: string, kinds: readonly StageKind[]): Promise<Map<string, number>> {
  const rows = await database.$queryRaw<Array<{ name: string; ms: number }>>`
    WITH newest AS (
      SELECT d.id FROM deployment d JOIN environment e ON e.id = d.environment_id JOIN stage s ON s.id = e.stage_id
      WHERE d.project_id = ${projectId}::uuid AND d.status = 'live' AND s.kind::text = ANY(${[...kinds]})
      ORDER BY d.created_at DESC LIMIT ${sample})
    SELECT s.name, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.ended_at - s.started_at) * 1000)::float8 AS ms
    FROM deployment_step s JOIN newest ON newest.id = s.deployment_id WHERE s.status = 'done' GROUP BY s.name`;
  return new Map(rows.map((row) => [row.name, Math.round(row.ms)]));
}
