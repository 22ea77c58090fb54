import { z } from "zod";

import { MailError } from "#lib/adapters/mail/mailer.ts";
import { describeError } from "#lib/core/errors.ts";
import { open } from "#lib/platform/crypto/sealing.ts";

import { actorOfPerson } from "../access/authenticate.ts";
import type { Actor } from "../access/policy.ts";
import { seesEvent } from "./audience.ts";
import { type MailText, invitationMail, mailAbout, testMail } from "./mail-text.ts";
import { type MessageBody, readBody } from "./message.ts";
import { type OutboxContext, claimSeconds, settle } from "./outbox.ts";

/** So many mails an hour to one person; what comes beyond is gathered into the next. */
export const mailsPerHour = 12;
const gatheredAtMost = 200;
const postponeMinutes = 10;
const peoplePerPass = 50;

interface Claimed {
  readonly id: string;
  readonly kind: string;
  readonly attempts: number;
  readonly body: unknown;
  readonly secretId: string | null;
}

/** Sends the mails that are due: what happened for one person goes together. Answers how many mails went out. */
export async function sendMails(context: OutboxContext): Promise<number> {
  if (context.mailer === null) return 0;
  const due = await context.database.$queryRaw<Array<{ person: string; direct: boolean }>>`
    SELECT person_id::text AS person, event_id IS NULL AS direct FROM outgoing_message
    WHERE channel = 'mail' AND state = 'waiting' AND next_at <= now() AND (claimed_until IS NULL OR claimed_until < now())
    GROUP BY person_id, event_id IS NULL ORDER BY min(next_at) LIMIT ${peoplePerPass}`;
  let sent = 0;
  for (const { person, direct } of due) sent += (await (direct ? sendDirect(context, person) : sendGathered(context, person))) ? 1 : 0;
  return sent;
}

/** Everything that waits for one person, in one mail. */
async function sendGathered(context: OutboxContext, personId: string): Promise<boolean> {
  if (await postponed(context, personId)) return false;
  const claimed = await claim(context, personId, false);
  if (claimed.length === 0) return false;
  const started = performance.now();
  const actor = await actorOfPerson(context.database, personId);
  const tellable: Claimed[] = [];
  const bodies: MessageBody[] = [];
  for (const message of claimed) {
    const body = readBody(message.body);
    // The right may have gone while the mail waited.
    if (body === null || actor === null || !(await stillSees(context, actor, body))) continue;
    tellable.push(message);
    bodies.push(body);
  }
  await drop(
    context,
    claimed.filter((message) => !tellable.includes(message)),
  );
  const [first] = tellable;
  if (first === undefined || actor?.email === null || actor?.email === undefined) return false;
  return send(
    context,
    { to: actor.email, messages: tellable, started },
    mailAbout(bodies, `${context.settings.dashboardOrigin}/account/notifications`),
  );
}

/** A mail that somebody asked for: a test, an invitation. One by one, not counted. */
async function sendDirect(context: OutboxContext, personId: string): Promise<boolean> {
  const [message, ...others] = await claim(context, personId, true);
  await context.database.outgoingMessage.updateMany({
    where: { id: { in: others.map(({ id }) => id) } },
    data: { claimedUntil: null, attempts: { decrement: 1 } },
  });
  if (message === undefined) return false;
  const started = performance.now();
  const person = await context.database.person.findUnique({
    where: { id: personId },
    select: { email: true, name: true, disabledAt: true },
  });
  const text =
    person === null || person.disabledAt !== null ? null : await directText(context, message, { id: personId, name: person.name });
  if (text === null || person === null) {
    await drop(context, [message]);
    await forgetSecret(context, message);
    return false;
  }
  const ok = await send(context, { to: person.email, messages: [message], started }, text);
  await forgetSecret(context, message);
  return ok;
}

const invitationBody = z.object({ by: z.string() });

