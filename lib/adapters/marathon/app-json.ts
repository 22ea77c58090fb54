import { BerthError } from "#lib/core/errors.ts";

import type { AppSpec, MarathonInfo } from "./model.ts";

/**
 * The app as Marathon is told, in the dialect it understands. Built field by field from the spec: nothing else can get in, such as
 * privileges, host paths, raw Docker parameters or files to fetch.
 */
export function toAppJson(spec: AppSpec, info: Pick<MarathonInfo, "dialect" | "fullReplacement">): Record<string, unknown> {
  if (spec.command !== undefined && spec.args !== undefined) {
    throw new BerthError("marathon_refused", { detail: "An app has a command or arguments, not both." });
  }
  return {
    id: spec.id,
    ...(spec.command === undefined ? {} : { cmd: spec.command }),
    ...(spec.args === undefined ? {} : { args: spec.args }),
    env: spec.env,
    labels: spec.labels,
    instances: spec.instances,
    cpus: spec.cpus,
    mem: spec.mem,
    disk: spec.disk ?? 0,
    ...containerOf(spec, info.dialect),
    healthChecks: healthChecksOf(spec),
    upgradeStrategy: { minimumHealthCapacity: spec.upgrade.minimumHealthCapacity, maximumOverCapacity: spec.upgrade.maximumOverCapacity },
    ...(spec.killGraceSeconds === undefined || !info.fullReplacement ? {} : { taskKillGracePeriodSeconds: spec.killGraceSeconds }),
    ...(spec.backoff === undefined
      ? {}
      : { backoffSeconds: spec.backoff.seconds, backoffFactor: spec.backoff.factor, maxLaunchDelaySeconds: spec.backoff.maxSeconds }),
  };
}

function containerOf(spec: AppSpec, dialect: MarathonInfo["dialect"]): Record<string, unknown> {
  const docker = { image: spec.image, forcePullImage: spec.forcePull ?? false, privileged: false };
  const mapping = { containerPort: spec.port, hostPort: 0, protocol: "tcp", name: "http" };
  if (dialect === "1.4") return { container: { type: "DOCKER", docker: { ...docker, network: "BRIDGE", portMappings: [mapping] } } };
  return { container: { type: "DOCKER", docker, portMappings: [mapping] }, networks: [{ mode: "container/bridge" }] };
}

function healthChecksOf(spec: AppSpec): Record<string, unknown>[] {
  if (spec.health === null) return [];
  const { path, intervalSeconds, timeoutSeconds, gracePeriodSeconds, maxConsecutiveFailures } = spec.health;
  return [{ protocol: "HTTP", path, portIndex: 0, intervalSeconds, timeoutSeconds, gracePeriodSeconds, maxConsecutiveFailures }];
}
