import { type Database, Prisma, type StageKind, type Transaction } from "#lib/platform/database/client.ts";

/** A rejection that no later build has answered. */
export interface OpenRejection {
  readonly verdictId: string;
  /** Where it was rejected, e.g. `staging/v2.2`. */
  readonly environmentName: string;
  readonly stageTitle: string;
  readonly kind: "reject" | "not_testable";
  readonly words: string;
  readonly by: string;
  readonly at: Date;
}

interface Row extends OpenRejection {
  readonly environmentId: string;
}

/**
 * Of the rejections that no one has answered, `v` being the verdict, `e` its environment, `i` its image: the newest verdict there, and
 * nothing newer has come. For a branch that is a later build of it; for a tag a later verdict in that stage on an image built later.
 */
export const isOpen: Prisma.Sql = Prisma.sql`v.kind <> 'approve'
  AND NOT EXISTS (SELECT 1 FROM verdict later WHERE later.environment_id = v.environment_id AND later.number > v.number)
  AND NOT EXISTS (SELECT 1 FROM ref r WHERE r.id = e.ref_id AND r.kind = 'branch' AND (r.gone_at IS NOT NULL OR EXISTS (
    SELECT 1 FROM build b WHERE b.project_id = v.project_id AND b.ref_name = 'refs/heads/' || r.name AND b.status = 'built'
      AND b.ended_at > v.at AND b.commit <> v.commit)))
  AND NOT EXISTS (SELECT 1 FROM environment other JOIN verdict answer ON answer.environment_id = other.id JOIN image newer ON newer.id = answer.image_id
    WHERE other.stage_id = e.stage_id AND answer.at > v.at AND newer.created_at > i.created_at
      AND NOT EXISTS (SELECT 1 FROM ref r WHERE r.id = e.ref_id AND r.kind = 'branch'))`;

/**
 * The open rejection that each of these environments' branches carries: of what ran there itself, or of the same image or commit in another
 * stage that may be viewed. It stays until the branch has a later build. One statement, whatever their number.
 */
export async function openRejectionsOf(
  database: Pick<Transaction | Database, "$queryRaw">,
  environmentIds: readonly string[],
  visibleKinds: readonly StageKind[],
): Promise<Map<string, OpenRejection>> {
  if (environmentIds.length === 0 || visibleKinds.length === 0) return new Map();
  const rows = await database.$queryRaw<Row[]>`
    WITH open AS MATERIALIZED (
      SELECT v.id, v.project_id, v.kind::text AS kind, v.words, v.given_by_name, v.at, v.image_id, v.commit, e.ref_id, e.name, s.title
      FROM verdict v JOIN environment e ON e.id = v.environment_id JOIN stage s ON s.id = e.stage_id JOIN image i ON i.id = v.image_id
      WHERE v.project_id IN (SELECT project_id FROM environment WHERE id = ANY(${[...environmentIds]}::uuid[]))
        AND s.kind::text = ANY(${[...visibleKinds]}) AND ${isOpen})
    SELECT DISTINCT ON (place.id) place.id AS "environmentId", open.id AS "verdictId", open.name AS "environmentName", open.title AS "stageTitle",
      open.kind, open.words, open.given_by_name AS by, open.at
    FROM environment place JOIN ref branch ON branch.id = place.ref_id AND branch.kind = 'branch'
    JOIN open ON open.project_id = place.project_id AND (open.ref_id = place.ref_id OR open.commit = branch.commit
      OR EXISTS (SELECT 1 FROM release r WHERE r.environment_id = place.id AND r.image_id = open.image_id))
    WHERE place.id = ANY(${[...environmentIds]}::uuid[])
      AND NOT EXISTS (SELECT 1 FROM release r JOIN image newer ON newer.id = r.image_id
        WHERE r.environment_id = place.id AND newer.created_at > open.at AND r.commit <> open.commit)
    ORDER BY place.id, open.at DESC`;
  return new Map(rows.map(({ environmentId, ...rejection }) => [environmentId, rejection]));
}
