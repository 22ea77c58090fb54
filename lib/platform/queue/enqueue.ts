import type { Transaction } from "../database/client.ts";

/** A doorbell for the worker: ids only. The rows are the truth; a job that runs twice or late finds nothing left to do. */
export type Job =
  | { readonly task: "sync-refs"; readonly payload: { readonly projectId: string } }
  | { readonly task: "run-build"; readonly payload: { readonly buildId: string } }
  | { readonly task: "reconcile-environment"; readonly payload: { readonly environmentId: string } }
  | { readonly task: "follow-log"; readonly payload: { readonly environmentId: string } }
  | { readonly task: "run-check"; readonly payload: { readonly checkRunId: string } }
  | { readonly task: "check-cluster"; readonly payload: { readonly clusterId: string } }
  | { readonly task: "advance-promotion"; readonly payload: { readonly promotionId: string } }
  | { readonly task: "accept-image"; readonly payload: { readonly handOverId: string } }
  | { readonly task: "collect-images"; readonly payload: { readonly projectId: string } };

/**
 * Adds a job in the caller's transaction: it exists exactly when the change it follows does. Jobs with the same task and
 * id that still wait are merged into one.
 */
export async function enqueue(tx: Pick<Transaction, "$executeRaw">, job: Job, runAt: Date | null = null): Promise<void> {
  const [id] = Object.values(job.payload);
  const key = `${job.task}:${id}`;
  await tx.$executeRaw`SELECT berth_enqueue(${job.task}, ${JSON.stringify(job.payload)}::json, ${key}, ${runAt}::timestamptz)`;
}
