import { inspectImage } from "#lib/adapters/docker/images.ts";
import { ensurePulled } from "#lib/adapters/docker/pull.ts";
import { type CommandEnd, removeContainersOf, runCommand } from "#lib/adapters/docker/run-command.ts";
import { BerthError, describeError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { LeaseLost } from "../builds/lease.ts";
import { type LogSink, openLogSink } from "../logs/sink.ts";
import type { WorkerContext } from "../workers/context.ts";
import { type LeasedCheck, claimCheck, endCheck, maxAttempts, ringWaiting, waitingFor } from "./lease.ts";

/** What of the worker a check needs. */
export type CheckContext = Pick<WorkerContext, "database" | "engine" | "registry" | "instance" | "poolId" | "log">;

const limits = { cpus: 1, memoryMiB: 1_024, pids: 512 } as const;
const logCapBytes = 2 * 1024 * 1024;
const watchMs = 1_000;
const retryAfterMs = 5_000;
const reviveAfterMs = 30_000;
const label = "berth.check";
/** Nobody's fault: a part is away, and it is tried again. */
const passing: readonly string[] = ["docker_unavailable", "registry_unavailable", "disk_full", "cancelled"];

const runningHere = new Set<string>();

/**
 * Runs one check in its image and keeps the result for the digest. Ends without one when nobody waits for it any more, when a part is
 * away, or when the lease is lost; the container is gone in every case, or swept up by the next round.
 */
export async function runCheck(context: CheckContext, checkRunId: string): Promise<void> {
  if (runningHere.has(checkRunId)) return;
  runningHere.add(checkRunId);
  try {
    const check = await claimCheck(context.database, checkRunId, context.poolId());
    if (check !== null) await runClaimed(context, check);
  } finally {
    runningHere.delete(checkRunId);
  }
}

async function runClaimed(context: CheckContext, check: LeasedCheck): Promise<void> {
  const sink = openLogSink(context.database, { logId: check.logId, secrets: [], capBytes: logCapBytes, log: context.log });
  const stop = new AbortController();
  const watch = setInterval(() => void watchFor(context, check, stop), watchMs);
  try {
    if (check.attempt > maxAttempts) throw new BerthError("worker_lost");
    if (check.attempt > 1) sink.write(`— begun again, attempt ${check.attempt} —\n`);
    sink.write(`$ ${wordsFor(check.command)}\n`);
    const end = await execute(context, check, sink, stop.signal);
    await conclude(context, check, end, sink);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    await endBadly(context, check, sink, stop.signal.aborted ? new BerthError("cancelled", { cause: error }) : error);
  } finally {
    clearInterval(watch);
    await sink.close();
  }
}

async function execute(context: CheckContext, check: LeasedCheck, sink: LogSink, signal: AbortSignal): Promise<CommandEnd> {
  const image = await context.database.image.findUnique({ where: { id: check.imageId } });
  if (image === null || image.removedAt !== null) throw new BerthError("image_missing");
  const here = (await inspectImage(context.engine, image.engineId)) !== null;
  const reference =
    here || !image.pushed || context.registry === null
      ? image.engineId
      : await ensurePulled(context.engine, { ...image, auth: context.registry.credentials, signal });
  await context.database.$transaction((tx) => appendEvent(tx, { kind: "check.started", projectId: check.projectId }));
  return runCommand(context.engine, {
    name: containerName(check.id),
    image: reference,
    command: check.command,
    labels: { "berth.instance": context.instance, [label]: context.instance },
    env: ["CI=true", "HOME=/tmp", "TMPDIR=/tmp", `BERTH_COMMIT=${image.commit}`],
    limits: { ...limits, timeoutMs: check.timeoutSeconds * 1_000 },
    onOutput: (text) => sink.write(text),
    signal,
  });
}

const containerName = (checkRunId: string) => `berth-check-${checkRunId}`;

async function conclude(context: CheckContext, check: LeasedCheck, end: CommandEnd, sink: LogSink): Promise<void> {
  const passed = end.kind === "exited" && end.code === 0;
  const errorText = passed ? null : reasonOf(check, end);
  sink.write(passed ? "Passed.\n" : `${errorText}\n`);
  await context.database.$transaction(async (tx) => {
    await endCheck(tx, check, passed ? "passed" : "failed", { exitCode: end.kind === "exited" ? end.code : null, errorText });
    await ringWaiting(tx, check.id);
    await appendEvent(tx, { kind: "check.ended", projectId: check.projectId });
  });
}

function reasonOf(check: LeasedCheck, end: CommandEnd): string {
  if (end.kind === "timed-out") return `It took longer than ${check.timeoutSeconds} s and was stopped.`;
  if (end.outOfMemory) return `It used more than ${limits.memoryMiB} MiB of memory.`;
  return `It ended with code ${end.code}.`;
}

async function endBadly(context: CheckContext, check: LeasedCheck, sink: LogSink, error: unknown): Promise<void> {
  const known = error instanceof BerthError ? error : new BerthError("internal", { cause: error });
  if (known.code === "internal") context.log.error({ err: error, checkRunId: check.id }, "A check ended by a mistake of Berth's.");
  else context.log.info({ checkRunId: check.id, code: known.code, reason: describeError(error) }, "A check did not come to its end.");
  sink.write(`${known.title}${known.detail === undefined ? "" : ` ${known.detail}`}\n`);
  const isOpen = passing.includes(known.code) || (known.code === "internal" && check.attempt < maxAttempts);
  await context.database.$transaction(async (tx) => {
    if (isOpen) {
      await endCheck(tx, check, "queued", { countsAsAttempt: known.code === "internal" });
      // Cancelled means that nobody waits: whoever comes next rings.
      if (known.code !== "cancelled")
        await enqueue(tx, { task: "run-check", payload: { checkRunId: check.id } }, new Date(Date.now() + retryAfterMs));
    } else {
      await endCheck(tx, check, "failed", { errorText: known.detail ?? known.title });
      await ringWaiting(tx, check.id);
    }
    await appendEvent(tx, { kind: "check.ended", projectId: check.projectId });
  });
}

/** Stops what nobody waits for any more, and what is somebody else's by now. */
async function watchFor(context: CheckContext, check: LeasedCheck, stop: AbortController): Promise<void> {
  const row = await context.database.checkRun.findUnique({ where: { id: check.id }, select: { leaseEpoch: true } }).catch(() => undefined);
  if (row === undefined) return;
  const waiting = await waitingFor(context.database, check.id).catch(() => null);
  if (row === null || row.leaseEpoch !== check.leaseEpoch || waiting?.length === 0) stop.abort(new BerthError("cancelled"));
}

/** A command as one would type it. */
function wordsFor(command: readonly string[]): string {
  const [shell, flag, line] = command;
  if (command.length === 3 && shell === "/bin/sh" && flag === "-c") return line ?? "";
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
}

/**
 * Puts back what a dead worker ran, rings for what waits too long, and removes containers that belong to no run of this moment: what a killed
 * worker left.
 */
export async function reviveChecks(context: CheckContext): Promise<void> {
  await context.database.$executeRaw`
    UPDATE check_run c SET status = 'queued', leased_by = NULL, lease_epoch = lease_epoch + 1
    WHERE status = 'running' AND NOT EXISTS (SELECT 1 FROM worker_heartbeat h WHERE h.pool_id = c.leased_by)`;
  const waiting = await context.database.$queryRaw<Array<{ id: string }>>`
    SELECT c.id FROM check_run c
    WHERE c.status = 'queued' AND c.created_at < now() - make_interval(secs => ${reviveAfterMs / 1_000}) AND EXISTS (
      SELECT 1 FROM deployment_check l JOIN deployment d ON d.id = l.deployment_id WHERE l.check_run_id = c.id AND d.status = 'preparing' AND d.cancel_requested_at IS NULL)
    LIMIT 100`;
  for (const { id } of waiting) await enqueue(context.database, { task: "run-check", payload: { checkRunId: id } });
  const running = await context.database.checkRun.findMany({ where: { status: "running" }, select: { id: true } });
  const names = new Set([...running.map(({ id }) => id), ...runningHere].map(containerName));
  await removeContainersOf(context.engine, `${label}=${context.instance}`, (name) => names.has(name));
}
