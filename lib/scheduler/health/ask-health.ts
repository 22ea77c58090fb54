import { type CommandRunner } from "../engine/exec.ts";
import { type HealthCheck } from "../model/app.ts";
import { type Task } from "../tasks/task.ts";
import { askHttp, askTcp } from "./probe.ts";
import { addressOfCheck } from "./target.ts";

/** One health check, once. Rejects with what `lastFailureCause` will say. */
export async function askHealth(run: CommandRunner, publishAddress: string, task: Task, check: HealthCheck): Promise<void> {
  const limit = Math.max(1, check.timeoutSeconds) * 1_000;
  if (check.protocol === "COMMAND") {
    const code = await run(task.id, check.command?.value ?? "", limit);
    if (code !== 0) throw new Error(`Command exited with status ${code}`);
    return;
  }
  const address = addressOfCheck(publishAddress, task, check);
  if (check.protocol === "TCP" || check.protocol === "MESOS_TCP") return askTcp(address, limit);
  const secure = check.protocol === "HTTPS" || check.protocol === "MESOS_HTTPS";
  const { status } = await askHttp({ ...address, secure, path: check.path ?? "/", limit }, false);
  if (status < 200 || status > 399) throw new Error(`HTTP status ${status}`);
}
