import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { LeaseLost } from "../builds/lease.ts";

/** A holder that has not renewed for this long is taken for dead (its janitor is faster where the whole worker died). */
const leaseSeconds = 60;

export interface EnvironmentLease {
  readonly environmentId: string;
  readonly epoch: number;
  readonly poolId: string;
}

/** Takes the environment for this pool, or answers null when another one has it. A pool takes its own lease again: only one loop per process runs. */
export async function claimEnvironment(database: Database, environmentId: string, poolId: string): Promise<EnvironmentLease | null> {
  const rows = await database.$queryRaw<Array<{ epoch: number }>>`
    UPDATE environment SET lease_epoch = lease_epoch + 1, leased_by = ${poolId}, lease_until = now() + make_interval(secs => ${leaseSeconds})
    WHERE id = ${environmentId}::uuid AND destroyed_at IS NULL AND (leased_by IS NULL OR leased_by = ${poolId} OR lease_until < now())
    RETURNING lease_epoch AS epoch`;
  return rows[0] === undefined ? null : { environmentId, epoch: rows[0].epoch, poolId };
}

/** Keeps the lease; throws LeaseLost when it is gone. */
export async function renewLease(database: Database, lease: EnvironmentLease): Promise<void> {
  const count = await database.$executeRaw`
    UPDATE environment SET lease_until = now() + make_interval(secs => ${leaseSeconds})
    WHERE id = ${lease.environmentId}::uuid AND lease_epoch = ${lease.epoch} AND leased_by = ${lease.poolId}`;
  if (count === 0) throw new LeaseLost(`environment ${lease.environmentId}`);
}

/**
 * Locks the environment's row for the transaction and proves that the lease still holds. First statement of every write
 * that a reconciler makes: a worker that was frozen and wakes up late writes nothing.
 */
export async function fence(tx: Transaction, lease: EnvironmentLease): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM environment WHERE id = ${lease.environmentId}::uuid AND lease_epoch = ${lease.epoch} AND leased_by = ${lease.poolId} FOR UPDATE`;
  if (rows.length === 0) throw new LeaseLost(`environment ${lease.environmentId}`);
}

export async function releaseLease(database: Database, lease: EnvironmentLease): Promise<void> {
  await database.$executeRaw`
    UPDATE environment SET leased_by = NULL, lease_until = NULL WHERE id = ${lease.environmentId}::uuid AND lease_epoch = ${lease.epoch} AND leased_by = ${lease.poolId}`;
}
