import { z } from "zod";

import { openDeploymentStatuses } from "#lib/core/states.ts";
import type { CheckStatus, Database, Transaction } from "#lib/platform/database/client.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { LeaseLost } from "../builds/lease.ts";

/** A check whose worker is lost again and again is not tried for ever. */
export const maxAttempts = 3;

export interface LeasedCheck {
  readonly id: string;
  readonly projectId: string;
  readonly imageId: string;
  readonly name: string;
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
  readonly logId: string;
  readonly leaseEpoch: number;
  readonly attempt: number;
}

interface Row extends Omit<LeasedCheck, "command"> {
  readonly command: unknown;
}

/** Takes a waiting check for this pool; null: it is over or somebody else's. */
export async function claimCheck(database: Database, id: string, poolId: string): Promise<LeasedCheck | null> {
  const [row] = await database.$queryRaw<Row[]>`
    UPDATE check_run SET status = 'running', lease_epoch = lease_epoch + 1, leased_by = ${poolId}, attempt = attempt + 1, started_at = now(), ended_at = NULL
    WHERE id = ${id}::uuid AND (status = 'queued' OR (status = 'running' AND leased_by = ${poolId}))
    RETURNING id, project_id AS "projectId", image_id AS "imageId", name, command, timeout_seconds AS "timeoutSeconds", log_id AS "logId",
      lease_epoch AS "leaseEpoch", attempt`;
  return row === undefined ? null : { ...row, command: z.array(z.string()).min(1).parse(row.command) };
}

/** Writes down how it ended (`queued`: it did not, and is to be run again); throws LeaseLost when it is not ours any more. */
export async function endCheck(
  tx: Transaction,
  check: Pick<LeasedCheck, "id" | "leaseEpoch">,
  status: CheckStatus,
  result: { exitCode?: number | null; errorText?: string | null; countsAsAttempt?: boolean } = {},
): Promise<void> {
  const over = status === "passed" || status === "failed";
  const { count } = await tx.checkRun.updateMany({
    where: { id: check.id, leaseEpoch: check.leaseEpoch, status: "running" },
    data: {
      status,
      leasedBy: null,
      exitCode: result.exitCode ?? null,
      errorText: result.errorText ?? null,
      ...(over ? { endedAt: new Date() } : { startedAt: null }),
      ...(result.countsAsAttempt === false ? { attempt: { decrement: 1 } } : {}),
    },
  });
  if (count === 0) throw new LeaseLost(`check ${check.id}`);
}

/** The open deployments that wait for a check. */
export async function waitingFor(tx: Transaction | Database, checkRunId: string) {
  return tx.deployment.findMany({
    where: { checks: { some: { checkRunId } }, status: { in: [...openDeploymentStatuses] }, cancelRequestedAt: null },
    select: { id: true, environmentId: true, projectId: true },
  });
}

/** Rings at whoever waits for the check. */
export async function ringWaiting(tx: Transaction, checkRunId: string): Promise<void> {
  for (const { environmentId } of await waitingFor(tx, checkRunId))
    await enqueue(tx, { task: "reconcile-environment", payload: { environmentId } });
}
