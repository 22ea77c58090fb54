import { BerthError, describeError, isBerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { actorOfPerson } from "../access/authenticate.ts";
import { type Actor, may, systemActor } from "../access/policy.ts";
import { writeAudit } from "../audit/write.ts";
import type { Blocker } from "../blockers/blocker.ts";
import { requestDeployment } from "../deployments/request.ts";
import { ensureEnvironment } from "../environments/create.ts";
import { fullRefName, lockEnvironment, policyObject } from "../environments/load.ts";
import { freezeOf } from "../freezes/standing.ts";
import type { WorkerContext } from "../workers/context.ts";
import { errorCodeOf, isPassing, promotionBlockers } from "./blockers.ts";
import { type LoadedPromotion, approvalsGiven, approvalsNeeded, lockPromotion, promotionSelection } from "./load.ts";
import { whyNotInRegistry } from "./registry-image.ts";
import { requestRollback } from "./rollback.ts";

/**
 * Takes a promotion that was asked for on: looks at every gate as it is now, and starts it, lets it wait, or refuses it with the reason. Called
 * when somebody asks or agrees, and again and again by the slow pass; called twice, late or after a crash it finds the same truth.
 */
export async function advancePromotion(context: PromotionContext, promotionId: string): Promise<void> {
  const promotion = await context.database.promotion.findUnique({ where: { id: promotionId }, select: promotionSelection });
  if (promotion === null || !isOpen(promotion) || approvalsGiven(promotion) < approvalsNeeded(promotion)) return;
  // The registry is asked outside the transaction, and only where nothing else keeps it from starting: a freeze may last for days.
  const before = await decide(context, context.database, promotion);
  const decision = before.kind === "start" ? await askRegistry(context, promotion) : before;
  await context.database.$transaction(async (tx) => {
    const locked = await lockPromotion(tx, promotionId);
    if (!isOpen(locked)) return;
    const now = decision.kind === "start" ? await decide(context, tx, locked) : decision;
    if (now.kind === "start") await start(tx, context, locked, now.overrides);
    else if (now.kind === "wait") await wait(tx, locked, now);
    else await refuse(tx, locked, now);
  });
}

/** Rings for promotions that wait: a window may have ended, a ring may have been lost. */
export async function sweepPromotions(context: Pick<WorkerContext, "database">): Promise<void> {
  const waiting = await context.database.promotion.findMany({ where: { status: "waiting" }, select: { id: true }, take: 200 });
  for (const { id } of waiting) await enqueue(context.database, { task: "advance-promotion", payload: { promotionId: id } });
}

/** What it takes beside the rows: the registry, or the engine where there is none. */
type PromotionContext = Pick<WorkerContext, "database" | "settings" | "log" | "registry" | "engine">;

type Decision =
  | { readonly kind: "start"; readonly overrides: boolean }
  | { readonly kind: "wait"; readonly code: string; readonly words: string }
  | { readonly kind: "refuse"; readonly code: string; readonly words: string };

type Reading = Transaction | WorkerContext["database"];

function isOpen({ status }: Pick<LoadedPromotion, "status">): boolean {
  return status === "requested" || status === "waiting";
}

/** What the rows say, without the registry. */
async function decide(context: PromotionContext, tx: Reading, promotion: LoadedPromotion): Promise<Decision> {
  const at = new Date();
  const asker = promotion.askedById === null ? systemActor : await actorOfPerson(context.database, promotion.askedById);
  if (asker === null || !mayStill(asker, promotion))
    return { kind: "refuse", code: "forbidden", words: `${promotion.askedByName} asked for it and may not do so any more.` };
  if ((await standingApprovals(context, promotion)) < approvalsNeeded(promotion))
    return { kind: "refuse", code: "forbidden", words: "Who agreed to it may not do so any more." };
  const blockers = promotion.kind === "rollback" ? await freezeOnly(tx, promotion, at) : await gatesOf(tx, promotion, at);
  const final = blockers.find((blocker) => !isPassing(blocker));
  if (final !== undefined) return { kind: "refuse", code: errorCodeOf(final.code), words: final.words };
  const frozen = blockers.find(({ code }) => code === "frozen");
  if (frozen === undefined) return { kind: "start", overrides: false };
  return promotion.overrideReason === null ? { kind: "wait", code: "frozen", words: frozen.words } : { kind: "start", overrides: true };
}

/** Whether somebody may still have what he asked for. */
export function mayStill(
  actor: Actor,
  {
    projectId,
    toStage,
    kind,
  }: Pick<LoadedPromotion, "projectId" | "kind"> & { readonly toStage: Pick<LoadedPromotion["toStage"], "kind"> },
): boolean {
  const object = policyObject({ projectId, stageKind: toStage.kind });
  return may(actor, kind === "rollback" ? "deploy" : "promote", object);
}

/** Yeses of second people who may still say yes: between theirs and the start there may lie days of a freeze. */
export async function standingApprovals(
  { database }: Pick<PromotionContext, "database">,
  promotion: Pick<LoadedPromotion, "projectId" | "askedById"> & {
    readonly toStage: Pick<LoadedPromotion["toStage"], "kind">;
    readonly approvals: ReadonlyArray<Pick<LoadedPromotion["approvals"][number], "personId">>;
  },
): Promise<number> {
  const object = policyObject({ projectId: promotion.projectId, stageKind: promotion.toStage.kind });
  let count = 0;
  for (const { personId } of promotion.approvals) {
    if (personId === promotion.askedById) continue;
    const actor = await actorOfPerson(database, personId);
    if (actor !== null && may(actor, "promote", object)) count += 1;
  }
  return count;
}

/** The gates, and whether it is still what was asked for that is live there. */
async function gatesOf(tx: Reading, promotion: LoadedPromotion, at: Date): Promise<Blocker[]> {
  const source = await tx.environment.findUnique({
    where: { id: promotion.fromEnvironmentId },
    select: { destroyedAt: true, liveRelease: { select: { imageId: true, fingerprint: true } } },
  });
  if (source === null || source.destroyedAt !== null)
    return [{ code: "not_live", words: "The environment it comes from was destroyed.", clearedBy: "nobody", expectedAt: null }];
  const live = source.liveRelease;
  const isSame = live !== null && live.imageId === promotion.imageId && live.fingerprint === promotion.fingerprint;
  const changed: Blocker = {
    code: "verdict_void",
    words: `${promotion.fromEnvironment.name} does not run any more what was asked for.`,
    clearedBy: "whoever promotes what runs there now",
    expectedAt: null,
  };
  return [
    ...(live === null || isSame ? [] : [changed]),
    ...(await promotionBlockers(tx, { environmentId: promotion.fromEnvironmentId, toStageId: promotion.toStageId, at })),
  ];
}

async function freezeOnly(tx: Reading, promotion: LoadedPromotion, at: Date): Promise<Blocker[]> {
  const freeze = await freezeOf(tx, { projectId: promotion.projectId, stageId: promotion.toStageId, at });
  if (freeze === null) return [];
  const words = `${promotion.toStage.title} is frozen: ${freeze.title}.`;
  return [{ code: "frozen", words, clearedBy: "a second person", expectedAt: freeze.until }];
}

async function askRegistry(context: PromotionContext, promotion: LoadedPromotion): Promise<Decision> {
  const image = await context.database.image.findUniqueOrThrow({ where: { id: promotion.imageId } });
  try {
    const words = image.removedAt === null ? await whyNotInRegistry(context, image) : "The image was removed.";
    return words === null ? { kind: "start", overrides: false } : { kind: "refuse", code: "image_gone", words };
  } catch (error) {
    if (!isBerthError(error)) throw error;
    context.log.info({ promotion: promotion.id, reason: describeError(error) }, "The registry could not be asked for a promotion's image.");
    return { kind: "refuse", code: error.code, words: error.detail ?? error.title };
  }
}

async function wait(tx: Transaction, promotion: LoadedPromotion, { code, words }: { code: string; words: string }): Promise<void> {
  if (promotion.status === "waiting" && promotion.noteCode === code && promotion.note === words) return;
  await tx.promotion.update({ where: { id: promotion.id }, data: { status: "waiting", noteCode: code, note: words } });
  await tell(tx, promotion, "promotion.waiting", null);
}

async function refuse(tx: Transaction, promotion: LoadedPromotion, { code, words }: { code: string; words: string }): Promise<void> {
  await tx.promotion.update({
    where: { id: promotion.id },
    data: { status: "refused", endedAt: new Date(), endedByName: systemActor.name, noteCode: code, note: words },
  });
  await tell(tx, promotion, "promotion.refused", `${nounOf(promotion)} refused`);
  await audit(tx, promotion, { outcome: "denied", reason: code });
}

async function start(tx: Transaction, context: PromotionContext, promotion: LoadedPromotion, overrides: boolean): Promise<void> {
  const toEnvironmentId = promotion.toEnvironmentId ?? (await targetOf(tx, context, promotion));
  await tx.promotion.update({
    where: { id: promotion.id },
    data: { status: "started", startedAt: new Date(), toEnvironmentId, freezeOverridden: overrides, noteCode: null, note: null },
  });
  const asker: Actor = { ...systemActor, id: promotion.askedById, name: promotion.askedByName };
  if (promotion.kind === "rollback") await requestRollback(tx, asker, await lockEnvironment(tx, toEnvironmentId), promotion);
  else await requestCarried(tx, asker, toEnvironmentId, promotion);
  if (promotion.kind === "promotion") await tell(tx, promotion, "promotion.started", "Promotion started");
  if (overrides) await tell(tx, promotion, "freeze.overridden", `A freeze was overridden: ${promotion.overrideReason}`, toEnvironmentId);
  await audit(tx, promotion, { outcome: "allowed", reason: null });
}

async function requestCarried(tx: Transaction, asker: Actor, environmentId: string, promotion: LoadedPromotion): Promise<void> {
  const environment = await lockEnvironment(tx, environmentId);
  const source = await tx.environment.findUniqueOrThrow({
    where: { id: promotion.fromEnvironmentId },
    select: { ref: { select: { kind: true, name: true } } },
  });
  const carried = await tx.deployment.findFirst({
    where: { releaseId: promotion.fromReleaseId },
    orderBy: { number: "desc" },
    select: { subject: true, refName: true },
  });
  await requestDeployment(tx, asker, {
    environment,
    trigger: "promotion",
    commit: promotion.commit,
    subject: carried?.subject ?? null,
    refName: source.ref === null ? (carried?.refName ?? "") : fullRefName(source.ref),
    imageId: promotion.imageId,
    promotionId: promotion.id,
    reason: promotion.reason,
  });
}

async function targetOf(tx: Transaction, context: PromotionContext, promotion: LoadedPromotion): Promise<string> {
  const project = await tx.project.findUniqueOrThrow({ where: { id: promotion.projectId } });
  const stage = await tx.stage.findUniqueOrThrow({ where: { id: promotion.toStageId } });
  const ref = promotion.refId === null ? null : await tx.ref.findUnique({ where: { id: promotion.refId } });
  if (promotion.refId !== null && ref === null) throw new BerthError("not_found");
  const asker = { ...systemActor, name: promotion.askedByName };
  const { id } = await ensureEnvironment(tx, asker, { project, stage, ref, baseHost: context.settings.previewDomain });
  return id;
}

function nounOf({ kind }: Pick<LoadedPromotion, "kind">): string {
  return kind === "rollback" ? "Rollback" : "Promotion";
}

/** On the timeline of where it comes from, which says nothing of where it goes: not everybody who reads it may view that. */
async function tell(
  tx: Transaction,
  promotion: LoadedPromotion,
  kind: string,
  message: string | null,
  environmentId: string = promotion.fromEnvironmentId,
): Promise<void> {
  await appendEvent(tx, {
    kind,
    projectId: promotion.projectId,
    environmentId,
    actorName: promotion.askedByName,
    message,
    detail: { promotion: promotion.id, to: promotion.toStage.name, digest: promotion.digest, askedBy: promotion.askedById },
  });
}

async function audit(
  tx: Transaction,
  promotion: LoadedPromotion,
  how: { outcome: "allowed" | "denied"; reason: string | null },
): Promise<void> {
  await writeAudit(tx, systemActor, {
    action: "promotion.start",
    objectType: "promotion",
    objectId: promotion.id,
    objectName: `${promotion.fromEnvironment.name} to ${promotion.toStage.title}`,
    projectId: promotion.projectId,
    stageKind: promotion.toStage.kind,
    ...how,
    detail: { to: promotion.toStage.name, digest: promotion.digest, askedBy: promotion.askedByName },
  });
}
