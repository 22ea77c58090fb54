import { describeError, isBerthError } from "#lib/core/errors.ts";
import { isOneOf, runningDeploymentStatuses } from "#lib/core/states.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { LeaseLost } from "../builds/lease.ts";
import { advanceDeployment } from "../deployments/advance.ts";
import { beginDeployment } from "../deployments/begin.ts";
import { isHeld } from "../deployments/hold.ts";
import type { WorkerContext } from "../workers/context.ts";
import type { Waker } from "../workers/wakers.ts";
import { halt } from "./halt.ts";
import { type KeptSnapshot, keep, stillHolding } from "./kept.ts";
import { type EnvironmentLease, claimEnvironment, releaseLease, renewLease } from "./lease.ts";
import { observe } from "./observe.ts";
import { type Next, type Snapshot, again, idle, readSnapshot } from "./snapshot.ts";
import { takeDown } from "./take-down.ts";

/** A loop that is still at it after this long hands over to a new job, so that one environment never holds a place for ever. */
const turnMs = 10 * 60_000;
const renewEveryMs = 15_000;
const busyRetryMs = 1_000;
const outageRetryMs = 3_000;

/**
 * Brings one environment to what it should be: read everything, compare, take one idempotent step, look again. The job
 * that calls it is only a doorbell; called twice, late or after a crash it finds the same truth.
 */
export async function reconcileEnvironment(context: WorkerContext, environmentId: string): Promise<void> {
  const waker = context.wakers.enter(environmentId);
  if (waker === null) {
    context.wakers.wake(environmentId);
    return;
  }
  try {
    const lease = await claimEnvironment(context.database, environmentId, context.poolId());
    if (lease === null) {
      await ringLater(context, environmentId, busyRetryMs);
      return;
    }
    try {
      await loop(context, lease, waker);
    } finally {
      await releaseLease(context.database, lease).catch((error: unknown) =>
        context.log.debug({ err: error }, "A lease could not be released; it runs out."),
      );
    }
  } finally {
    waker.leave();
    // A ring between the loop's last look and leaving would be lost.
    if (waker.rang()) await ringLater(context, environmentId, 0);
  }
}

async function loop(context: WorkerContext, lease: EnvironmentLease, waker: Waker): Promise<void> {
  const startedAt = performance.now();
  let renewedAt = startedAt;
  let kept: KeptSnapshot | null = null;
  for (let rung = false; ;) {
    rung = waker.rang() || rung;
    if (kept !== null) kept = await stillHolding(context.database, kept, rung);
    kept ??= await readAnew(context, lease);
    if (kept === null) return;
    const next = await step(context, lease, kept.snapshot);
    if (next.kind === "idle" && !waker.rang()) return;
    rung = next.kind === "wait" && (await waker.wait(next.ms));
    if (next.kind !== "wait" || !next.keeps) kept = null;
    if (performance.now() - renewedAt > renewEveryMs) {
      await renewLease(context.database, lease);
      renewedAt = performance.now();
    }
    if (performance.now() - startedAt > turnMs) return ringLater(context, lease.environmentId, 0);
  }
}

async function readAnew(context: WorkerContext, lease: EnvironmentLease): Promise<KeptSnapshot | null> {
  const snapshot = await readSnapshot(context.database, lease.environmentId);
  return snapshot === null ? null : keep(snapshot);
}

async function step(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot): Promise<Next> {
  try {
    return await act(context, lease, snapshot);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    if (isBerthError(error, "marathon_unavailable", "marathon_too_many", "docker_unavailable", "registry_unavailable", "conflict")) {
      context.log.warn({ environment: snapshot.name, reason: describeError(error) }, "It cannot go on right now; trying again.");
      await ringLater(context, lease.environmentId, outageRetryMs);
      return idle;
    }
    throw error;
  }
}

/** The order is the policy: going away comes first, then what runs, then what waits, then keeping what is live as it should be. */
async function act(context: WorkerContext, lease: EnvironmentLease, snapshot: Snapshot): Promise<Next> {
  const running = snapshot.deployments.find((deployment) => isOneOf(runningDeploymentStatuses, deployment.status));
  if (running !== undefined) return advanceDeployment(context, lease, snapshot, running);
  if (snapshot.desired === "destroyed" || snapshot.project.deletedAt !== null) return takeDown(context, lease, snapshot);
  const queued = snapshot.deployments[0];
  if (queued !== undefined && !(await isHeld(context, lease, snapshot, queued))) {
    await beginDeployment(context, lease, snapshot, queued);
    return again;
  }
  if (snapshot.desired === "stopped") return halt(context, lease, snapshot);
  return observe(context, lease, snapshot);
}

async function ringLater(context: WorkerContext, environmentId: string, ms: number): Promise<void> {
  await enqueue(
    context.database,
    { task: "reconcile-environment", payload: { environmentId } },
    ms === 0 ? null : new Date(Date.now() + ms),
  );
}
