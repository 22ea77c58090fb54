import type { Mailer } from "#lib/adapters/mail/mailer.ts";
import type { PrivateSealingKey } from "#lib/platform/crypto/sealing.ts";
import type { Database } from "#lib/platform/database/client.ts";
import type { Log } from "#lib/platform/log.ts";
import type { HttpClient } from "#lib/platform/outbound-http/client.ts";

import type { Settings } from "../command.ts";

/** What sending needs. Only the worker has it. */
export interface OutboxContext {
  readonly database: Database;
  readonly settings: Settings;
  readonly log: Log;
  readonly sealingKey: PrivateSealingKey;
  /** Null where no mail server is set. */
  readonly mailer: Mailer | null;
  /** For addresses that users typed: private networks are refused. */
  readonly http: HttpClient;
  /** Seconds to wait before the second attempt, the third, and so on; the last one is followed by giving up. */
  readonly pausesSeconds: readonly number[];
}

/** 10 s, 1 min, 5 min, 20 min, 1 h, 3 h, 8 h: half a day in all. */
export const usualPausesSeconds: readonly number[] = [10, 60, 300, 1_200, 3_600, 10_800, 28_800];

/** Longer than any sending takes: whoever holds a message longer has died with it. */
export const claimSeconds = 90;
const keptDays = 30;
const problemMaxLength = 300;

/** How one attempt to send ended. */
export interface Attempt {
  readonly ok: boolean;
  /** It would end the same way every time. */
  readonly permanent?: boolean;
  readonly answer?: number | null;
  readonly problem?: string | null;
  readonly durationMs: number;
}

/**
 * Writes down how the attempt to send these messages ended: sent, to be tried again after a pause, or given up. A worker that dies before
 * this leaves them claimed, and they are sent once more after that: at least once, under the same id.
 */
export async function settle(
  context: Pick<OutboxContext, "database" | "pausesSeconds">,
  messages: ReadonlyArray<{ readonly id: string; readonly attempts: number }>,
  attempt: Attempt,
): Promise<void> {
  const [first] = messages;
  if (first === undefined) return;
  const pause = context.pausesSeconds[first.attempts - 1];
  const state = attempt.ok ? "sent" : attempt.permanent === true || pause === undefined ? "failed" : "waiting";
  const now = new Date();
  await context.database.outgoingMessage.updateMany({
    where: { id: { in: messages.map(({ id }) => id) } },
    data: {
      state,
      claimedUntil: null,
      answer: attempt.answer ?? null,
      problem: attempt.problem?.slice(0, problemMaxLength) ?? null,
      durationMs: Math.round(attempt.durationMs),
      ...(state === "waiting" ? { nextAt: new Date(now.getTime() + (pause ?? 0) * 1000) } : { endedAt: now }),
    },
  });
}

/** Forgets what is too old to matter. */
export async function forgetOldMessages(database: Database): Promise<void> {
  await database.$executeRaw`DELETE FROM outgoing_message WHERE created_at < now() - make_interval(days => ${keptDays})`;
  await database.$executeRaw`DELETE FROM inbound_delivery WHERE at < now() - make_interval(days => ${keptDays})`;
  await database.$executeRaw`DELETE FROM notification WHERE at < now() - interval '90 days'`;
}
