import type { StepName } from "#lib/core/states.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

interface Deployment {
  readonly id: string;
  readonly projectId: string;
  readonly environmentId: string;
}

/** Opens a step (and closes nothing): it runs from now. Repeating it changes nothing. */
export async function beginStep(tx: Transaction, deployment: Deployment, name: StepName, detail: string | null = null): Promise<void> {
  await tx.deploymentStep.updateMany({
    where: { deploymentId: deployment.id, name, status: "waiting" },
    data: { status: "running", startedAt: new Date(), detail },
  });
  await tell(tx, deployment, "step");
}

/** What a running step waits for, in words. */
export async function noteStep(tx: Transaction, deployment: Deployment, name: StepName, detail: string): Promise<void> {
  const { count } = await tx.deploymentStep.updateMany({
    where: { deploymentId: deployment.id, name, status: "running", NOT: { detail } },
    data: { detail },
  });
  const first = await tx.deploymentStep.updateMany({
    where: { deploymentId: deployment.id, name, status: "running", detail: null },
    data: { detail },
  });
  if (count + first.count > 0) await tell(tx, deployment, "step");
}

/** What a step that has not begun waits for, in words. */
export async function noteWaiting(tx: Transaction, deployment: Deployment, name: StepName, detail: string): Promise<void> {
  const { count } = await tx.deploymentStep.updateMany({
    where: { deploymentId: deployment.id, name, status: "waiting", OR: [{ detail: null }, { NOT: { detail } }] },
    data: { detail },
  });
  if (count > 0) await tell(tx, deployment, "step");
}

export async function finishStep(tx: Transaction, deployment: Deployment, name: StepName, detail: string | null = null): Promise<void> {
  const now = new Date();
  await tx.deploymentStep.updateMany({ where: { deploymentId: deployment.id, name, status: "waiting" }, data: { startedAt: now } });
  await tx.deploymentStep.updateMany({
    where: { deploymentId: deployment.id, name, status: { in: ["waiting", "running"] } },
    data: { status: "done", endedAt: now, detail },
  });
  await tell(tx, deployment, "step");
}

export async function skipStep(tx: Transaction, deployment: Deployment, name: StepName, detail: string): Promise<void> {
  const now = new Date();
  await tx.deploymentStep.updateMany({
    where: { deploymentId: deployment.id, name, status: { in: ["waiting", "running"] } },
    data: { status: "skipped", startedAt: now, endedAt: now, detail },
  });
}

/** Puts steps back to waiting, for work that starts over. */
export async function resetSteps(tx: Transaction, deployment: Deployment, names: readonly StepName[]): Promise<void> {
  await tx.deploymentStep.updateMany({
    where: { deploymentId: deployment.id, name: { in: [...names] }, status: { in: ["running", "done"] } },
    data: { status: "waiting", startedAt: null, endedAt: null, detail: "Trying again: a part was away for a moment." },
  });
  await tell(tx, deployment, "step");
}

/** Ends all that is open: the running step as `failed` (or skipped when nobody's fault), the rest as skipped. */
export async function endSteps(tx: Transaction, deployment: Deployment, how: "failed" | "skipped", detail: string): Promise<void> {
  const now = new Date();
  await tx.deploymentStep.updateMany({
    where: { deploymentId: deployment.id, status: "running" },
    data: { status: how, endedAt: now, detail },
  });
  await tx.deploymentStep.updateMany({ where: { deploymentId: deployment.id, status: "waiting" }, data: { status: "skipped" } });
}

async function tell(tx: Transaction, deployment: Deployment, kind: string): Promise<void> {
  await appendEvent(tx, {
    kind: `deployment.${kind}`,
    projectId: deployment.projectId,
    environmentId: deployment.environmentId,
    deploymentId: deployment.id,
  });
}
