import { type HealthCheck } from "../model/app.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { effectivePort } from "../tasks/environment.ts";
import { type Task } from "../tasks/task.ts";
import { type Address } from "./probe.ts";

/** Where the task's endpoint answers: its published port, or the container's own address where nothing is published. Throws when nowhere. */
export function addressOfEndpoint(publishAddress: string, task: Task, index: number): Address {
  const endpoint = endpointsOf(task.app)[index];
  if (endpoint === undefined) throw new Error(`The task has no port number ${index}`);
  const hostPort = task.ports[index] ?? 0;
  const port = effectivePort(endpoint, hostPort, task.id, index);
  const host = hostPort === 0 ? task.ipAddresses[0] : publishAddress;
  if (host === undefined) throw new Error("The task has no address");
  return { host, port };
}

/** Where a health check asks. A literal port is one of the task's own, at the container's address. */
export function addressOfCheck(publishAddress: string, task: Task, check: HealthCheck): Address {
  if (check.port === undefined) return addressOfEndpoint(publishAddress, task, check.portIndex ?? 0);
  return { host: task.ipAddresses[0] ?? publishAddress, port: check.port };
}
