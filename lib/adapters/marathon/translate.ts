import { dialectOf } from "./dialect.ts";
import type { MarathonChange, MarathonDeployment, MarathonInfo, MarathonQueueItem, ObservedApp, ObservedTask } from "./model.ts";
import type { WireAction, WireApp, WireChange, WireDeployment, WireInfo, WireQueueItem, WireTask } from "./wire.ts";

export function toObservedApp(app: WireApp): ObservedApp {
  return {
    id: app.id,
    version: app.version,
    configVersion: app.versionInfo?.lastConfigChangeAt ?? app.version,
    instances: app.instances,
    cpus: app.cpus,
    mem: app.mem,
    disk: app.disk,
    image: app.container?.docker?.image ?? null,
    labels: app.labels,
    tasks: app.tasks.map((task) => toObservedTask(task, app.healthChecks?.length ?? 0)),
    deployments: app.deployments.map((deployment) => deployment.id),
    lastFailure: app.lastTaskFailure ?? null,
    staged: app.tasksStaged,
    running: app.tasksRunning,
    healthy: app.tasksHealthy,
    unhealthy: app.tasksUnhealthy,
  };
}

function toObservedTask(task: WireTask, checks: number): ObservedTask {
  // Before 1.4 a listed task was there, and only its times told how far it was.
  const rawState = task.state ?? (task.startedAt === null ? "TASK_STAGING" : "TASK_RUNNING");
  return {
    id: task.id,
    host: task.host,
    ports: task.ports ?? [],
    state: taskState(rawState),
    rawState,
    healthy: healthOf(task, checks),
    version: task.version,
    startedAt: toDate(task.startedAt),
    agentId: task.slaveId,
  };
}

function taskState(raw: string): ObservedTask["state"] {
  switch (raw) {
    case "TASK_RUNNING":
      return "running";
    case "TASK_CREATED":
    case "TASK_STAGING":
    case "TASK_STARTING":
    case "TASK_UNREACHABLE":
      return "staging";
    default:
      return "ended";
  }
}

/** A check that has not answered yet is not a healthy one, nor an unhealthy one. */
function healthOf(task: WireTask, checks: number): boolean | null {
  const results = (task.healthCheckResults ?? []).filter((result) => result !== null);
  if (results.some((result) => !result.alive && (result.lastFailure !== null || result.consecutiveFailures > 0))) return false;
  const alive = results.filter((result) => result.alive).length;
  return alive > 0 && alive >= Math.max(checks, results.length) ? true : null;
}

export function toInfo(info: WireInfo): MarathonInfo {
  return {
    name: info.name,
    version: info.version,
    frameworkId: info.frameworkId,
    leader: info.leader,
    mesosUrl: info.marathon_config?.mesos_leader_ui_url ?? null,
    features: info.marathon_config?.features ?? [],
    ...dialectOf(info.version),
  };
}

export function toDeployment(deployment: WireDeployment): MarathonDeployment {
  return {
    id: deployment.id,
    version: deployment.version,
    appIds: deployment.affectedApps,
    step: deployment.currentStep,
    steps: deployment.steps.map((actions) => actions.map(toAction)),
    currentActions: deployment.currentActions.map(toAction),
  };
}

function toAction(action: WireAction): { action: string; appId: string } {
  return { action: action.action ?? action.type ?? "", appId: action.app ?? action.pod ?? "" };
}

export function toQueueItem(item: WireQueueItem): MarathonQueueItem[] {
  const appId = item.app?.id ?? item.pod?.id;
  if (appId === undefined) return [];
  const offers = item.processedOffersSummary;
  const last = (offers?.rejectSummaryLastOffers ?? []).filter((reject) => reject.declined > 0);
  const rejected = last.length > 0 ? last : (offers?.rejectSummaryLaunchAttempt ?? []).filter((reject) => reject.declined > 0);
  return [
    {
      appId,
      count: item.count,
      delaySeconds: item.delay?.overdue === false ? Math.max(0, item.delay.timeLeftSeconds) : 0,
      since: item.since,
      reasons: rejected.toSorted((one, other) => other.declined - one.declined).map((reject) => reject.reason),
      unusedOffers: offers?.unusedOffersCount ?? null,
    },
  ];
}

export function changeOf(change: WireChange, headers: Readonly<Record<string, string>>): MarathonChange {
  return {
    version: change.version ?? "",
    deploymentId: change.deploymentId ?? change.deployments?.[0]?.id ?? headers["marathon-deployment-id"] ?? "",
  };
}

function toDate(timestamp: string | null): Date | null {
  const date = timestamp === null ? Number.NaN : Date.parse(timestamp);
  return Number.isNaN(date) ? null : new Date(date);
}
