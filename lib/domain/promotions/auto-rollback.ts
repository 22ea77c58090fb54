import type { Serving } from "#lib/core/states.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { systemActor } from "../access/policy.ts";
import { writeAudit } from "../audit/write.ts";
import { type EnvironmentLease, fence } from "../environments/lease.ts";
import { lockEnvironment } from "../environments/load.ts";
import type { OpenDeployment, Snapshot } from "../environments/snapshot.ts";
import type { WorkerContext } from "../workers/context.ts";
import { requestRollback } from "./rollback.ts";

const sick: readonly Serving[] = ["unhealthy", "crashing"];

/**
 * Rolls back a promoted release that stopped answering soon after it went live, to what was live before it. Once for each promotion: what a
 * rollback brings is never rolled back by Berth. Answers whether it did.
 */
export async function rollBackWhenSick(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  seen: { readonly health: Serving; readonly detail: string | null },
): Promise<boolean> {
  const { stage, liveReleaseId } = snapshot;
  if (!stage.autoRollback || liveReleaseId === null || !sick.includes(seen.health) || snapshot.deployments.length > 0) return false;
  const brought = await context.database.deployment.findFirst({
    where: { environmentId: snapshot.id, status: "live" },
    orderBy: { number: "desc" },
    select: {
      id: true,
      number: true,
      trigger: true,
      releaseId: true,
      endedAt: true,
      promotion: { select: { id: true, rolledBackAt: true } },
    },
  });
  if (brought === null || brought.trigger !== "promotion" || brought.releaseId !== liveReleaseId) return false;
  if (brought.promotion === null || brought.promotion.rolledBackAt !== null) return false;
  const ageMs = Date.now() - (brought.endedAt?.getTime() ?? 0);
  if (ageMs > stage.rollbackAfterSeconds * 1000) return false;
  const good = await lastGood(context, snapshot, brought.number, liveReleaseId);
  if (good === null) return false;
  const why = `Release #${snapshot.liveRelease?.number ?? "?"} stopped answering ${Math.round(ageMs / 1000)} s after it went live (${seen.detail ?? seen.health})`;
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    const { count } = await tx.promotion.updateMany({
      where: { id: brought.promotion?.id ?? "", rolledBackAt: null },
      data: { rolledBackAt: new Date(), noteCode: "rolled_back", note: `${why}: rolled back to release #${good.number}.` },
    });
    if (count === 0) return;
    const back = { fromReleaseId: good.id, keep: null, reason: why };
    const deploymentId = await requestRollback(tx, systemActor, await lockEnvironment(tx, snapshot.id), back, "auto_rollback");
    await tell(tx, snapshot, deploymentId, `${why}: Berth rolls back to release #${good.number}`);
    await writeAudit(tx, systemActor, {
      action: "environment.rollback",
      objectType: "environment",
      objectId: snapshot.id,
      projectId: snapshot.projectId,
      environmentId: snapshot.id,
      outcome: "allowed",
      detail: { release: good.number, reason: why, deployment: deploymentId },
    });
  });
  context.log.warn({ environment: snapshot.name, release: good.number, why }, "A promoted release is rolled back.");
  return true;
}

/** The release that was live before this deployment, if it is still there to go back to. */
async function lastGood(context: WorkerContext, snapshot: Snapshot, beforeNumber: number, notReleaseId: string) {
  const earlier = await context.database.deployment.findFirst({
    where: {
      environmentId: snapshot.id,
      status: "live",
      number: { lt: beforeNumber },
      releaseId: { not: notReleaseId },
      release: { servedAt: { not: null }, image: { removedAt: null } },
    },
    orderBy: { number: "desc" },
    select: { release: { select: { id: true, number: true } } },
  });
  return earlier?.release ?? null;
}

/** A promoted release that never became healthy: what answered before never stopped, and the record says so. */
export async function noteKeptOld(tx: Transaction, snapshot: Snapshot, deployment: OpenDeployment, why: string): Promise<void> {
  const live = snapshot.liveRelease;
  if (deployment.promotion === null || live === null) return;
  const note = `${why} Rolled back: release #${live.number} goes on answering.`;
  await tx.promotion.updateMany({
    where: { id: deployment.promotion.id, rolledBackAt: null },
    data: { rolledBackAt: new Date(), note },
  });
  await tell(tx, snapshot, deployment.id, `Rolled back to release #${live.number}: ${why}`);
}

async function tell(tx: Transaction, snapshot: Snapshot, deploymentId: string, message: string): Promise<void> {
  await appendEvent(tx, {
    kind: "rollback.started",
    projectId: snapshot.projectId,
    environmentId: snapshot.id,
    deploymentId,
    message,
    detail: { by: "berth" },
  });
}
