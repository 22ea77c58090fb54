import { Prisma, type StageKind } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { kindsWhere } from "../projects/visible.ts";

/** Which entries exist for somebody. */
export interface AuditScope {
  /** All of them: platform, people and every project. */
  readonly whole: boolean;
  /** Projects he may view, with the kinds of stages that he may view, those whose variables he may read, and those whose links he may. */
  readonly places: readonly Place[];
  /** Whose own acts he may read besides. */
  readonly own: string | null;
}

interface Place {
  readonly projectId: string;
  readonly kinds: readonly StageKind[];
  readonly configurable: readonly StageKind[];
  readonly deployable: readonly StageKind[];
}

/** What the actor may read of the audit log, by the same policy as everything else. */
export function auditScopeOf(actor: Actor): AuditScope {
  const own = actor.id !== null && may(actor, "manage_account", { type: "account", personId: actor.id }) ? actor.id : null;
  if (may(actor, "verify_audit", { type: "platform" })) return { whole: true, places: [], own };
  // An admin has no grants, and with a token limited to projects it is these that he may view.
  const candidates = actor.isAdmin ? [...(actor.limits?.projects ?? [])] : [...actor.grants.keys()];
  const places = candidates
    .filter((projectId) => may(actor, "view", { type: "project", projectId }))
    .map((projectId) => ({
      projectId,
      kinds: kindsWhere(actor, "view", projectId),
      configurable: kindsWhere(actor, "configure", projectId),
      deployable: kindsWhere(actor, "deploy", projectId),
    }));
  return { whole: false, places, own };
}

interface EntryPlace {
  readonly projectId: string | null;
  readonly stageKind: StageKind | null;
  readonly action: string;
}

/** Whether the entry is about something within the scope. Says the same as `withinSql`. */
export function isWithin(scope: AuditScope, entry: EntryPlace): boolean {
  if (scope.whole) return true;
  const place = scope.places.find(({ projectId }) => projectId === entry.projectId);
  if (place === undefined) return false;
  const noun = entry.action.split(".")[0];
  // A matrix names stages and what others may do there, a credential is the admins', variables are of those who may configure, links of those who may deploy.
  if (noun === "permissions" || entry.action === "project.set-credential") return false;
  if (noun === "share_link") return entry.stageKind !== null && place.deployable.includes(entry.stageKind);
  if (noun === "variable") return entry.stageKind === null ? place.configurable.length > 0 : place.configurable.includes(entry.stageKind);
  return entry.stageKind === null || place.kinds.includes(entry.stageKind);
}

/** The places as rows `s(project_id, kinds, configurable, deployable)`. */
export function placesSql(scope: AuditScope): Prisma.Sql {
  const rows = scope.places.map(({ projectId, ...kinds }) => ({ project_id: projectId, ...kinds }));
  return Prisma.sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS s(project_id uuid, kinds text[], configurable text[], deployable text[])`;
}

/** Whether entry `a` is within place `s`. Says the same as `isWithin`. */
export const withinSql = Prisma.sql`a.project_id = s.project_id AND a.action <> 'project.set-credential' AND CASE split_part(a.action, '.', 1)
  WHEN 'permissions' THEN false
  WHEN 'share_link' THEN a.stage_kind IS NOT NULL AND a.stage_kind::text = ANY(s.deployable)
  WHEN 'variable' THEN CASE WHEN a.stage_kind IS NULL THEN cardinality(s.configurable) > 0 ELSE a.stage_kind::text = ANY(s.configurable) END
  ELSE a.stage_kind IS NULL OR a.stage_kind::text = ANY(s.kinds) END`;
