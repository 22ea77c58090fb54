import type { Database } from "#lib/platform/database/client.ts";
import type { Log } from "#lib/platform/log.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { systemActor } from "../access/policy.ts";
import { writeAudit } from "../audit/write.ts";
import { placeOf } from "./heartbeat.ts";
import { isGone } from "./place.ts";

const janitorLock = 7_301_995;
/** A pool that has not beaten for this long is dead. */
const deadAfterSeconds = 20;

/**
 * Frees what dead workers held: raises the epoch of their leases (so that a frozen one that wakes up writes nothing),
 * puts their builds back into the queue, unlocks their jobs, and rings at what they were working on.
 */
export async function releaseDeadWorkers(database: Database, log: Log): Promise<void> {
  const gone = await findGone(database);
  await database.$transaction(async (tx) => {
    const [lock] = await tx.$queryRaw<Array<{ taken: boolean }>>`SELECT pg_try_advisory_xact_lock(${janitorLock}) AS taken`;
    if (lock?.taken !== true) return;
    const dead = await tx.$queryRaw<Array<{ pool: string }>>`
      SELECT pool_id AS pool FROM worker_heartbeat WHERE beat_at < now() - make_interval(secs => ${deadAfterSeconds}) OR pool_id = ANY(${gone}::text[])
      UNION
      SELECT leased_by FROM environment e WHERE leased_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM worker_heartbeat h WHERE h.pool_id = e.leased_by)
      UNION
      SELECT leased_by FROM build b WHERE leased_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM worker_heartbeat h WHERE h.pool_id = b.leased_by)`;
    if (dead.length === 0) return;
    const pools = dead.map((row) => row.pool);
    log.warn({ pools }, "A worker is dead; its work goes on elsewhere.");
    const builds = await tx.$queryRaw<Array<{ id: string }>>`
      UPDATE build SET status = 'queued', leased_by = NULL, lease_epoch = lease_epoch + 1
      WHERE leased_by = ANY(${pools}::text[]) AND status IN ('fetching', 'building', 'pushing') RETURNING id`;
    const environments = await tx.$queryRaw<Array<{ id: string }>>`
      UPDATE environment SET leased_by = NULL, lease_until = NULL, lease_epoch = lease_epoch + 1 WHERE leased_by = ANY(${pools}::text[]) RETURNING id`;
    await tx.$executeRaw`SELECT graphile_worker.force_unlock_workers(${pools}::text[])`;
    await tx.workerHeartbeat.deleteMany({ where: { poolId: { in: pools } } });
    for (const { id } of builds) await enqueue(tx, { task: "run-build", payload: { buildId: id } });
    for (const { id } of environments) await enqueue(tx, { task: "reconcile-environment", payload: { environmentId: id } });
    await writeAudit(tx, systemActor, {
      action: "worker.released",
      objectType: "worker",
      objectId: null,
      objectName: pools.join(" "),
      outcome: "allowed",
      detail: { pools: pools.join(" "), builds: builds.length, environments: environments.length },
    });
  });
}

/** Pools of processes of this machine that have ended: what is certain need not be waited for. */
async function findGone(database: Database): Promise<string[]> {
  const beats = await database.workerHeartbeat.findMany({ select: { poolId: true, version: true } });
  const gone: string[] = [];
  for (const { poolId, version } of beats) if (await isGone(placeOf(version))) gone.push(poolId);
  return gone;
}
