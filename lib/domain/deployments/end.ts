import { errorCatalogue } from "#lib/core/error-catalogue.ts";
import type { BerthError, ErrorCode } from "#lib/core/errors.ts";
import { deploymentStatusesBefore } from "#lib/core/states.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { LeaseLost } from "../builds/lease.ts";
import { endSteps } from "./steps.ts";

interface Deployment {
  readonly id: string;
  readonly number: number;
  readonly projectId: string;
  readonly environmentId: string;
}

/** Moves a deployment on by compare-and-swap; throws LeaseLost when it is not where it should be. */
export async function moveDeployment(
  tx: Transaction,
  deployment: Deployment,
  status: "preparing" | "deploying" | "verifying" | "live" | "failed" | "cancelled",
  data: { errorCode?: ErrorCode; errorText?: string | null; startedAt?: Date; buildId?: string; releaseId?: string; intentAt?: Date } = {},
): Promise<void> {
  const over = status === "live" || status === "failed" || status === "cancelled";
  const { count } = await tx.deployment.updateMany({
    where: { id: deployment.id, status: { in: deploymentStatusesBefore(status) } },
    data: { status, ...data, ...(over ? { endedAt: new Date() } : {}) },
  });
  if (count === 0) throw new LeaseLost(`deployment ${deployment.id}`);
  await appendEvent(tx, {
    kind: `deployment.${status}`,
    projectId: deployment.projectId,
    environmentId: deployment.environmentId,
    deploymentId: deployment.id,
    message: words[status]?.(deployment.number, data) ?? null,
  });
}

/** Ends a deployment that did not make it, with the reason. What was live goes on answering. */
export async function endDeployment(tx: Transaction, deployment: Deployment, error: BerthError): Promise<void> {
  const cancelled = error.code === "cancelled" || error.code === "build_cancelled";
  await moveDeployment(tx, deployment, cancelled ? "cancelled" : "failed", { errorCode: error.code, errorText: error.detail ?? null });
  await endSteps(tx, deployment, cancelled ? "skipped" : "failed", error.detail ?? error.title);
}

const silent = () => null;
const words: Readonly<Record<string, (number: number, data: { errorCode?: ErrorCode; errorText?: string | null }) => string | null>> = {
  preparing: silent,
  deploying: silent,
  verifying: silent,
  live: (number) => `Deployment #${number} is live`,
  cancelled: (number) => `Deployment #${number} was cancelled`,
  failed: (number, data) => `Deployment #${number} failed: ${data.errorCode === undefined ? "" : errorCatalogue[data.errorCode].title}`,
};
