import type { Database, Prisma, Transaction } from "#lib/platform/database/client.ts";

import { LeaseLost } from "../builds/lease.ts";
import type { RunStatus } from "./states.ts";

const leaseSeconds = 20;

/** The right to write a run's row, for one worker at a time. */
export interface RunLease {
  readonly id: string;
  readonly epoch: number;
  /** When it was last confirmed, by this process' own clock. */
  readonly since: number;
}

/** Takes the run for this worker, unless another holds it. A dead worker's hold ends by itself; its epoch writes nothing any more. */
export async function claimRun(database: Database, id: string, poolId: string): Promise<RunLease | null> {
  const rows = await database.$queryRaw<Array<{ epoch: number }>>`
    UPDATE job_run SET lease_epoch = CASE WHEN leased_by = ${poolId} AND lease_until > now() THEN lease_epoch ELSE lease_epoch + 1 END,
      leased_by = ${poolId}, lease_until = now() + make_interval(secs => ${leaseSeconds})
    WHERE id = ${id}::uuid AND status IN ('waiting', 'running') AND (leased_by IS NULL OR leased_by = ${poolId} OR lease_until < now())
    RETURNING lease_epoch AS epoch`;
  return rows[0] === undefined ? null : { id, epoch: rows[0].epoch, since: performance.now() };
}

/** Writes to the run's row as the one who holds it. Throws LeaseLost when somebody else does, or the run is over. */
export async function writeRun(
  tx: Pick<Transaction, "jobRun">,
  lease: RunLease,
  data: Prisma.JobRunUncheckedUpdateManyInput & { readonly status?: RunStatus },
): Promise<void> {
  const { count } = await tx.jobRun.updateMany({
    where: { id: lease.id, leaseEpoch: lease.epoch, status: { in: ["waiting", "running"] } },
    data,
  });
  if (count === 0) throw new LeaseLost(`run ${lease.id}`);
}

/**
 * The last look before something is done outside that the database cannot take back: a process that was frozen meanwhile finds out here.
 * Throws LeaseLost.
 */
export function stillFresh(lease: RunLease, now = performance.now()): void {
  if (now - lease.since > (leaseSeconds / 2) * 1000) throw new LeaseLost(`run ${lease.id}`);
}
