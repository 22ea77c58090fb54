import { isDeepStrictEqual } from "node:util";

import type { WireAppJson } from "./definition-wire.ts";

/** Where in an app's JSON, from the outside in. */
export type JsonPath = readonly (string | number)[];

function named(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(" ")));
}

/** What Marathon adds to its answers: never part of a definition. */
const readOnly = named(
  "version versionInfo tasks tasksStaged tasksRunning tasksHealthy tasksUnhealthy deployments",
  "lastTaskFailure readinessCheckResults taskStats tasksStats",
);

const understood = {
  app: named(
    "id cmd args instances cpus mem disk env labels container networks ports portDefinitions requirePorts",
    "uris fetch constraints healthChecks readinessChecks upgradeStrategy taskKillGracePeriodSeconds",
    "backoffSeconds backoffFactor maxLaunchDelaySeconds",
  ),
  container: named("type docker portMappings"),
  docker: named("image network portMappings parameters forcePullImage"),
  mapping: named("containerPort hostPort servicePort protocol name labels"),
  portDefinition: named("port protocol name labels"),
  network: named("mode"),
  fetch: named("uri extract executable cache destPath"),
  healthCheck: named("protocol path portIndex port command intervalSeconds timeoutSeconds gracePeriodSeconds maxConsecutiveFailures"),
  readinessCheck: named("name protocol path portName intervalSeconds timeoutSeconds httpStatusCodesForReady"),
  upgradeStrategy: named("minimumHealthCapacity maximumOverCapacity"),
};

/** Values of fields Berth does not set that say no more than leaving them out. */
const defaults: Readonly<Record<string, readonly unknown[]>> = {
  acceptedResourceRoles: [["*"]],
  role: ["*"],
  killSelection: ["YOUNGEST_FIRST"],
  unreachableStrategy: [
    { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 },
  ],
  ipProtocol: ["IPv4"],
  delaySeconds: [15],
  executorResources: [{ cpus: 0.1, mem: 32, disk: 10, gpus: 0 }],
};

/** Everything in an app's JSON that a definition cannot say and that is not merely a default. */
export function remainderOf(app: WireAppJson): JsonPath[] {
  const docker = app.container?.docker;
  return [
    ...left(app, [], understood.app).filter((path) => !readOnly.has(String(path[0]))),
    ...left(app.container, ["container"], understood.container),
    ...(app.container?.type != null && app.container.type !== "DOCKER" ? [["container", "type"]] : []),
    ...left(docker, ["container", "docker"], understood.docker),
    ...(docker?.network === "USER" || docker?.network === "NONE" ? [["container", "docker", "network"]] : []),
    ...each(docker?.portMappings, ["container", "docker", "portMappings"], understood.mapping),
    ...each(app.container?.portMappings, ["container", "portMappings"], understood.mapping),
    ...each(app.networks, ["networks"], understood.network),
    ...(app.networks ?? []).flatMap(({ mode }, index) => (mode === "container" || index > 0 ? [["networks", index, "mode"]] : [])),
    ...each(app.portDefinitions, ["portDefinitions"], understood.portDefinition),
    ...each(app.fetch, ["fetch"], understood.fetch),
    ...each(app.healthChecks, ["healthChecks"], understood.healthCheck),
    ...each(app.readinessChecks, ["readinessChecks"], understood.readinessCheck),
    ...left(app.upgradeStrategy, ["upgradeStrategy"], understood.upgradeStrategy),
    ...Object.entries(app.env ?? {}).flatMap(([name, value]) => (typeof value === "string" ? [] : [["env", name]])),
  ];
}

function each(items: readonly object[] | null | undefined, path: JsonPath, known: ReadonlySet<string>): JsonPath[] {
  return (items ?? []).flatMap((item, index) => left(item, [...path, index], known));
}

function left(value: object | null | undefined, path: JsonPath, known: ReadonlySet<string>): JsonPath[] {
  return Object.entries(value ?? {})
    .filter(
      ([name, entry]) => !known.has(name) && !isNothing(entry) && !(defaults[name] ?? []).some((one) => isDeepStrictEqual(one, entry)),
    )
    .map(([name]) => [...path, name]);
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0 || value === "") return true;
  return typeof value === "object" && Object.values(value).every(isNothing);
}
