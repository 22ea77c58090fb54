import { BerthError } from "#lib/core/errors.ts";
import type { Database, StageKind, Transaction } from "#lib/platform/database/client.ts";

import { actorOfPerson } from "../access/authenticate.ts";
import { type Actor, may, systemActor } from "../access/policy.ts";
import { writeAudit } from "../audit/write.ts";

interface Asked {
  readonly id: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly number: number;
  readonly trigger: string;
  readonly requestedById: string | null;
  readonly requestedByName: string | null;
}

interface Refusal {
  readonly error: BerthError;
  /** Who was refused, for the audit log. */
  readonly actor: Actor;
}

/**
 * Whether the person who asked for the deployment may still have it, by today's rights: between the click and the work lie a queue and a
 * build. Null when he may, and for what Berth itself asked for.
 */
export async function whyNotAnyMore(database: Database, asked: Asked, stageKind: StageKind): Promise<Refusal | null> {
  if (asked.requestedById === null) return null;
  const actor = await actorOfPerson(database, asked.requestedById);
  const object = { type: "environment", projectId: asked.projectId, stageKind } as const;
  if (actor !== null && may(actor, verbOf(asked.trigger), object)) return null;
  const name = asked.requestedByName ?? "The person who asked for it";
  const who = { ...systemActor, kind: "person" as const, isAdmin: false, id: asked.requestedById, name };
  return { error: new BerthError("forbidden", { detail: `${name} asked for it and may not do so any more.` }), actor: actor ?? who };
}

/** The refusal's entry in the audit log, for the transaction that ends the deployment. */
export async function auditRefusal(tx: Transaction, asked: Asked, { actor, error }: Refusal): Promise<void> {
  await writeAudit(tx, actor, {
    action: "deployment.begin",
    objectType: "deployment",
    objectId: asked.id,
    projectId: asked.projectId,
    environmentId: asked.environmentId,
    outcome: "denied",
    reason: error.code,
    detail: { number: asked.number },
  });
}

function verbOf(trigger: string): "configure" | "deploy" | "promote" {
  if (trigger === "configuration") return "configure";
  return trigger === "promotion" ? "promote" : "deploy";
}
