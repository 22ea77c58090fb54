import { isAlive } from "../health/check-state.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { type Scheduler } from "../scheduler.ts";
import { addressesOf, portsOf } from "../tasks/announce.ts";
import { type Task, hasEnded } from "../tasks/task.ts";

/** A task as it is answered. Health results are absent while nothing is known. */
export function taskView(scheduler: Scheduler, task: Task) {
  const ended = hasEnded(task);
  const results = healthResults(scheduler, task);
  return {
    id: task.id,
    appId: task.appId,
    host: task.host,
    state: task.state,
    ports: ended ? [] : portsOf(task),
    servicePorts: endpointsOf(task.app).map((endpoint) => endpoint.servicePort),
    ipAddresses: addressesOf(task),
    slaveId: scheduler.agentId,
    ...(ended ? {} : { stagedAt: task.stagedAt, version: task.app.version }),
    ...(ended || task.startedAt === null ? {} : { startedAt: task.startedAt }),
    ...(results.length === 0 ? {} : { healthCheckResults: results }),
    localVolumes: [],
    role: task.app.role,
  };
}

function healthResults(scheduler: Scheduler, task: Task) {
  return scheduler.health.results(task.id).map((state) => ({
    alive: isAlive(state),
    consecutiveFailures: state.consecutiveFailures,
    firstSuccess: state.firstSuccess,
    lastSuccess: state.lastSuccess,
    lastFailure: state.lastFailure,
    lastFailureCause: state.lastFailureCause,
    instanceId: task.instanceId,
  }));
}

export interface TaskCounts {
  readonly tasksStaged: number;
  readonly tasksRunning: number;
  readonly tasksHealthy: number;
  readonly tasksUnhealthy: number;
}

/** Tasks without a known health count neither as healthy nor as unhealthy. */
export function countsOf(scheduler: Scheduler, tasks: readonly Task[]): TaskCounts {
  const known = tasks.map((task) => scheduler.health.results(task.id)).filter((results) => results.length > 0);
  const healthy = known.filter((results) => results.every(isAlive)).length;
  return {
    tasksStaged: tasks.filter((task) => task.startedAt === null).length,
    tasksRunning: tasks.filter((task) => task.startedAt !== null).length,
    tasksHealthy: healthy,
    tasksUnhealthy: known.length - healthy,
  };
}
