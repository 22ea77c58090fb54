import type { StageKind } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { type ProjectHead, type Reader, headOf, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { type Delivery, type Measure, type Review, deliveryMeasures, periodStart, reviewMeasure } from "./figures.ts";

export const periods = [7, 30, 90] as const;
export type Period = (typeof periods)[number];

export interface MeasuresPage {
  readonly project: ProjectHead;
  readonly days: Period;
  /** Those about stages the viewer may see. */
  readonly measures: readonly Measure[];
}

/** More than this of one kind is not looked at: the newest count. */
const rowsAtMost = 1_000;
const reviewed: readonly StageKind[] = ["staging", "uat"];

/** How a project delivers: each figure with the rows it is made of. What the viewer may not see is in no figure. */
export async function getMeasures(reader: Reader, actor: Actor, slug: string, days: Period): Promise<MeasuresPage> {
  const project = await readProject(reader, actor, slug);
  const kinds = kindsWhere(actor, "view", project.id);
  const since = periodStart(days, Date.now());
  const judged = reviewed.filter((kind) => kinds.includes(kind));
  const [deliveries, reviews] = await Promise.all([
    kinds.includes("production") ? readDeliveries(reader, project.id, since) : null,
    judged.length > 0 ? readReviews(reader, project.id, judged, since) : null,
  ]);
  return {
    project: headOf(reader.settings, actor, project),
    days,
    measures: [...(deliveries === null ? [] : deliveryMeasures(deliveries, days)), ...(reviews === null ? [] : [reviewMeasure(reviews)])],
  };
}

/** What a page's address or a request says; the month where it says nothing that is known. */
export function periodIn(text: unknown): Period {
  return periods.find((days) => String(days) === text) ?? 30;
}

async function readDeliveries(reader: Reader, projectId: string, since: Date): Promise<Delivery[]> {
  const rows = await reader.database.$queryRaw<Delivery[]>`
    SELECT d.id, d.environment_id AS "environmentId", e.name AS environment, d.number, d.status::text AS status, d.trigger, d.commit,
      d.ended_at AS "endedAt", p.rolled_back_at AS "rolledBackAt",
      (SELECT min(b.created_at) FROM build b WHERE b.project_id = d.project_id AND b.commit = d.commit) AS "builtAt"
    FROM deployment d JOIN environment e ON e.id = d.environment_id JOIN stage s ON s.id = e.stage_id
    LEFT JOIN promotion p ON p.id = d.promotion_id
    WHERE d.project_id = ${projectId}::uuid AND s.kind = 'production' AND d.status IN ('live', 'failed') AND d.ended_at >= ${since}
    ORDER BY d.ended_at DESC LIMIT ${rowsAtMost}`;
  return rows.toReversed();
}

async function readReviews(reader: Reader, projectId: string, kinds: readonly StageKind[], since: Date): Promise<Review[]> {
  return reader.database.$queryRaw<Review[]>`
    SELECT e.name AS environment, r.number, r.served_at AS "servedAt",
      (SELECT d.id FROM deployment d WHERE d.release_id = r.id ORDER BY d.number LIMIT 1) AS "deploymentId",
      (SELECT min(v.at) FROM verdict v WHERE v.release_id = r.id) AS "judgedAt"
    FROM release r JOIN environment e ON e.id = r.environment_id JOIN stage s ON s.id = e.stage_id
    WHERE e.project_id = ${projectId}::uuid AND s.kind::text = ANY(${[...kinds]}) AND r.served_at >= ${since}
      AND (e.live_release_id = r.id OR EXISTS (SELECT 1 FROM verdict v WHERE v.release_id = r.id))
    ORDER BY r.served_at DESC LIMIT ${rowsAtMost}`;
}
