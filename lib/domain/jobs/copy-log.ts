import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import { describeError } from "#lib/core/errors.ts";

import type { ClusterParts } from "../clusters/parts.ts";
import { openVariables } from "../deployments/release.ts";
import { openLogSink } from "../logs/sink.ts";
import type { WorkerContext } from "../workers/context.ts";
import { type RunLease, writeRun } from "./lease.ts";
import type { StepRun } from "./read-run.ts";

/** What a run's log keeps, the newest of it. */
const runLogCapBytes = 1024 * 1024;
const readBytes = 128 * 1024;
/** The last words of a task reach its files a moment after its end. */
const lastWords = { everyMs: 250, quietLooks: 3, looksAtMost: 20 };

const offsetsSchema = z.object({ stdout: z.number(), stderr: z.number() }).catch({ stdout: 0, stderr: 0 });
type Offsets = z.output<typeof offsetsSchema>;
type Place = { readonly taskId: string; readonly agentId: string | null; readonly host: string | null };
const streams = ["stdout", "stderr"] as const;

/** Copies what the task wrote since the last look. Losing output must not hold up the run. */
export async function copyLog(
  context: WorkerContext,
  cluster: ClusterParts,
  lease: RunLease,
  run: StepRun,
  place: Place,
): Promise<Offsets> {
  return await copyFrom(context, cluster, lease, run, place, offsetsSchema.parse(run.logOffsets), false);
}

/** Copies the rest after the task has ended, until nothing more comes. */
export async function copyLastWords(
  context: WorkerContext,
  cluster: ClusterParts,
  lease: RunLease,
  run: StepRun,
  place: Place,
): Promise<void> {
  let offsets = offsetsSchema.parse(run.logOffsets);
  let quiet = 0;
  for (let look = 0; look < lastWords.looksAtMost && quiet < lastWords.quietLooks; look += 1) {
    if (look > 0) await delay(lastWords.everyMs);
    const before = offsets;
    offsets = await copyFrom(context, cluster, lease, run, place, offsets, false);
    quiet = before.stdout === offsets.stdout && before.stderr === offsets.stderr ? quiet + 1 : 0;
  }
  await copyFrom(context, cluster, lease, run, place, offsets, true);
}

/** Writes a line of Berth's own into the run's log. */
export async function noteInLog(context: WorkerContext, run: Pick<StepRun, "logId">, text: string): Promise<void> {
  const sink = openLogSink(context.database, { logId: run.logId, secrets: [], ring: true, capBytes: runLogCapBytes, log: context.log });
  sink.write(`— ${text} —\n`);
  await sink.close();
}

async function copyFrom(
  context: WorkerContext,
  cluster: ClusterParts,
  lease: RunLease,
  run: StepRun,
  place: Place,
  offsets: Offsets,
  whole: boolean,
): Promise<Offsets> {
  try {
    const next = { ...offsets };
    const texts: string[] = [];
    for (const stream of streams) {
      const read = await cluster.taskLogs.read(place, stream, offsets[stream], readBytes);
      if (read === null || read.data.length === 0) continue;
      // A piece may end inside a character or a line: what is behind the last line end is read again next time.
      const lastLine = read.data.lastIndexOf(10);
      const taken = whole || (lastLine < 0 && read.data.length >= readBytes) ? read.data : read.data.subarray(0, lastLine + 1);
      next[stream] = read.offset + taken.length;
      if (taken.length > 0) texts.push(taken.toString("utf8"));
    }
    if (texts.length === 0) return offsets;
    const secrets = run.release === null ? [] : Object.values(await openVariables(context, run.release));
    const sink = openLogSink(context.database, { logId: run.logId, secrets, ring: true, capBytes: runLogCapBytes, log: context.log });
    for (const text of texts) sink.write(text.endsWith("\n") ? text : `${text}\n`);
    await sink.close();
    await writeRun(context.database, lease, { logOffsets: next });
    return next;
  } catch (error) {
    context.log.debug({ runId: run.id, reason: describeError(error) }, "The output of a run could not be read.");
    return offsets;
  }
}
