import { type AppDefinition, type HealthCheck, type PortMapping, type ReadinessCheck } from "./app.ts";
import { type AppUpdate } from "./dialect.ts";
import { absoluteDependency } from "./group.ts";

type Given<Name extends keyof AppUpdate> = NonNullable<AppUpdate[Name]>;
/** An app with everything but what the server decides: its version and when it changed. */
export type UnversionedApp = Omit<AppDefinition, "version" | "versionInfo">;

const defaultMapping: PortMapping = { containerPort: 0, hostPort: 0, servicePort: 0, protocol: "tcp", name: "default", labels: {} };

/** The whole app that `update` describes under the absolute id `id`, every default filled in. */
export function withDefaults(id: string, update: AppUpdate): UnversionedApp {
  const networks = networksOf(update);
  const mode = networks[0]?.mode ?? "host";
  return {
    id,
    ...launchOf(update),
    ...policyOf(update),
    ...lists(id, update),
    ...container(update, mode),
    ...portDefinitions(update, mode),
    env: plainEnvironment(update.env),
    labels: update.labels ?? {},
    networks,
    requirePorts: update.requirePorts ?? false,
  };
}

function launchOf(update: AppUpdate) {
  return {
    ...pick("cmd", update.cmd),
    ...pick("args", update.args),
    ...pick("user", update.user),
    ...pick("tty", update.tty),
    ...pick("acceptedResourceRoles", update.acceptedResourceRoles),
    ...pick("taskKillGracePeriodSeconds", update.taskKillGracePeriodSeconds),
    cpus: update.cpus ?? 1,
    mem: update.mem ?? 128,
    disk: update.disk ?? 0,
    gpus: update.gpus ?? 0,
    executor: update.executor ?? "",
    instances: update.instances ?? 1,
    role: update.role ?? "*",
  };
}

function policyOf(update: AppUpdate) {
  const unreachable = update.unreachableStrategy ?? {};
  return {
    backoffSeconds: update.backoffSeconds ?? 1,
    backoffFactor: update.backoffFactor ?? 1.15,
    maxLaunchDelaySeconds: update.maxLaunchDelaySeconds ?? 300,
    killSelection: update.killSelection ?? ("YOUNGEST_FIRST" as const),
    upgradeStrategy: {
      minimumHealthCapacity: update.upgradeStrategy?.minimumHealthCapacity ?? 1,
      maximumOverCapacity: update.upgradeStrategy?.maximumOverCapacity ?? 1,
    },
    unreachableStrategy:
      unreachable === "disabled"
        ? ("disabled" as const)
        : { inactiveAfterSeconds: unreachable.inactiveAfterSeconds ?? 0, expungeAfterSeconds: unreachable.expungeAfterSeconds ?? 0 },
  };
}

function lists(id: string, update: AppUpdate) {
  return {
    ...pickList("constraints", update.constraints),
    ...pickList(
      "dependencies",
      update.dependencies?.map((dependency) => absoluteDependency(dependency, id)),
    ),
    ...pickList("fetch", update.fetch?.map(fetchWithDefaults)),
    ...pickList("healthChecks", update.healthChecks?.map(healthCheckWithDefaults)),
    ...pickList("readinessChecks", update.readinessChecks?.map(readinessCheckWithDefaults)),
  };
}

function networksOf(update: AppUpdate): AppDefinition["networks"] {
  if (update.networks === undefined || update.networks.length === 0) return [{ mode: "host" }];
  return update.networks.map((network) => ({ ...network, mode: network.mode ?? "container" }));
}

function container(update: AppUpdate, mode: string): Pick<AppDefinition, "container"> {
  const given = update.container;
  if (given === undefined) {
    if (mode === "host") return {};
    return { container: { type: "MESOS", volumes: [], portMappings: [defaultMapping] } };
  }
  const mappings = given.portMappings?.map((mapping) => mappingWithDefaults(mapping, mode));
  const implied = mode === "host" ? undefined : [mode === "container" ? withoutHostPort(defaultMapping) : defaultMapping];
  return {
    container: {
      type: given.type ?? "DOCKER",
      ...(given.docker === undefined ? {} : { docker: dockerWithDefaults(given.docker) }),
      volumes: given.volumes ?? [],
      ...pick("portMappings", mappings ?? implied),
    },
  };
}

