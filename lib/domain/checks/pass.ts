import { BerthError } from "#lib/core/errors.ts";
import type { CheckStatus, Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { beginStep, finishStep, noteStep, skipStep } from "../deployments/steps.ts";
import { type EnvironmentLease, fence } from "../environments/lease.ts";
import type { OpenDeployment, Snapshot } from "../environments/snapshot.ts";
import type { WorkerContext } from "../workers/context.ts";
import { checksBefore } from "./before.ts";
import { linkChecks } from "./link.ts";

export type Passing = { readonly kind: "passed" } | { readonly kind: "waiting" } | { readonly kind: "failed"; readonly error: BerthError };

/**
 * Whether an image has passed what its stage asks before anything starts with it. Asks for what was not run yet and writes down on the
 * deployment how it stands. A result holds for the digest: what passed before another environment is not run again.
 */
export async function passChecks(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
  { image, skipped }: { readonly image: { readonly id: string; readonly digest: string }; readonly skipped: string | null },
): Promise<Passing> {
  // Going back must not depend on what somebody began to ask for since.
  const isRollback = deployment.imageId !== null && deployment.promotion === null;
  const wanted = isRollback ? [] : await checksBefore(context.database, { ...snapshot, commit: deployment.commit });
  return context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    for (const step of ["fetch", "build", "push"] as const) {
      if (skipped === null) await finishStep(tx, deployment, step);
      else await skipStep(tx, deployment, step, skipped);
    }
    if (wanted.length === 0) {
      await skipStep(tx, deployment, "checks", isRollback ? "It answered here before" : "There is nothing to check before this stage");
      return { kind: "passed" };
    }
    const runs = await linkChecks(tx, { projectId: snapshot.projectId, deploymentId: deployment.id, image, wanted });
    return settle(tx, deployment, runs);
  });
}

/** Tells whoever wants to know that a check stopped the line; for the transaction that ends the deployment. */
export async function tellChecksFailed(
  tx: Transaction,
  deployment: OpenDeployment,
  image: { readonly digest: string },
  error: BerthError,
): Promise<void> {
  await appendEvent(tx, {
    kind: "checks.failed",
    projectId: deployment.projectId,
    environmentId: deployment.environmentId,
    deploymentId: deployment.id,
    message: `A check failed before deployment #${deployment.number}: ${error.detail ?? error.title}`,
    detail: { commit: deployment.commit, digest: image.digest, reason: error.detail ?? null, requestedBy: deployment.requestedByName },
  });
}

interface Run {
  readonly id: string;
  readonly name: string;
  readonly status: CheckStatus;
  readonly errorText: string | null;
  readonly endedAt: Date | null;
}

async function settle(tx: Transaction, deployment: OpenDeployment, runs: readonly Run[]): Promise<Passing> {
  const failed = runs.find((run) => run.status === "failed");
  if (failed !== undefined) {
    await beginStep(tx, deployment, "checks");
    return { kind: "failed", error: new BerthError("checks_failed", { detail: `${failed.name}: ${failed.errorText ?? "it failed."}` }) };
  }
  const open = runs.filter((run) => run.status !== "passed");
  if (open.length > 0) {
    await beginStep(tx, deployment, "checks");
    await noteStep(
      tx,
      deployment,
      "checks",
      `${runs.length - open.length} of ${runs.length} passed; ${open.map(({ name }) => name).join(", ")} to come`,
    );
    for (const { id } of open) await enqueue(tx, { task: "run-check", payload: { checkRunId: id } });
    return { kind: "waiting" };
  }
  const names = runs.map(({ name }) => name).join(", ");
  const began = deployment.startedAt;
  const earlier = began !== null && runs.every(({ endedAt }) => endedAt !== null && endedAt < began);
  if (earlier) await skipStep(tx, deployment, "checks", `This image passed before: ${names}`);
  else await finishStep(tx, deployment, "checks", `Passed: ${names}`);
  return { kind: "passed" };
}
