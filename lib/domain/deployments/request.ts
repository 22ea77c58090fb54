import { steps } from "#lib/core/states.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import type { Actor } from "../access/policy.ts";

export type Trigger = "preview" | "push" | "redeploy" | "start" | "restart" | "configuration" | "promotion" | "rollback" | "auto_rollback";

export interface DeploymentRequest {
  readonly environment: { readonly id: string; readonly projectId: string; readonly name: string };
  readonly trigger: Trigger;
  readonly commit: string;
  readonly subject: string | null;
  /** refs/heads/… or refs/tags/… */
  readonly refName: string;
  /** A release to start again as it was; without it a new one is made from commit and configuration. */
  readonly releaseId?: string;
  /** An image that is there: nothing is built. */
  readonly imageId?: string;
  /** With an image: the release whose configuration it takes instead of today's. */
  readonly configurationReleaseId?: string;
  readonly promotionId?: string;
  readonly reason?: string | null;
}

/**
 * Asks for a deployment: one that still waits is superseded, the one that runs goes on. Returns the new one's id.
 * The caller's transaction has locked the environment's row, so that two requests come one after the other.
 */
export async function requestDeployment(tx: Transaction, actor: Actor, request: DeploymentRequest): Promise<string> {
  const { environment } = request;
  await supersedeWaiting(tx, environment);
  const { _max } = await tx.deployment.aggregate({ where: { environmentId: environment.id }, _max: { number: true } });
  const created = await tx.deployment.create({
    data: {
      projectId: environment.projectId,
      environmentId: environment.id,
      number: (_max.number ?? 0) + 1,
      trigger: request.trigger,
      commit: request.commit,
      subject: request.subject,
      refName: request.refName,
      releaseId: request.releaseId ?? null,
      imageId: request.imageId ?? null,
      configurationReleaseId: request.configurationReleaseId ?? null,
      promotionId: request.promotionId ?? null,
      reason: request.reason ?? null,
      requestedById: actor.id,
      requestedByName: actor.name,
      steps: {
        createMany: {
          data: steps.map((step, position) => ({
            name: step.name,
            position,
            status: step.name === "queue" ? ("running" as const) : ("waiting" as const),
            startedAt: step.name === "queue" ? new Date() : null,
          })),
        },
      },
    },
    select: { id: true, number: true },
  });
  await tx.environment.update({ where: { id: environment.id }, data: { desired: "running", changedAt: new Date() } });
  await appendEvent(tx, {
    kind: "deployment.queued",
    projectId: environment.projectId,
    environmentId: environment.id,
    deploymentId: created.id,
    actorName: actor.name,
    message: `${triggerWords[request.trigger]} (deployment #${created.number})`,
  });
  await enqueue(tx, { task: "reconcile-environment", payload: { environmentId: environment.id } });
  return created.id;
}

const triggerWords: Readonly<Record<Trigger, string>> = {
  preview: "Preview asked for",
  push: "A push asked for a deployment",
  redeploy: "Redeploy asked for",
  start: "Start asked for",
  restart: "Restart asked for",
  configuration: "Changed configuration asked for a deployment",
  promotion: "Promotion started",
  rollback: "Rollback asked for",
  auto_rollback: "Berth rolls back",
};

async function supersedeWaiting(tx: Transaction, environment: { id: string; projectId: string }): Promise<void> {
  const waiting = await tx.deployment.findMany({ where: { environmentId: environment.id, status: "queued" }, select: { id: true } });
  for (const { id } of waiting) {
    const now = new Date();
    await tx.deployment.updateMany({
      where: { id, status: "queued" },
      data: { status: "superseded", errorCode: "superseded", endedAt: now },
    });
    await tx.deploymentStep.updateMany({
      where: { deploymentId: id, status: { in: ["running", "waiting"] } },
      data: { status: "skipped", endedAt: now },
    });
    await appendEvent(tx, {
      kind: "deployment.superseded",
      projectId: environment.projectId,
      environmentId: environment.id,
      deploymentId: id,
    });
  }
}
