import { z } from "zod";

import type { TaskLogReader } from "#lib/adapters/mesos/files.ts";

import type { ClusterParts } from "../clusters/parts.ts";
import { openVariables } from "../deployments/release.ts";
import { currentTasks } from "../deployments/verify.ts";
import type { WorkerContext } from "../workers/context.ts";
import { runtimeLogCapBytes } from "./capture.ts";
import { type LogSink, openLogSink } from "./sink.ts";

const pollMs = 700;
const readBytes = 64 * 1024;
/** A job that still has readers after this long hands over to a new one. */
const turnMs = 5 * 60_000;
/** How far back a first look goes. */
const firstLookBytes = 16 * 1024;

type Offsets = Record<string, { stdout: number; stderr: number }>;
const offsetsSchema = z.record(z.string(), z.object({ stdout: z.number(), stderr: z.number() })).catch({});
const following = new Set<string>();

/** Copies the output of an environment's tasks into its runtime log for as long as somebody reads it. */
export async function followLog(context: WorkerContext, environmentId: string): Promise<"over" | "again"> {
  if (following.has(environmentId)) return "over";
  following.add(environmentId);
  try {
    return await follow(context, environmentId);
  } finally {
    following.delete(environmentId);
  }
}

async function follow(context: WorkerContext, environmentId: string): Promise<"over" | "again"> {
  const environment = await context.database.environment.findUnique({ where: { id: environmentId }, include: { liveRelease: true } });
  if (environment === null || environment.destroyedAt !== null) return "over";
  const secrets = environment.liveRelease === null ? [] : Object.values(await openVariables(context, environment.liveRelease));
  const sink = openLogSink(context.database, {
    logId: environment.runtimeLogId,
    secrets,
    ring: true,
    capBytes: runtimeLogCapBytes,
    log: context.log,
  });
  let offsets: Offsets = offsetsSchema.parse(environment.logOffsets);
  const startedAt = performance.now();
  try {
    while (performance.now() - startedAt < turnMs) {
      const row = await context.database.environment.findUnique({
        where: { id: environmentId },
        select: { logWatchedUntil: true, destroyedAt: true },
      });
      if (row === null || row.destroyedAt !== null || row.logWatchedUntil === null || row.logWatchedUntil < new Date()) return "over";
      const before = JSON.stringify(offsets);
      offsets = await copyNew(await context.clusters.of(environment.clusterId), environment.appId, offsets, sink);
      if (JSON.stringify(offsets) !== before)
        await context.database.environment.update({ where: { id: environmentId }, data: { logOffsets: offsets } });
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    return "again";
  } finally {
    await sink.close();
  }
}

/** Reads what every task wrote since; tasks that are gone are forgotten. */
async function copyNew(cluster: ClusterParts, appId: string, offsets: Offsets, sink: LogSink): Promise<Offsets> {
  const app = await cluster.marathon.getApp(appId);
  if (app === null) return offsets;
  const tasks = currentTasks(app);
  const next: Offsets = {};
  for (const task of tasks) {
    const known = offsets[task.id];
    if (known === undefined) sink.write(`— instance ${task.id.slice(-12)} —\n`);
    const position = known ?? { stdout: 0, stderr: 0 };
    next[task.id] = {
      stdout: await copyStream(cluster.taskLogs, task, "stdout", position.stdout, known === undefined, sink),
      stderr: await copyStream(cluster.taskLogs, task, "stderr", position.stderr, known === undefined, sink),
    };
  }
  return next;
}

async function copyStream(
  taskLogs: TaskLogReader,
  task: { id: string; agentId: string | null; host: string },
  stream: "stdout" | "stderr",
  offset: number,
  first: boolean,
  sink: LogSink,
): Promise<number> {
  const place = { taskId: task.id, agentId: task.agentId, host: task.host };
  if (first) {
    const end = await taskLogs.read(place, stream, "end", 0);
    if (end === null) return offset;
    offset = Math.max(0, end.offset - firstLookBytes);
  }
  const read = await taskLogs.read(place, stream, offset, readBytes);
  if (read === null || read.data.length === 0) return offset;
  // A piece may end inside a character or a line: what is behind the last line end is read again next time.
  const lastLine = read.data.lastIndexOf(10);
  const whole = lastLine >= 0 ? read.data.subarray(0, lastLine + 1) : read.data.length < readBytes ? Buffer.alloc(0) : read.data;
  sink.write(whole.toString("utf8"));
  return read.offset + whole.length;
}
