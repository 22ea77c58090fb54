import { type BuildStatus, buildStatusesBefore, buildTransitions, openDeploymentStatuses } from "#lib/core/states.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

/** A build that keeps losing its worker is not tried for ever. */
export const maxAttempts = 3;

export interface LeasedBuild {
  readonly id: string;
  readonly projectId: string;
  readonly projectSlug: string;
  readonly commit: string;
  readonly recipe: string;
  readonly refName: string;
  readonly dockerfilePath: string;
  readonly contextPath: string;
  readonly logId: string;
  readonly leaseEpoch: number;
  readonly attempt: number;
  readonly startedAt: Date;
}

/** Thrown when another worker took over: this one must stop touching the build. */
export class LeaseLost extends Error {
  constructor(what: string) {
    super(`The lease of ${what} is lost.`);
    this.name = "LeaseLost";
  }
}

/**
 * Takes the build for this pool, or answers null when it is over, cancelled or somebody else's. One that this pool holds already is taken
 * again: the caller knows that it does not run here any more (its end could not be written down).
 */
export async function claimBuild(database: Database, buildId: string, poolId: string): Promise<LeasedBuild | null> {
  const rows = await database.$queryRaw<LeasedBuild[]>`
    UPDATE build b SET lease_epoch = b.lease_epoch + 1, leased_by = ${poolId}, attempt = b.attempt + 1, status = 'fetching', started_at = COALESCE(b.started_at, now())
    FROM project p
    WHERE b.id = ${buildId}::uuid AND p.id = b.project_id AND ((b.status = 'queued' AND b.leased_by IS NULL)
      OR (b.status IN ('fetching', 'building', 'pushing') AND b.leased_by = ${poolId}))
    RETURNING b.id, b.project_id AS "projectId", p.slug AS "projectSlug", b.commit, b.recipe, b.ref_name AS "refName", b.dockerfile_path AS "dockerfilePath",
      b.context_path AS "contextPath", b.log_id AS "logId", b.lease_epoch AS "leaseEpoch", b.attempt, b.started_at AS "startedAt"`;
  return rows[0] ?? null;
}

/** Moves the build on, if the lease still holds; throws LeaseLost otherwise. */
export async function moveBuild(
  tx: Transaction,
  build: LeasedBuild,
  status: BuildStatus,
  data: { imageId?: string; errorCode?: string; errorText?: string | null } = {},
): Promise<void> {
  const over = buildTransitions[status].length === 0;
  const from = buildStatusesBefore(status);
  const { count } = await tx.build.updateMany({
    where: { id: build.id, leaseEpoch: build.leaseEpoch, status: { in: from } },
    data: { status, ...data, ...(over ? { endedAt: new Date(), leasedBy: null } : {}), ...(status === "queued" ? { leasedBy: null } : {}) },
  });
  if (count === 0) throw new LeaseLost(`build ${build.id}`);
}

/** Every deployment that waits for this build. */
export async function waitingDeployments(tx: Transaction, buildId: string) {
  return tx.deployment.findMany({
    where: { buildId, status: { in: [...openDeploymentStatuses] } },
    select: { id: true, projectId: true, environmentId: true },
  });
}

/** Rings at every environment that waits for the build. */
export async function ringWaiting(tx: Transaction, build: { id: string; projectId: string }, kind: string): Promise<void> {
  for (const deployment of await waitingDeployments(tx, build.id)) {
    await enqueue(tx, { task: "reconcile-environment", payload: { environmentId: deployment.environmentId } });
  }
  await appendEvent(tx, { kind, projectId: build.projectId });
}
