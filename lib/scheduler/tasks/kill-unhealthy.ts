import { type Scheduler } from "../scheduler.ts";
import { rememberFailure } from "./end-task.ts";
import { killTask } from "./kill-task.ts";
import { type Task } from "./task.ts";

/** Kills a task whose health check failed too often; it is replaced like any that died. */
export function killUnhealthy(scheduler: Scheduler, task: Task, reason: string): void {
  if (task.killReason !== null) return;
  scheduler.events.publish("unhealthy_instance_kill_event", {
    appId: task.appId,
    taskId: task.id,
    instanceId: task.instanceId,
    version: task.app.version,
    reason,
    host: task.host,
    slaveId: scheduler.agentId,
  });
  killTask(scheduler, task, `Task was killed since health check failed. Reason: ${reason}`);
  rememberFailure(scheduler, task, "TASK_KILLED", `Task was killed since health check failed. Reason: ${reason}`);
}
