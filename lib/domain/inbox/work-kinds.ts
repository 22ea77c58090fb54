import { Prisma } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { isOpen } from "../verdicts/rejections.ts";
import { type Kind, type Rows, ofPerson, placesWith, problemWords } from "./kind.ts";

/** Whether an image, `i` in the statement, is this person's work: the same question as `isOwnWork`. */
export function isWorkOf(actor: Actor): Prisma.Sql {
  const email = actor.email?.trim().toLowerCase() ?? "";
  return Prisma.sql`COALESCE(${email} <> '' AND ${email} IN (lower(i.author_email), lower(i.committer_email))
    OR i.handed_over_by_id = ${actor.id}::uuid
    OR EXISTS (SELECT 1 FROM commit_push c WHERE c.project_id = i.project_id AND c.commit = i.commit AND c.person_id = ${actor.id}::uuid)
    OR (${email} <> '' AND i.author_email IS NULL AND EXISTS (
      SELECT 1 FROM ref a WHERE a.project_id = i.project_id AND a.commit = i.commit AND lower(a.author_email) = ${email})), false)`;
}

/** What waits for somebody because it is his own work. */
export const workKinds = {
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
  "push-failed": {
    rows: (actor) =>
      ofPerson(
        actor,
        Prisma.sql`SELECT d.id::text, p.slug, p.name, '#' || d.number || ' of ' || e.name, s.title, d.error_code, d.ended_at
          FROM deployment d JOIN environment e ON e.id = d.environment_id JOIN stage s ON s.id = e.stage_id JOIN project p ON p.id = e.project_id
          JOIN ref r ON r.id = e.ref_id AND r.commit = d.commit AND r.gone_at IS NULL
          WHERE d.requested_by_id IS NULL AND d.status = 'failed' AND lower(r.author_email) = ${actor.email?.toLowerCase() ?? ""}
            AND NOT EXISTS (SELECT 1 FROM deployment newer WHERE newer.environment_id = d.environment_id AND newer.number > d.number)`,
        Prisma.sql`ORDER BY d.ended_at DESC`,
      ),
    item: (row) => ({
      what: `Deployment ${row.environment} failed`,
      why: `It is your commit: ${problemWords(row.code)}`,
      target: { type: "deployment", id: row.id },
      others: `anybody who may deploy to ${row.stage}`,
    }),
  },
  "work-rejected": {
    rows: rejectedWork,
    item: (row) => {
      const [said = "", ...rest] = (row.code ?? "").split("\n");
      const words = rest.join(" ").trim();
      const what = row.environment === null ? `your work on ${row.name}` : row.environment;
      return {
        what: said === "reject" ? `${capital(what)} was rejected` : `${capital(what)} could not be tested`,
        why: row.environment === null ? words : `${row.name}: ${words}`,
        target:
          row.environment === null
            ? { type: "refs", project: row.project ?? "" }
            : { type: "environment", project: row.project ?? "", name: row.environment },
        others: "whoever works on the same branch",
      };
    },
  },
} as const satisfies Record<string, Kind>;

function capital(text: string): string {
  return text.startsWith("your") ? `Y${text.slice(1)}` : text;
}

/**
 * A rejection goes back to the author, wherever it was said: in a stage that he may not view it comes without the stage's name, for the words
 * were written for him.
 */
function rejectedWork(actor: Actor): Rows | null {
  if (actor.id === null) return null;
  const seesAll = actor.isAdmin && actor.limits === null;
  const projects = actor.isAdmin ? [...(actor.limits?.projects ?? [])] : [...actor.grants.keys()];
  const within = projects.filter((id) => actor.limits?.projects == null || actor.limits.projects.has(id));
  const visible =
    seesAll || actor.isAdmin ? Prisma.sql`true` : Prisma.sql`e.project_id || ' ' || s.kind = ANY(${placesWith(actor, "view")}::text[])`;
  const reach = seesAll ? Prisma.sql`true` : Prisma.sql`e.project_id = ANY(${within}::uuid[])`;
  const select = Prisma.sql`SELECT v.id::text, p.slug, p.name, CASE WHEN ${visible} THEN e.name END, CASE WHEN ${visible} THEN s.title END,
      v.kind::text || chr(10) || left(v.words, 500), v.at
    FROM verdict v JOIN environment e ON e.id = v.environment_id JOIN stage s ON s.id = e.stage_id JOIN project p ON p.id = e.project_id
    JOIN image i ON i.id = v.image_id
    WHERE ${isOpen} AND ${isWorkOf(actor)} AND p.deleted_at IS NULL AND ${reach}`;
  return { select, order: Prisma.sql`ORDER BY v.at DESC` };
}
