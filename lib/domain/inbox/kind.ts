import { errorCatalogue, isErrorCode } from "#lib/core/error-catalogue.ts";
import { Prisma } from "#lib/platform/database/client.ts";

import { type Actor, type EnvironmentPolicyVerb, may } from "../access/policy.ts";
import { kindsWhere } from "../projects/visible.ts";

/** Where an item leads. */
export type InboxTarget =
  | { readonly type: "environment"; readonly project: string; readonly name: string }
  | { readonly type: "deployment"; readonly id: string }
  | { readonly type: "refs"; readonly project: string }
  | { readonly type: "promotion"; readonly project: string; readonly id: string }
  | { readonly type: "settings"; readonly project: string }
  | { readonly type: "person"; readonly id: string }
  | { readonly type: "health" };

export interface InboxItem {
  readonly id: string;
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
  readonly id: string;
  readonly project: string | null;
  /** The name of the project, person or part. */
  readonly name: string | null;
  readonly environment: string | null;
  readonly stage: string | null;
  readonly code: string | null;
  readonly since: Date | null;
}

/** A kind of thing that can wait for somebody: a statement, and its words. */
export interface Kind {
  /** Rows `(id, project, name, environment, stage, code, since)`, at most `perKind`; null for whom nothing of it can wait. */
  readonly rows: (actor: Actor) => Rows | null;
  readonly item: (row: InboxRow) => Pick<InboxItem, "what" | "why" | "target" | "others">;
}

export const perKind = 50;

/** Things of one's own, where they are and may still be viewed. */
export function ofPerson(actor: Actor, select: Prisma.Sql, order: Prisma.Sql): Rows | null {
  if (actor.id === null) return null;
  const there = Prisma.sql`AND e.destroyed_at IS NULL AND e.desired <> 'destroyed' AND p.deleted_at IS NULL`;
  if (actor.isAdmin && actor.limits === null) return { select: Prisma.sql`${select} ${there}`, order };
  const projects = actor.isAdmin ? [...(actor.limits?.projects ?? [])] : [...actor.grants.keys()];
  const places = projects.flatMap((projectId) => kindsWhere(actor, "view", projectId).map((kind) => `${projectId} ${kind}`));
  return { select: Prisma.sql`${select} ${there} AND e.project_id || ' ' || s.kind = ANY(${places}::text[])`, order };
}

/** What is the admins' alone. */
export function ofAdmins(actor: Actor, select: Prisma.Sql, order: Prisma.Sql = Prisma.empty): Rows | null {
  return may(actor, "manage_people", { type: "platform" }) ? { select, order } : null;
}

/** A stored error code as a sentence and the way out. */
export function problemWords(code: string | null): string {
  const known = code !== null && isErrorCode(code) ? code : "internal";
  return `${errorCatalogue[known].title} ${errorCatalogue[known].help}`;
}

/** The statement of a kind; in which order its rows are listed. Counting them, nobody asks. */
export interface Rows {
  readonly select: Prisma.Sql;
  readonly order: Prisma.Sql;
}

/**
 * What waits for whoever holds a role: in the places where he may do `verb`, which the statement begins with as `place(project, kind)`. An
 * admin may everything everywhere: for him waits only what is `forAdmins`, because nobody else may be left to do it.
 */
export function ofRole(
  actor: Actor,
  verb: EnvironmentPolicyVerb,
  rows: { readonly select: (place: Prisma.Sql) => Prisma.Sql; readonly order: Prisma.Sql; readonly forAdmins?: boolean },
): Rows | null {
  if (actor.id === null) return null;
  if (actor.isAdmin) {
    if (rows.forAdmins !== true || actor.limits !== null) return null;
    return {
      select: rows.select(Prisma.sql`(SELECT DISTINCT project_id, kind::text FROM stage) AS place(project, kind)`),
      order: rows.order,
    };
  }
  const places = [...actor.grants.keys()].flatMap((projectId) => kindsWhere(actor, verb, projectId).map((kind) => ({ projectId, kind })));
  if (places.length === 0) return null;
  const [projects, kinds] = [places.map(({ projectId }) => projectId), places.map(({ kind }) => kind)];
  return { select: rows.select(Prisma.sql`unnest(${projects}::uuid[], ${kinds}::text[]) AS place(project, kind)`), order: rows.order };
}

/** `<project> <kind of stage>` for all places where he may do `verb`. */
export function placesWith(actor: Actor, verb: EnvironmentPolicyVerb): string[] {
  return [...actor.grants.keys()].flatMap((projectId) => kindsWhere(actor, verb, projectId).map((kind) => `${projectId} ${kind}`));
}
