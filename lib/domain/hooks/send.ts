import { describeError } from "#lib/core/errors.ts";
import { open, type Sealed } from "#lib/platform/crypto/sealing.ts";
import { isHttpError } from "#lib/platform/outbound-http/http-error.ts";

import { readBody } from "../notifications/message.ts";
import { type Attempt, type OutboxContext, claimSeconds, settle } from "../notifications/outbox.ts";
import { signedPayload, slackPayload } from "./payload.ts";
import { signatureOf } from "./sign.ts";

const perPass = 20;
/** One that is slow keeps the others waiting for no longer than one pass. */
const perHook = 4;
const shownOfAnswer = 200;

interface Claimed {
  readonly id: string;
  readonly kind: string;
  readonly hookId: string;
  readonly attempts: number;
  readonly body: unknown;
}

/** Sends the webhooks that are due, several at once. Answers how many were tried. */
export async function sendHooks(context: OutboxContext): Promise<number> {
  const claimed = await context.database.$queryRaw<Claimed[]>`
    UPDATE outgoing_message SET claimed_until = now() + make_interval(secs => ${claimSeconds}), attempts = attempts + 1
    WHERE id IN (SELECT id FROM outgoing_message
      WHERE id IN (SELECT id FROM (
          SELECT id, next_at, row_number() OVER (PARTITION BY hook_id ORDER BY next_at) AS place FROM outgoing_message
          WHERE channel = 'hook' AND state = 'waiting' AND next_at <= now() AND (claimed_until IS NULL OR claimed_until < now())) due
        WHERE place <= ${perHook} ORDER BY next_at LIMIT ${perPass})
        AND state = 'waiting' AND (claimed_until IS NULL OR claimed_until < now())
      FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, hook_id::text AS "hookId", attempts, body`;
  await Promise.all(claimed.map((message) => deliver(context, message)));
  return claimed.length;
}

async function deliver(context: OutboxContext, message: Claimed): Promise<void> {
  const hook = await context.database.projectHook.findUnique({
    where: { id: message.hookId },
    select: { format: true, enabled: true, project: { select: { deletedAt: true } }, url: true, key: true },
  });
  const body = readBody(message.body);
  if (hook === null || !hook.enabled || hook.project.deletedAt !== null || body === null) {
    await settle(context, [message], { ok: false, permanent: true, problem: "The webhook was switched off.", durationMs: 0 });
    return;
  }
  const started = performance.now();
  const attempt = await post(context, message, hook, hook.format === "slack" ? slackPayload(body) : signedPayload(message.id, body)).catch(
    (error: unknown) => ({ ok: false, problem: isHttpError(error) ? error.message : "It could not be sent." }) satisfies Partial<Attempt>,
  );
  if (!attempt.ok) context.log.info({ hook: message.hookId, reason: attempt.problem }, "A webhook did not arrive.");
  await settle(context, [message], { ...attempt, durationMs: performance.now() - started });
}

async function post(
  context: OutboxContext,
  message: Claimed,
  hook: { readonly url: Sealed; readonly key: Sealed | null },
  body: string,
): Promise<Omit<Attempt, "durationMs">> {
  const opened = openBoth(context, message.hookId, hook);
  if (opened === null) return { ok: false, permanent: true, problem: "Its address cannot be opened: enter it again." };
  const answer = await context.http.request({
    url: opened.url,
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-berth-event": message.kind,
      "x-berth-delivery": message.id,
      ...(opened.key === null ? {} : { "x-berth-signature": signatureOf(opened.key, body, new Date()) }),
    },
    body,
  });
  const ok = answer.status >= 200 && answer.status < 300;
  // A redirect is not followed: what was allowed was this address.
  const said = answer.body
    .toString("utf8")
    .slice(0, shownOfAnswer)
    .replaceAll(/[^\x20-\x7e\u00a0-\u{10ffff}]+/gu, " ")
    .trim();
  return {
    ok,
    permanent: answer.status === 410,
    answer: answer.status,
    problem: ok ? null : said === "" ? `It answered ${answer.status}.` : said,
  };
}

function openBoth(
  context: OutboxContext,
  id: string,
  hook: { readonly url: Sealed; readonly key: Sealed | null },
): { url: string; key: string | null } | null {
  try {
    const url = open(context.sealingKey, hook.url, `hook:${id}/url`);
    return { url, key: hook.key === null ? null : open(context.sealingKey, hook.key, `hook:${id}/key`) };
  } catch (error) {
    context.log.warn({ reason: describeError(error) }, "The address of a webhook cannot be opened.");
    return null;
  }
}
