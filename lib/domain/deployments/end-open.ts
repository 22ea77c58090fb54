import { openDeploymentStatuses } from "#lib/core/states.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

/** Cancels what waits (all of the environment's, or `only` one) and asks what runs to end: the worker, which holds the lease, ends it at its next step. */
export async function endOpenDeployments(tx: Transaction, environmentId: string, only?: string): Promise<void> {
  const now = new Date();
  const open = await tx.deployment.findMany({
    where: { environmentId, status: { in: [...openDeploymentStatuses] }, ...(only === undefined ? {} : { id: only }) },
    select: { id: true, status: true, projectId: true },
  });
  for (const { id, status, projectId } of open) {
    if (status === "queued") {
      await tx.deployment.updateMany({
        where: { id, status: "queued" },
        data: { status: "cancelled", errorCode: "cancelled", endedAt: now },
      });
      await tx.deploymentStep.updateMany({
        where: { deploymentId: id, status: { in: ["running", "waiting"] } },
        data: { status: "skipped", endedAt: now },
      });
    } else {
      await tx.deployment.updateMany({ where: { id, cancelRequestedAt: null }, data: { cancelRequestedAt: now } });
    }
    await appendEvent(tx, { kind: "deployment.cancelled", projectId, environmentId, deploymentId: id });
  }
}
