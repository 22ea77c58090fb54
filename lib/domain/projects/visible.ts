import type { StageKind } from "#lib/platform/database/client.ts";

import { type Actor, type EnvironmentPolicyVerb, may } from "../access/policy.ts";

const stageKinds: readonly StageKind[] = ["review", "demo", "staging", "uat", "production"];

/** The kinds of stages of a project in which the actor may do `verb`: what lists and counts are filtered by, in the database, before any limit. */
export function kindsWhere(actor: Actor, verb: EnvironmentPolicyVerb, projectId: string): StageKind[] {
  return stageKinds.filter((stageKind) => may(actor, verb, { type: "environment", projectId, stageKind }));
}

/** The projects that exist for the actor, as a condition; what his token does not reach is not among them. */
export function projectsVisibleTo(actor: Actor) {
  const own = actor.isAdmin ? null : [...actor.grants.keys()];
  const within = actor.limits?.projects ?? null;
  if (own === null && within === null) return { deletedAt: null };
  const ids = own === null ? [...(within ?? [])] : own.filter((id) => within === null || within.has(id));
  return { deletedAt: null, id: { in: ids } };
}
