import { BerthError } from "#lib/core/errors.ts";
import type { DesiredState, RefKind, StageKind, Transaction } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";

export interface LoadedEnvironment {
  readonly id: string;
  readonly projectId: string;
  readonly projectSlug: string;
  readonly name: string;
  readonly host: string;
  readonly desired: DesiredState;
  readonly stageKind: StageKind;
  /** Only promotions and rollbacks bring an image in: see lib/domain/promotions/gated.ts. */
  readonly gated: boolean;
  readonly liveReleaseId: string | null;
  readonly refId: string | null;
  readonly refKind: RefKind | null;
  readonly refName: string | null;
  readonly refCommit: string | null;
  readonly refSubject: string | null;
  readonly refGoneAt: Date | null;
  /** Instead of a ref: it runs commits of a pull request that somebody approved. */
  readonly pullRequestId: string | null;
  readonly pullRefName: string | null;
}

/**
 * The same for somebody: what he may not view is answered before its row is locked, so that nobody waits for a foreign lock, or
 * holds one, and an id that is not his takes no longer than one that does not exist.
 */
export async function lockVisibleEnvironment(tx: Transaction, actor: Actor, id: string): Promise<LoadedEnvironment> {
  const row = await tx.environment.findUnique({ where: { id }, select: { projectId: true, stage: { select: { kind: true } } } });
  if (row === null || !may(actor, "view", policyObject({ projectId: row.projectId, stageKind: row.stage.kind })))
    throw new BerthError("not_found");
  return lockEnvironment(tx, id);
}

/** An environment by id, its row locked for the transaction. Destroyed ones do not exist any more. */
export async function lockEnvironment(tx: Transaction, id: string): Promise<LoadedEnvironment> {
  const rows = await tx.$queryRaw<LoadedEnvironment[]>`
    SELECT e.id, e.project_id AS "projectId", p.slug AS "projectSlug", e.name, e.host, e.desired::text AS desired, s.kind::text AS "stageKind",
      (s.starts = 'by_promotion' OR s.verdict_required) AS gated, e.live_release_id AS "liveReleaseId", e.ref_id AS "refId", r.kind::text AS "refKind", r.name AS "refName", r.commit AS "refCommit",
      r.subject AS "refSubject", r.gone_at AS "refGoneAt", e.pull_request_id AS "pullRequestId", pr.ref_name AS "pullRefName"
    FROM environment e JOIN stage s ON s.id = e.stage_id JOIN project p ON p.id = e.project_id LEFT JOIN ref r ON r.id = e.ref_id
      LEFT JOIN pull_request pr ON pr.id = e.pull_request_id
    WHERE e.id = ${id}::uuid AND e.destroyed_at IS NULL AND p.deleted_at IS NULL FOR UPDATE OF e`;
  if (rows[0] === undefined) throw new BerthError("not_found");
  return rows[0];
}

/** The policy's view of an environment. */
export function policyObject(environment: { projectId: string; stageKind: StageKind }) {
  return { type: "environment", projectId: environment.projectId, stageKind: environment.stageKind } as const;
}

/** refs/heads/… or refs/tags/… */
export function fullRefName(ref: { kind: RefKind; name: string }): string {
  return ref.kind === "tag" ? `refs/tags/${ref.name}` : `refs/heads/${ref.name}`;
}
