import type { Transaction } from "../database/client.ts";

export interface NewEvent {
  /** noun.verb in the past tense, e.g. `deployment.failed` */
  readonly kind: string;
  readonly projectId: string | null;
  readonly environmentId?: string | null;
  readonly deploymentId?: string | null;
  readonly actorName?: string | null;
  /** One sentence for the timeline; null when only pages need to know. */
  readonly message?: string | null;
}

/** Records that something happened, in the transaction that made it happen. Readers hear of it at commit. */
export async function appendEvent(tx: Pick<Transaction, "event">, event: NewEvent): Promise<void> {
  await tx.event.createMany({
    data: [
      {
        kind: event.kind,
        projectId: event.projectId,
        environmentId: event.environmentId ?? null,
        deploymentId: event.deploymentId ?? null,
        actorName: event.actorName ?? null,
        message: event.message ?? null,
      },
    ],
  });
}