function dockerWithDefaults(docker: NonNullable<Given<"container">["docker"]>) {
  return {
    image: docker.image ?? "",
    forcePullImage: docker.forcePullImage ?? false,
    privileged: docker.privileged ?? false,
    parameters: docker.parameters ?? [],
  };
}

function mappingWithDefaults(mapping: NonNullable<Given<"container">["portMappings"]>[number], mode: string): PortMapping {
  const hostPort = mapping.hostPort ?? (mode === "container/bridge" ? 0 : undefined);
  return {
    containerPort: mapping.containerPort ?? 0,
    ...pick("hostPort", hostPort),
    servicePort: mapping.servicePort ?? 0,
    protocol: mapping.protocol ?? "tcp",
    ...pick("name", mapping.name),
    labels: mapping.labels ?? {},
  };
}

function withoutHostPort(mapping: PortMapping): PortMapping {
  const { hostPort: _, ...rest } = mapping;
  return rest;
}

function portDefinitions(update: AppUpdate, mode: string): Pick<AppDefinition, "portDefinitions"> {
  if (update.portDefinitions !== undefined) {
    const definitions = update.portDefinitions.map((definition) => ({
      port: definition.port ?? 0,
      protocol: definition.protocol ?? ("tcp" as const),
      ...pick("name", definition.name),
      labels: definition.labels ?? {},
    }));
    return mode !== "host" && definitions.length === 0 ? {} : { portDefinitions: definitions };
  }
  return mode === "host" ? { portDefinitions: [{ port: 0, protocol: "tcp", name: "default", labels: {} }] } : {};
}

function fetchWithDefaults(fetch: Given<"fetch">[number]) {
  return {
    uri: fetch.uri,
    extract: fetch.extract ?? true,
    executable: fetch.executable ?? false,
    cache: fetch.cache ?? false,
    ...pick("destPath", fetch.destPath),
  };
}

function healthCheckWithDefaults(check: Given<"healthChecks">[number]): HealthCheck {
  const protocol = check.protocol ?? "HTTP";
  const speaksHttp = protocol.includes("HTTP");
  const needsPort = protocol !== "COMMAND" && check.port === undefined;
  return {
    protocol,
    ...pick("command", check.command),
    ...pick("path", speaksHttp ? (check.path ?? "/") : check.path),
    ...pick("port", check.port),
    ...pick("portIndex", needsPort ? (check.portIndex ?? 0) : check.portIndex),
    gracePeriodSeconds: check.gracePeriodSeconds ?? 300,
    intervalSeconds: check.intervalSeconds ?? 60,
    timeoutSeconds: check.timeoutSeconds ?? 20,
    maxConsecutiveFailures: check.maxConsecutiveFailures ?? 3,
    delaySeconds: check.delaySeconds ?? 15,
    ...pick("ignoreHttp1xx", protocol === "HTTP" || protocol === "HTTPS" ? (check.ignoreHttp1xx ?? false) : check.ignoreHttp1xx),
    ...pick("ipProtocol", protocol === "COMMAND" ? check.ipProtocol : (check.ipProtocol ?? "IPv4")),
  };
}

function readinessCheckWithDefaults(check: Given<"readinessChecks">[number]): ReadinessCheck {
  return {
    name: check.name ?? "readinessCheck",
    protocol: check.protocol ?? "HTTP",
    path: check.path ?? "/",
    portName: check.portName ?? "http-api",
    intervalSeconds: check.intervalSeconds ?? 30,
    timeoutSeconds: check.timeoutSeconds ?? 10,
    httpStatusCodesForReady: check.httpStatusCodesForReady ?? [200],
    preserveLastResponse: check.preserveLastResponse ?? false,
  };
}

/** Secrets are refused by validation before this matters; only plain values remain. */
function plainEnvironment(env: AppUpdate["env"]): Record<string, string> {
  const plain: [string, string][] = [];
  for (const [name, value] of Object.entries(env ?? {})) if (typeof value === "string") plain.push([name, value]);
  return Object.fromEntries(plain);
}

function pick<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  const picked: { [K in Name]?: Value } = {};
  if (value !== undefined) picked[name] = value;
  return picked;
}

function pickList<Name extends string, Item>(name: Name, list: Item[] | undefined): { [K in Name]?: Item[] } {
  return list === undefined || list.length === 0 ? {} : pick(name, list);
}
