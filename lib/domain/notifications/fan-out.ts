import { describeError } from "#lib/core/errors.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";
import type { Log } from "#lib/platform/log.ts";

import type { Settings } from "../command.ts";
import { environmentUrl } from "../environments/url.ts";
import { type Hearer, audienceOf } from "./audience.ts";
import { isWanted } from "./kinds.ts";
import { type MessageBody, jsonOf } from "./message.ts";
import { type ToldEvent, readToldEvent } from "./told-event.ts";
import { headlineOf, pathOf } from "./words.ts";

interface Context {
  readonly database: Database;
  readonly settings: Settings;
  readonly log: Log;
  /** Whether mail can be sent. */
  readonly mails: boolean;
}

/** One pass ends after so many, and is rung again. */
const perPass = 200;
/** Mails wait so long for what else happens, and then go together. */
export const gatherMs = 30_000;

/**
 * Tells of every event that was not told of yet: rows for the dashboard and for what leaves the house, in one transaction with the mark on
 * the event. Two workers share the events; one that ends half-way leaves its event for the next. Answers how many were told.
 */
export async function fanOut(context: Context): Promise<number> {
  let after = -1n;
  let told = 0;
  for (; told < perPass; told++) {
    const id = await tellNext(context, after);
    if (id === null) break;
    after = id;
  }
  return told;
}

/** The next event after `after`, in order; its id, or null when there is none that nobody else has in hand. */
async function tellNext(context: Context, after: bigint): Promise<bigint | null> {
  let id: bigint | null = null;
  try {
    return await context.database.$transaction(async (tx) => {
      const [row] = await tx.$queryRaw<Array<{ id: bigint }>>`
        SELECT id FROM event WHERE untold AND id > ${after} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`;
      if (row === undefined) return null;
      ({ id } = row);
      await tell(tx, context, id);
      await tx.event.updateMany({ where: { id }, data: { untold: false } });
      return id;
    });
  } catch (error) {
    if (id === null) throw error;
    // One that cannot be told must not keep the others from being told; it is tried again with the next pass, for a day.
    context.log.warn({ event: String(id), reason: describeError(error) }, "An event could not be told of.");
    const dayAgo = new Date(Date.now() - 24 * 60 * 60_000);
    await context.database.event.updateMany({ where: { id, at: { lt: dayAgo } }, data: { untold: false } });
    return id;
  }
}

async function tell(tx: Transaction, context: Context, id: bigint): Promise<void> {
  const event = await readToldEvent(context.database, id);
  if (event === null) return;
  const hearers = await audienceOf(context.database, event);
  const ids = hearers.map(({ personId }) => personId);
  const muted = new Set(
    (await tx.notificationMute.findMany({ where: { projectId: event.project.id, personId: { in: ids } } })).map((row) => row.personId),
  );
  const choices = await tx.notificationChoice.findMany({ where: { personId: { in: ids }, kind: event.kind } });
  const wants = (hearer: Hearer, channel: "app" | "mail") =>
    !muted.has(hearer.personId) &&
    isWanted(
      choices.filter(({ personId }) => personId === hearer.personId),
      event.kind,
      channel,
    );
  await tx.notification.createMany({
    data: hearers.filter((hearer) => wants(hearer, "app")).map((hearer) => notificationFor(event, hearer)),
    skipDuplicates: true,
  });
  const body = bodyOf(context.settings, event);
  const mailed = context.mails ? hearers.filter((hearer) => wants(hearer, "mail")) : [];
  const hooks = await tx.projectHook.findMany({
    where: { projectId: event.project.id, enabled: true, kinds: { has: event.kind } },
    select: { id: true },
  });
  const common = { eventId: event.id, kind: event.kind, projectId: event.project.id };
  await tx.outgoingMessage.createMany({
    data: [
      ...mailed.map(({ personId, reason }) => ({
        ...common,
        channel: "mail",
        recipient: personId,
        personId,
        body: jsonOf({ ...body, reason }),
        nextAt: new Date(Date.now() + gatherMs),
      })),
      ...hooks.map(({ id: hookId }) => ({ ...common, channel: "hook", recipient: hookId, hookId, body: jsonOf(body) })),
    ],
    skipDuplicates: true,
  });
}

function notificationFor(event: ToldEvent, { personId, reason }: Hearer) {
  return {
    eventId: event.id,
    personId,
    kind: event.kind,
    reason,
    projectId: event.project.id,
    environmentId: event.environment?.id ?? null,
    deploymentId: event.deployment?.id ?? null,
    stageKind: event.environment?.stage.kind ?? null,
    actorName: event.actorName,
    message: event.message,
    detail: jsonOf(event.detail),
    at: event.at,
  };
}

function bodyOf(settings: Settings, event: ToldEvent): MessageBody {
  const { project, environment, deployment } = event;
  const path = pathOf({
    kind: event.kind,
    project: project.slug,
    environment: environment?.name ?? null,
    deploymentId: deployment?.id ?? null,
    promotionId: event.detail["promotion"],
  });
  return {
    kind: event.kind,
    headline: headlineOf(event.kind, environment?.name ?? project.name, event.detail),
    message: event.message,
    actor: event.actorName,
    at: event.at.toISOString(),
    url: `${settings.dashboardOrigin}${path}`,
    project: { slug: project.slug, name: project.name },
    environment:
      environment === null
        ? null
        : { name: environment.name, stage: environment.stage.kind, url: environmentUrl(settings.previewOrigin, environment.host) },
    deployment: deployment === null ? null : { id: deployment.id, number: deployment.number, commit: deployment.commit },
    detail: jsonOf(event.detail),
  };
}
