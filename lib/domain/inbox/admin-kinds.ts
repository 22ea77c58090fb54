import { Prisma } from "#lib/platform/database/client.ts";

import { type Kind, ofAdmins, problemWords } from "./kind.ts";

/** An invitation that nobody used is told of so long before it ends. */
const expiresSoon = Prisma.sql`interval '48 hours'`;
/** What a part said longer ago says nothing of now; the same as on the health page. */
const stale = Prisma.sql`interval '30 seconds'`;

/** What waits for admins of the platform. */
export const adminKinds = {
  "repository-unreadable": {
    rows: (actor) =>
      ofAdmins(
        actor,
        Prisma.sql`SELECT p.id::text, p.slug, p.name, NULL, NULL, p.sync_error_code, p.synced_at FROM project p
          WHERE p.sync_error_code IS NOT NULL AND p.deleted_at IS NULL ORDER BY p.name`,
      ),
    item: (row) => ({
      what: `The repository of ${row.name} cannot be read`,
      why: problemWords(row.code),
      target: { type: "settings", project: row.project ?? "" },
      others: "any admin",
    }),
  },
  "invitation-ends": {
    rows: (actor) =>
      ofAdmins(
        actor,
        Prisma.sql`SELECT i.person_id::text, NULL, q.name, NULL, NULL, NULL, i.created_at FROM invitation i JOIN person q ON q.id = i.person_id
          WHERE i.used_at IS NULL AND i.revoked_at IS NULL AND q.disabled_at IS NULL AND i.expires_at > now() AND i.expires_at < now() + ${expiresSoon}
          ORDER BY i.expires_at`,
      ),
    item: (row) => ({
      what: `${row.name} has not used the invitation`,
      why: "The link ends within two days: remind them, or make a new one.",
      target: { type: "person", id: row.id },
      others: "any admin",
    }),
  },
  "part-unwell": {
    rows: (actor) =>
      ofAdmins(
        actor,
        Prisma.sql`SELECT wanted.part, NULL, wanted.title, NULL, NULL, CASE WHEN said.checked_at > now() - ${stale} THEN said.detail END, said.since
          FROM (VALUES ('docker', 'Docker Engine'), ('registry', 'The image registry'), ('marathon', 'Marathon')) AS wanted(part, title)
          LEFT JOIN part_status said ON said.part = wanted.part
          WHERE said.part IS NULL OR said.checked_at < now() - ${stale} OR said.state NOT IN ('up', 'off')
          UNION ALL SELECT 'worker', NULL, 'The worker', NULL, NULL, NULL, NULL
          WHERE NOT EXISTS (SELECT 1 FROM worker_heartbeat h WHERE h.beat_at > now() - ${stale})`,
      ),
    item: (row) => ({
      what: `${row.name} is not well`,
      why: row.code ?? "Nothing has been heard of it lately.",
      target: { type: "health" },
      others: "any admin",
    }),
  },
} as const satisfies Record<string, Kind>;
