import { listPullRefs } from "#lib/adapters/git/pull-refs.ts";
import { createMailer } from "#lib/adapters/mail/mailer.ts";
import { describeError } from "#lib/core/errors.ts";
import { openSource } from "#lib/domain/builds/source.ts";
import { reportToForges } from "#lib/domain/forges/report.ts";
import { sendHooks } from "#lib/domain/hooks/send.ts";
import { fanOut } from "#lib/domain/notifications/fan-out.ts";
import { type OutboxContext, usualPausesSeconds } from "#lib/domain/notifications/outbox.ts";
import { sendMails } from "#lib/domain/notifications/send-mails.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import type { Config } from "#lib/platform/config.ts";
import { type HttpClient, createHttpClient } from "#lib/platform/outbound-http/client.ts";

const everyMs = 2_000;
const listTimeoutMs = 30_000;
const forgesEveryMs = 5_000;
const forgePausesSeconds = [10, 30, 120, 600, 1_800];
const hookTimeoutMs = 10_000;
const answerMaxBytes = 64 * 1024;
/** A page of fifty comments, each with the text of a small book. */
const forgeAnswerMaxBytes = 8 * 1024 * 1024;

export interface Outbox {
  /** Something happened that is told: look now instead of in two seconds. */
  ring(): void;
  stop(): Promise<void>;
}

/** Tells people of what happened, for as long as the worker lives: the rows for the dashboard, then mails and webhooks. */
export function startOutbox(context: WorkerContext, config: Pick<Config, "mail" | "outboundAllowedHosts" | "git">): Outbox {
  const mailer = config.mail === null ? null : createMailer(config.mail);
  // Whoever may be asked for the repository may be told of it.
  const forgeHosts = [...config.outboundAllowedHosts, ...config.git.allowedHosts];
  const http = clientFor(context, config.outboundAllowedHosts, answerMaxBytes);
  const forges = clientFor(context, forgeHosts, forgeAnswerMaxBytes);
  const { database, settings, log, sealingKey } = context;
  const outgoing: OutboxContext = { database, settings, log, sealingKey, mailer, http, pausesSeconds: usualPausesSeconds };
  const pullRefs = (projectId: string) => pullRefsOf(context, projectId);
  const reporting = { database, settings, log, sealingKey, http: forges, pausesSeconds: forgePausesSeconds, pullRefs };
  void sayWhetherMailIsSet(context, mailer !== null);
  const loops = [
    startLoop(context, () => fanOut({ database, settings, log, mails: mailer !== null })),
    startLoop(context, () => sendMails(outgoing)),
    startLoop(context, () => sendHooks(outgoing)),
    startLoop(context, () => reportToForges(reporting), forgesEveryMs),
  ];
  return {
    ring: () => {
      for (const loop of loops) loop.ring();
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      mailer?.close();
      await Promise.all([http.close(), forges.close()]);
    },
  };
}

/** For addresses that users typed: private networks only where the operator lists them. */
function clientFor(context: WorkerContext, allowedHosts: readonly string[], maxBodyBytes: number): HttpClient {
  return createHttpClient({ timeoutMs: hookTimeoutMs, maxBodyBytes, policy: "user", allowedHosts, log: context.log });
}

async function pullRefsOf(context: WorkerContext, projectId: string) {
  const { source } = await openSource(context, projectId);
  return listPullRefs(context.git, source, { timeoutMs: listTimeoutMs });
}

/** Does the work now and then and when it is rung, never twice at once; a ring meanwhile means once more. */
function startLoop(context: WorkerContext, work: () => Promise<unknown>, pauseMs = everyMs): { ring(): void; stop(): Promise<void> } {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  const ring = () => {
    if (stopped) return;
    again = true;
    running ??= run().finally(() => (running = null));
  };
  async function run(): Promise<void> {
    while (again && !stopped) {
      again = false;
      await work().catch((error: unknown) =>
        context.log.info({ reason: describeError(error) }, "Telling people did not work; it is tried again."),
      );
    }
  }
  const timer = setInterval(ring, pauseMs);
  ring();
  return {
    ring,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

/** For web, which is told nothing of the mail server but whether there is one. */
async function sayWhetherMailIsSet(context: WorkerContext, set: boolean): Promise<void> {
  const state = set ? "up" : "off";
  await context.database.partStatus
    .upsert({ where: { part: "mail" }, create: { part: "mail", state }, update: { state, checkedAt: new Date() } })
    .catch((error: unknown) => context.log.info({ reason: describeError(error) }, "Whether mail can be sent could not be written down."));
}
