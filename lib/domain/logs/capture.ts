import { openVariables } from "../deployments/release.ts";
import type { OpenDeployment, Snapshot } from "../environments/snapshot.ts";
import type { WorkerContext } from "../workers/context.ts";
import { openLogSink } from "./sink.ts";

const tailBytes = 32 * 1024;
export const runtimeLogCapBytes = 2 * 1024 * 1024;

/** Keeps the last output of a release that did not come up, before its tasks are gone. Losing it must not hold up anything. */
export async function captureTaskTail(context: WorkerContext, snapshot: Snapshot, deployment: OpenDeployment): Promise<void> {
  try {
    const { marathon, taskLogs } = await context.clusters.of(snapshot.clusterId);
    const app = await marathon.getApp(snapshot.appId);
    const taskId = app?.tasks.find((task) => task.version >= app.configVersion)?.id ?? app?.lastFailure?.taskId;
    if (app === null || taskId === undefined) return;
    const task = app.tasks.find((candidate) => candidate.id === taskId);
    const secrets = deployment.release === null ? [] : Object.values(await openVariables(context, deployment.release));
    const sink = openLogSink(context.database, {
      logId: snapshot.runtimeLogId,
      secrets,
      ring: true,
      capBytes: runtimeLogCapBytes,
      log: context.log,
    });
    sink.write(`— last output of deployment #${deployment.number} —\n`);
    for (const stream of ["stdout", "stderr"] as const) {
      const read = await taskLogs.tail({ taskId, agentId: task?.agentId ?? null, host: task?.host ?? null }, stream, tailBytes);
      if (read !== null && read.length > 0) sink.write(`${read.toString("utf8")}\n`);
    }
    await sink.close();
  } catch (error) {
    context.log.debug({ err: error }, "The last output could not be read.");
  }
}
