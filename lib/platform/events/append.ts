import { isToldKind } from "#lib/core/event-kinds.ts";

import { Prisma, type Transaction } from "../database/client.ts";

/** What an event carries beside its words: plain values by name, ids and short texts, never a secret. */
export type EventDetail = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface NewEvent {
  /** noun.verb in the past tense, e.g. `deployment.failed` */
  readonly kind: string;
  readonly projectId: string | null;
  readonly environmentId?: string | null;
  readonly deploymentId?: string | null;
  readonly actorName?: string | null;
  /** One sentence for the timeline; null when only pages need to know. */
  readonly message?: string | null;
  /** For those who are told of it: who is meant, which image. At most 8 KB as JSON; more is left out. */
  readonly detail?: EventDetail | null;
}

const detailMaxLength = 8_192;

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
        detail: kept(event.detail ?? null),
        untold: isToldKind(event.kind),
      },
    ],
  });
}

/** What is too long must not undo the change it belongs to. */
function kept(detail: EventDetail | null) {
  if (detail === null) return Prisma.DbNull;
  return JSON.stringify(detail).length <= detailMaxLength ? { ...detail } : { truncated: true };
}