async function directText(context: OutboxContext, message: Claimed, person: { id: string; name: string }): Promise<MailText | null> {
  if (message.kind === "test") return testMail(context.settings.dashboardOrigin);
  const body = invitationBody.safeParse(message.body);
  if (message.kind !== "invitation" || message.secretId === null || !body.success) return null;
  const sealed = await context.database.sealedSecret.findUnique({ where: { id: message.secretId } });
  if (sealed === null) return null;
  try {
    const link = open(context.sealingKey, sealed, `invitation:${person.id}`);
    return invitationMail({ name: person.name, by: body.data.by, link });
  } catch (error) {
    context.log.warn({ reason: describeError(error) }, "The link of an invitation cannot be opened.");
    return null;
  }
}

/** What was sealed for a mail goes with the mail, or with giving it up. */
async function forgetSecret(context: OutboxContext, { id, secretId }: Claimed): Promise<void> {
  if (secretId === null) return;
  await context.database.$transaction(async (tx) => {
    const { count } = await tx.outgoingMessage.updateMany({ where: { id, state: { not: "waiting" } }, data: { secretId: null } });
    if (count > 0) await tx.sealedSecret.deleteMany({ where: { id: secretId } });
  });
}

/** The flood's brake: whoever got enough mails this hour gets the rest together a little later. */
async function postponed(context: OutboxContext, personId: string): Promise<boolean> {
  const [row] = await context.database.$queryRaw<Array<{ count: number }>>`
    SELECT count(DISTINCT ended_at)::int AS count FROM outgoing_message
    WHERE channel = 'mail' AND person_id = ${personId}::uuid AND state = 'sent' AND event_id IS NOT NULL AND ended_at > now() - interval '1 hour'`;
  if ((row?.count ?? 0) < mailsPerHour) return false;
  await context.database.$executeRaw`
    UPDATE outgoing_message SET next_at = now() + make_interval(mins => ${postponeMinutes})
    WHERE channel = 'mail' AND person_id = ${personId}::uuid AND state = 'waiting' AND event_id IS NOT NULL AND next_at <= now()`;
  return true;
}

async function claim(context: OutboxContext, personId: string, direct: boolean): Promise<Claimed[]> {
  return context.database.$queryRaw<Claimed[]>`
    UPDATE outgoing_message SET claimed_until = now() + make_interval(secs => ${claimSeconds}), attempts = attempts + 1
    WHERE id IN (SELECT id FROM outgoing_message
      WHERE channel = 'mail' AND person_id = ${personId}::uuid AND state = 'waiting' AND (event_id IS NULL) = ${direct}
        AND (claimed_until IS NULL OR claimed_until < now())
      ORDER BY created_at LIMIT ${gatheredAtMost} FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, attempts, body, secret_id AS "secretId"`;
}

async function send(
  context: OutboxContext,
  { to, messages, started }: { to: string; messages: readonly Claimed[]; started: number },
  text: MailText,
): Promise<boolean> {
  const host = new URL(context.settings.dashboardOrigin).hostname;
  const elapsed = () => performance.now() - started;
  try {
    await context.mailer?.send({ to, ...text, messageId: `${messages[0]?.id ?? ""}@${host}` });
    await settle(context, messages, { ok: true, durationMs: elapsed() });
    return true;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    context.log.warn({ reason: describeError(error) }, "A mail could not be sent.");
    await settle(context, messages, { ok: false, permanent: error.permanent, problem: error.message, durationMs: elapsed() });
    return false;
  }
}

async function drop(context: OutboxContext, messages: readonly Claimed[]): Promise<void> {
  if (messages.length === 0) return;
  await context.database.outgoingMessage.updateMany({
    where: { id: { in: messages.map(({ id }) => id) } },
    data: { state: "dropped", claimedUntil: null, endedAt: new Date() },
  });
}

async function stillSees(context: OutboxContext, actor: Actor, body: MessageBody): Promise<boolean> {
  const project = await context.database.project.findFirst({ where: { slug: body.project.slug, deletedAt: null }, select: { id: true } });
  if (project === null) return false;
  if (body.environment === null) return seesEvent(actor, project.id, null);
  const environment = await context.database.environment.findFirst({
    where: { projectId: project.id, name: body.environment.name },
    select: { stage: { select: { kind: true } } },
  });
  return environment !== null && seesEvent(actor, project.id, environment.stage.kind);
}
