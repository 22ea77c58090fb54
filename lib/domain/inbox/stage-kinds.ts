import { Prisma } from "#lib/platform/database/client.ts";

import { type Kind, ofRole } from "./kind.ts";
import { isWorkOf } from "./work-kinds.ts";

const there = Prisma.sql`e.destroyed_at IS NULL AND e.desired = 'running' AND p.deleted_at IS NULL`;
/** The configuration that was judged, `j`, and that of what is live, `l`: the same as `configurationOf` tells apart. */
const sameConfiguration = Prisma.sql`(j.id = l.id OR (j.variables = l.variables AND j.cpus = l.cpus AND j.mem = l.mem AND j.port = l.port
  AND j.health_path = l.health_path AND j.app = l.app))`;
/** The variables that the next deployment of `found` would take are those of what is live. */
const nothingPending = Prisma.sql`found.variables = COALESCE((
  SELECT jsonb_object_agg(name, CASE WHEN secret_id IS NULL THEN jsonb_build_object('value', COALESCE(value, '')) ELSE jsonb_build_object('secretId', secret_id) END)
  FROM (SELECT DISTINCT ON (w.name) w.name, w.value, w.secret_id FROM variable w
    WHERE w.project_id = found.project_id
      AND (w.environment_id = found.id OR w.stage_id = found.stage_id OR (w.stage_id IS NULL AND w.environment_id IS NULL))
    ORDER BY w.name, w.environment_id IS NULL, w.stage_id IS NULL) winning), '{}'::jsonb)`;
const newestVerdict = Prisma.sql`LATERAL (SELECT * FROM verdict WHERE verdict.environment_id = e.id ORDER BY verdict.number DESC LIMIT 1) v`;
/** From the stage `s` the way leads into the stage `n`, the first gated one behind it, and both take the same kind of refs. */
const leadsInto = Prisma.sql`s.project_id = n.project_id AND s.position < n.position AND (NOT n.per_ref OR n.ref_kind IS NULL OR s.ref_kind = n.ref_kind)
  AND n.removed_at IS NULL AND (n.starts = 'by_promotion' OR n.verdict_required)
  AND NOT EXISTS (SELECT 1 FROM stage b WHERE b.project_id = n.project_id AND b.position > s.position AND b.position < n.position
    AND b.removed_at IS NULL AND (b.starts = 'by_promotion' OR b.verdict_required))`;

