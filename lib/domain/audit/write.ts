import type { Prisma, StageKind, Transaction } from "#lib/platform/database/client.ts";

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
  /** What the object is called, where the database cannot know: it looks up environments, deployments, projects, stages, variables, people, groups and tokens itself. */
  readonly objectName?: string | null;
  /** The stage an entry without an environment is about: it is read by those who may view that kind of stage. */
  readonly stageKind?: StageKind | null;
  readonly outcome: "allowed" | "denied" | "failed";
  readonly reason?: string | null;
  /** What changed; never a secret's value. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  /** The object's fields that changed, as they were and as they are; secrets left out by whoever writes them. */
  readonly before?: AuditFields;
  readonly after?: AuditFields;
}

/**
 * Writes who did what. Call it in the transaction of the act: an act without its entry cannot happen. The time is the
 * database's, and when the transaction commits the entry becomes the next link of the chain.
 */
export async function writeAudit(tx: Pick<Transaction, "auditEntry">, actor: Actor, record: AuditRecord): Promise<void> {
  const detail = detailOf(actor, record);
  // createMany, because create reads the row back and the table may only be appended to.
  await tx.auditEntry.createMany({
    data: [
      {
        actorKind: actor.tokenId === null ? actor.kind : "token",
        // Through whose eyes ever he looked, it was the admin who acted.
        actorId: actor.viewing?.by.id ?? actor.id,
        actorName: actor.viewing?.by.name ?? actor.name,
        tokenId: actor.tokenId,
        sourceIp: actor.sourceIp,
        requestId: actor.requestId,
        action: record.action,
        objectType: record.objectType,
        objectId: record.objectId,
        objectName: record.objectName ?? nameIn(record.detail) ?? nameIn(record.before),
        projectId: record.projectId ?? null,
        environmentId: record.environmentId ?? null,
        stageKind: record.stageKind ?? null,
        outcome: record.outcome,
        reason: record.reason ?? null,
        ...(detail === undefined ? {} : { detail }),
        ...(record.before === undefined ? {} : { before: record.before }),
        ...(record.after === undefined ? {} : { after: record.after }),
      },
    ],
  });
}

/** What is being deleted cannot be looked up any more; whoever deletes it says its name. */
function nameIn(fields: Readonly<Record<string, unknown>> | undefined): string | null {
  const name = fields?.["name"];
  return typeof name === "string" ? name : null;
}

function detailOf({ viewing }: Actor, { detail }: AuditRecord): AuditRecord["detail"] {
  if (viewing === null) return detail;
  return { ...detail, viewingAs: viewing.as.kind === "person" ? viewing.as.name : viewing.as.role };
}
