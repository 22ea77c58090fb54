import { unlockValue } from "#lib/platform/crypto/symmetric.ts";
import type { Database } from "#lib/platform/database/client.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { noteHearsay } from "../pull-requests/hearsay.ts";
import type { InboundForge } from "./forges.ts";
import { jsonIn, readHint } from "./hint.ts";
import { hookScope } from "./scope.ts";
import { type Headers, type Verified, verifyWebhook } from "./verify.ts";

/** What became of a webhook. */
export type Received = "taken" | "ignored" | "repeated" | "refused" | "malformed" | "too_many";

interface Arrival {
  readonly projectId: string;
  readonly forge: InboundForge;
  readonly secret: string;
}

const perMinute = 300;
/** Refused ones are logged so often; a flood of them is not. */
const refusedKept = 50;
const refusedWindowMs = 10 * 60_000;

/** Where a webhook of this forge and project is expected, with its secret; null when none is. */
export async function findInboundHook(database: Database, webhookKey: string, slug: string, forge: InboundForge): Promise<Arrival | null> {
  const hook = await database.inboundHook.findFirst({
    where: { forge, project: { slug, deletedAt: null } },
    select: { projectId: true, nonce: true, ciphertext: true },
  });
  if (hook === null) return null;
  return { projectId: hook.projectId, forge, secret: unlockValue(webhookKey, hookScope(hook.projectId, forge), hook) };
}

/**
 * Checks a webhook and, when it was signed rightly and not seen before, asks for a look at the repository: the log entry, the wish and the
 * job in one transaction. What the body says of commits is never taken for true.
 */
export async function receiveWebhook(
  database: Database,
  arrival: Arrival,
  headers: Headers,
  raw: Buffer,
  now = new Date(),
): Promise<Received> {
  const verified = verifyWebhook(arrival.forge, headers, raw, arrival.secret, now);
  const entry = { projectId: arrival.projectId, forge: arrival.forge, event: verified.event, bytes: raw.length };
  if (!verified.ok) {
    await logRefusal(database, entry, verified.reason ?? "It was refused.", now);
    return "refused";
  }
  if (await isFlood(database, arrival.projectId, now)) return "too_many";
  const hint = read(verified, headers["content-type"] ?? "", raw);
  if (hint === null) {
    await logRefusal(database, entry, "The body is not the JSON of a webhook.", now);
    return "malformed";
  }
  return database.$transaction(async (tx) => {
    const outcome = hint.look ? "taken" : "ignored";
    const { count } = await tx.inboundDelivery.createMany({
      data: [{ ...entry, deliveryId: verified.deliveryId, ref: hint.ref, outcome }],
      skipDuplicates: true,
    });
    if (count === 0) return "repeated";
    if (hint.look) {
      if (hint.pull !== null) await noteHearsay(tx, arrival.projectId, hint.pull, now);
      await tx.project.update({ where: { id: arrival.projectId }, data: { syncRequestedAt: now }, select: { id: true } });
      await enqueue(tx, { task: "sync-refs", payload: { projectId: arrival.projectId } });
    }
    return outcome;
  });
}

function read(verified: Verified, contentType: string, raw: Buffer) {
  try {
    return readHint(verified.event, jsonIn(contentType, raw));
  } catch {
    return null;
  }
}

/** Whether the last `perMinute` deliveries all came within a minute. */
async function isFlood(database: Database, projectId: string, now: Date): Promise<boolean> {
  const [earliest] = await database.inboundDelivery.findMany({
    where: { projectId },
    orderBy: { id: "desc" },
    skip: perMinute - 1,
    take: 1,
    select: { at: true },
  });
  return earliest !== undefined && now.getTime() - earliest.at.getTime() < 60_000;
}

async function logRefusal(
  database: Database,
  entry: { projectId: string; forge: InboundForge; event: string; bytes: number },
  reason: string,
  now: Date,
): Promise<void> {
  const since = new Date(now.getTime() - refusedWindowMs);
  const kept = await database.inboundDelivery.count({ where: { projectId: entry.projectId, outcome: "refused", at: { gt: since } } });
  if (kept >= refusedKept) return;
  await database.inboundDelivery.createMany({ data: [{ ...entry, deliveryId: null, outcome: "refused", reason }] });
}