/** What waits for whoever holds a role somewhere: testers and ops. */
export const stageKinds = {
  "verdict-wanted": {
    rows: (actor) =>
      ofRole(actor, "verdict", {
        select: (
          place,
        ) => Prisma.sql`SELECT e.id::text, p.slug, p.name, e.name, s.title, l.number::text, COALESCE(l.served_at, l.created_at)
          FROM ${place} JOIN stage s ON s.project_id = place.project AND s.kind::text = place.kind AND s.kind IN ('staging', 'uat')
          JOIN environment e ON e.stage_id = s.id JOIN project p ON p.id = e.project_id
          JOIN release l ON l.id = e.live_release_id JOIN image i ON i.id = l.image_id
          LEFT JOIN ${newestVerdict} ON true LEFT JOIN release j ON j.id = v.release_id
          WHERE ${there} AND e.health = 'healthy' AND (v.id IS NULL OR v.image_digest <> i.digest OR NOT ${sameConfiguration})
            AND NOT ${isWorkOf(actor)}`,
        order: Prisma.sql`ORDER BY COALESCE(l.served_at, l.created_at) DESC`,
      }),
    item: (row) => ({
      what: `${row.environment} waits for a verdict`,
      why: `Release #${row.code} of ${row.name} is live in ${row.stage}, and nobody has judged it.`,
      target: { type: "environment", project: row.project ?? "", name: row.environment ?? "" },
      others: `anybody who gives verdicts in ${row.stage}`,
    }),
  },
  "promotion-possible": {
    rows: (actor) =>
      ofRole(actor, "promote", {
        select: (place) => Prisma.sql`SELECT found.id::text, p.slug, p.name, found.name, found.title, found.given_by_name, found.at FROM (
            SELECT e.id, e.project_id, e.stage_id, e.name, n.title, v.given_by_name, v.at, l.variables
            FROM ${place} JOIN stage n ON n.project_id = place.project AND n.kind::text = place.kind JOIN stage s ON ${leadsInto}
            JOIN environment e ON e.stage_id = s.id JOIN ${newestVerdict} ON v.kind = 'approve'
            JOIN release l ON l.id = e.live_release_id AND l.cpus = s.cpus AND l.mem = s.mem JOIN image i ON i.id = l.image_id AND i.digest = v.image_digest
            JOIN release j ON j.id = v.release_id
            WHERE e.destroyed_at IS NULL AND e.desired = 'running' AND ${sameConfiguration}
              AND NOT EXISTS (SELECT 1 FROM environment o JOIN release r ON r.environment_id = o.id JOIN image c ON c.id = r.image_id
                WHERE o.stage_id = n.id AND c.digest = i.digest AND o.destroyed_at IS NULL AND (NOT n.per_ref OR o.ref_id = e.ref_id))
              AND NOT EXISTS (SELECT 1 FROM promotion m WHERE m.from_environment_id = e.id AND m.to_stage_id = n.id AND m.digest = i.digest
                AND m.status IN ('requested', 'waiting', 'started'))
            OFFSET 0) found JOIN project p ON p.id = found.project_id AND p.deleted_at IS NULL
          WHERE ${nothingPending}`,
        order: Prisma.sql`ORDER BY found.at DESC`,
      }),
    item: (row) => ({
      what: `${row.environment} is approved`,
      why: `${row.code} approved it: it can be promoted to ${row.stage}.`,
      target: { type: "environment", project: row.project ?? "", name: row.environment ?? "" },
      others: `anybody who may promote into ${row.stage}`,
    }),
  },
  "approval-wanted": {
    rows: (actor) =>
      ofRole(actor, "promote", {
        forAdmins: true,
        select: (place) => Prisma.sql`SELECT m.id::text, p.slug, p.name, e.name, n.title, m.asked_by_name, m.created_at
          FROM ${place} JOIN stage n ON n.project_id = place.project AND n.kind::text = place.kind
          JOIN promotion m ON m.to_stage_id = n.id AND m.status = 'requested'
          JOIN environment e ON e.id = m.from_environment_id JOIN project p ON p.id = m.project_id JOIN image i ON i.id = m.image_id
          WHERE p.deleted_at IS NULL AND m.asked_by_id IS DISTINCT FROM ${actor.id}::uuid AND NOT ${isWorkOf(actor)}
            AND NOT EXISTS (SELECT 1 FROM promotion_approval a WHERE a.promotion_id = m.id AND a.person_id = ${actor.id}::uuid)`,
        order: Prisma.sql`ORDER BY m.created_at DESC`,
      }),
    item: (row) => ({
      what: `A change of ${row.stage} waits for a second person`,
      why: `${row.code} asked to bring what runs in ${row.environment} to ${row.stage} of ${row.name}.`,
      target: { type: "promotion", project: row.project ?? "", id: row.id },
      others: `anybody else who may promote into ${row.stage}`,
    }),
  },
  "promotion-held": {
    rows: (actor) =>
      ofRole(actor, "promote", {
        select: (place) => Prisma.sql`SELECT m.id::text, p.slug, p.name, e.name, n.title, m.note, m.created_at
          FROM ${place} JOIN stage n ON n.project_id = place.project AND n.kind::text = place.kind
          JOIN promotion m ON m.to_stage_id = n.id AND m.status = 'waiting' AND m.note_code IS NOT NULL
          JOIN environment e ON e.id = m.from_environment_id JOIN project p ON p.id = m.project_id WHERE p.deleted_at IS NULL`,
        order: Prisma.sql`ORDER BY m.created_at DESC`,
      }),
    item: (row) => ({
      what: `A change of ${row.stage} is held back`,
      why: row.code ?? `${row.stage} of ${row.name} takes nothing new for now; it goes on by itself when the freeze ends.`,
      target: { type: "promotion", project: row.project ?? "", id: row.id },
      others: `anybody who may promote into ${row.stage}`,
    }),
  },
} as const satisfies Record<string, Kind>;
