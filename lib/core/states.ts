/** States and what may follow them. Ask the predicates; never compare a list of states inline. */

export type BuildStatus = "queued" | "fetching" | "building" | "pushing" | "built" | "failed" | "cancelled" | "superseded";
export type DeploymentStatus = "queued" | "preparing" | "deploying" | "verifying" | "live" | "failed" | "cancelled" | "superseded";
export type StepName = "queue" | "fetch" | "build" | "push" | "checks" | "start" | "verify" | "route";
export type StepStatus = "waiting" | "running" | "done" | "failed" | "skipped";
/** Does something answer at the environment's URL? `none`: nothing was ever live. */
export type Serving = "starting" | "healthy" | "unhealthy" | "crashing" | "stopped" | "missing" | "unknown" | "none";

export const buildTransitions: Readonly<Record<BuildStatus, readonly BuildStatus[]>> = {
  queued: ["fetching", "failed", "cancelled", "superseded"],
  fetching: ["queued", "building", "failed", "cancelled"],
  building: ["queued", "pushing", "built", "failed", "cancelled"],
  pushing: ["queued", "built", "failed", "cancelled"],
  built: [],
  failed: [],
  cancelled: [],
  superseded: [],
};

export const deploymentTransitions: Readonly<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
  queued: ["preparing", "failed", "cancelled", "superseded"],
  preparing: ["deploying", "failed", "cancelled"],
  deploying: ["verifying", "failed", "cancelled"],
  verifying: ["live", "failed", "cancelled"],
  live: [],
  failed: [],
  cancelled: [],
  superseded: [],
};

export const runningBuildStatuses = ["fetching", "building", "pushing"] as const satisfies readonly BuildStatus[];
export const openBuildStatuses = ["queued", ...runningBuildStatuses] as const satisfies readonly BuildStatus[];
export const runningDeploymentStatuses = ["preparing", "deploying", "verifying"] as const satisfies readonly DeploymentStatus[];
export const openDeploymentStatuses = ["queued", ...runningDeploymentStatuses] as const satisfies readonly DeploymentStatus[];

/** The build has ended, well or badly. */
export function isBuildOver(status: BuildStatus): boolean {
  return buildTransitions[status].length === 0;
}

/** The deployment has ended, well or badly. */
export function isDeploymentOver(status: DeploymentStatus): boolean {
  return deploymentTransitions[status].length === 0;
}

export const steps: ReadonlyArray<{ readonly name: StepName; readonly title: string }> = [
  { name: "queue", title: "Queue" },
  { name: "fetch", title: "Fetch" },
  { name: "build", title: "Build" },
  { name: "push", title: "Push" },
  { name: "checks", title: "Checks" },
  { name: "start", title: "Start" },
  { name: "verify", title: "Verify" },
  { name: "route", title: "Route" },
];

/** The states from which a build may move to `status`. */
export function buildStatusesBefore(status: BuildStatus): BuildStatus[] {
  return statusesOf(buildTransitions).filter((candidate) => buildTransitions[candidate].includes(status));
}

/** The states from which a deployment may move to `status`. */
export function deploymentStatusesBefore(status: DeploymentStatus): DeploymentStatus[] {
  return statusesOf(deploymentTransitions).filter((candidate) => deploymentTransitions[candidate].includes(status));
}

function statusesOf<S extends string>(transitions: Readonly<Record<S, readonly S[]>>): S[] {
  const all: S[] = [];
  for (const status in transitions) all.push(status);
  return all;
}

/** Whether `status` is one of `set`, for sets that are narrower than the type. */
export function isOneOf<S extends string>(set: readonly S[], status: string): status is S {
  return set.some((candidate) => candidate === status);
}
