import type { Prisma, Transaction } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";

/** Field by field, plain values or lists and objects of them. */
export type AuditFields = Readonly<Record<string, Prisma.InputJsonValue | null>>;

export interface AuditRecord {
  /** noun.verb */
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string | null;
  readonly projectId?: string | null;
  readonly environmentId?: string | null;
  readonly outcome: "allowed" | "denied" | "failed";
  readonly reason?: string | null;
  /** What changed; never a secret's value. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  /** The object's fields that changed, as they were and as they are; secrets left out by whoever writes them. */
  readonly before?: AuditFields;
  readonly after?: AuditFields;
}

/** Writes who did what. Call it in the transaction of the act: an act without its entry cannot happen. */
export async function writeAudit(tx: Pick<Transaction, "auditEntry">, actor: Actor, record: AuditRecord): Promise<void> {
  // createMany, because create reads the row back and the table may only be appended to.
  await tx.auditEntry.createMany({
    data: [
      {
        actorKind: actor.tokenId === null ? actor.kind : "token",
        actorId: actor.id,
        actorName: actor.name,
        tokenId: actor.tokenId,
        sourceIp: actor.sourceIp,
        requestId: actor.requestId,
        action: record.action,
        objectType: record.objectType,
        objectId: record.objectId,
        projectId: record.projectId ?? null,
        environmentId: record.environmentId ?? null,
        outcome: record.outcome,
        reason: record.reason ?? null,
        ...(record.detail === undefined ? {} : { detail: record.detail }),
        ...(record.before === undefined ? {} : { before: record.before }),
        ...(record.after === undefined ? {} : { after: record.after }),
      },
    ],
  });
}
