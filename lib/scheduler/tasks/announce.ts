import { type Scheduler } from "../scheduler.ts";
import { type Task, conditionOf } from "./task.ts";

/** Tells the event streams the state a task is in now. */
export function announceTask(scheduler: Scheduler, task: Task): void {
  const { events, agentId } = scheduler;
  events.publish("instance_changed_event", {
    instanceId: task.instanceId,
    condition: conditionOf(task),
    runSpecId: task.appId,
    agentId,
    host: task.host,
    runSpecVersion: task.app.version,
  });
  events.publish("status_update_event", {
    slaveId: agentId,
    taskId: task.id,
    taskStatus: task.state,
    message: task.message,
    appId: task.appId,
    host: task.host,
    ipAddresses: addressesOf(task),
    ports: portsOf(task),
    version: task.app.version,
  });
}

export function addressesOf(task: Pick<Task, "ipAddresses">): { ipAddress: string; protocol: string }[] {
  return task.ipAddresses.map((ipAddress) => ({ ipAddress, protocol: ipAddress.includes(":") ? "IPv6" : "IPv4" }));
}

/** The host ports a task really has. */
export function portsOf(task: Pick<Task, "ports">): number[] {
  return task.ports.filter((port) => port !== 0);
}
