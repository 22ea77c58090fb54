import { errorCatalogue, isErrorCode } from "#lib/core/error-catalogue.ts";
import { Prisma } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { kindsWhere } from "../projects/visible.ts";

/** Where an item leads. */
export type InboxTarget =
  | { readonly type: "environment"; readonly project: string; readonly name: string }
  | { readonly type: "deployment"; readonly id: string }
  | { readonly type: "settings"; readonly project: string }
  | { readonly type: "person"; readonly id: string }
  | { readonly type: "health" };

export interface InboxItem {
  readonly id: string;
  readonly kind: InboxKind;
  readonly what: string;
  /** Why it waits for the reader. */
  readonly why: string;
  readonly since: Date | null;
  readonly target: InboxTarget;
  /** Who else could do it. */
  readonly others: string;
}

/** What every kind's statement answers. */
export interface InboxRow {
  readonly kind: InboxKind;
  readonly id: string;
  readonly project: string | null;
  /** The name of the project, person or part. */
  readonly name: string | null;
  readonly environment: string | null;
  readonly stage: string | null;
  readonly code: string | null;
  readonly since: Date | null;
}

interface Kind {
  /** Rows `(id, project, name, environment, stage, code, since)`, at most `perKind`; null for whom nothing of it can wait. */
  readonly rows: (actor: Actor) => Prisma.Sql | null;
  readonly item: (row: InboxRow) => Pick<InboxItem, "what" | "why" | "target" | "others">;
}

export const perKind = 50;
/** An invitation that nobody used is told of so long before it ends. */
const expiresSoon = Prisma.sql`interval '48 hours'`;
/** What a part said longer ago says nothing of now; the same as on the health page. */
const stale = Prisma.sql`interval '30 seconds'`;

export type InboxKind = "deployment-failed" | "environment-crashing" | "repository-unreadable" | "invitation-ends" | "part-unwell";

/** Every kind of thing that can wait for somebody. A new kind is one more entry here: a statement, and its words. */
export const inboxKinds: Readonly<Record<InboxKind, Kind>> = {
  "deployment-failed": {
    rows: (actor) =>
      ofPerson(
        actor,
        Prisma.sql`SELECT d.id::text, p.slug, p.name, '#' || d.number || ' of ' || e.name, s.title, d.error_code, d.ended_at
          FROM deployment d JOIN environment e ON e.id = d.environment_id JOIN stage s ON s.id = e.stage_id JOIN project p ON p.id = e.project_id
          WHERE d.requested_by_id = ${actor.id}::uuid AND d.status = 'failed'
            AND NOT EXISTS (SELECT 1 FROM deployment newer WHERE newer.environment_id = d.environment_id AND newer.number > d.number)`,
        Prisma.sql`ORDER BY d.ended_at DESC`,
      ),
    item: (row) => ({
      what: `Deployment ${row.environment} failed`,
      why: `You asked for it: ${problemWords(row.code)}`,
      target: { type: "deployment", id: row.id },
      others: `anybody who may deploy to ${row.stage}`,
    }),
  },
  "environment-crashing": {
    rows: (actor) =>
      ofPerson(
        actor,
        Prisma.sql`SELECT e.id::text, p.slug, p.name, e.name, s.title, e.health_detail, e.changed_at
          FROM environment e JOIN stage s ON s.id = e.stage_id JOIN project p ON p.id = e.project_id
          WHERE e.health = 'crashing' AND e.desired = 'running'
            AND ${actor.id}::uuid = (SELECT d.requested_by_id FROM deployment d WHERE d.environment_id = e.id ORDER BY d.number DESC LIMIT 1)`,
        Prisma.sql`ORDER BY e.changed_at DESC`,
      ),
    item: (row) => ({
      what: `${row.environment} keeps crashing`,
      why: `You deployed it last. ${row.code ?? "Its log says why."}`,
      target: { type: "environment", project: row.project ?? "", name: row.environment ?? "" },
      others: `anybody who may deploy to ${row.stage}`,
    }),
  },
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
};

/** Things of one's own, where they are and may still be viewed. */
function ofPerson(actor: Actor, select: Prisma.Sql, order: Prisma.Sql): Prisma.Sql | null {
  if (actor.id === null) return null;
  const there = Prisma.sql`AND e.destroyed_at IS NULL AND e.desired <> 'destroyed' AND p.deleted_at IS NULL`;
  const end = Prisma.sql`${order} LIMIT ${perKind}`;
  if (actor.isAdmin && actor.limits === null) return Prisma.sql`${select} ${there} ${end}`;
  const projects = actor.isAdmin ? [...(actor.limits?.projects ?? [])] : [...actor.grants.keys()];
  const places = projects.flatMap((projectId) => kindsWhere(actor, "view", projectId).map((kind) => `${projectId} ${kind}`));
  return Prisma.sql`${select} ${there} AND e.project_id || ' ' || s.kind = ANY(${places}::text[]) ${end}`;
}

function ofAdmins(actor: Actor, select: Prisma.Sql): Prisma.Sql | null {
  return may(actor, "manage_people", { type: "platform" }) ? Prisma.sql`${select} LIMIT ${perKind}` : null;
}

function problemWords(code: string | null): string {
  const known = code !== null && isErrorCode(code) ? code : "internal";
  return `${errorCatalogue[known].title} ${errorCatalogue[known].help}`;
}
