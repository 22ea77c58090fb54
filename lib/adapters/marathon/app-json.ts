import { BerthError } from "#lib/core/errors.ts";

import { type AppDefinition, type AppHealthCheck, type AppPort, type AppSpec, definitionOf } from "./definition.ts";
import { type Dialect, demand } from "./dialect.ts";

/** First releases of what not every Marathon knows. */
const since = {
  dockerOptions: 11,
  overCapacity: 11,
  launchDelay: 11,
  fetch: 15,
  portDefinitions: 1001,
  portNames: 1001,
  readiness: 1001,
  destPath: 1004,
};

/** The app a release asks for, as Marathon is told. Throws `marathon_refused` when it has a command and arguments. */
export function toAppJson(spec: AppSpec, dialect: Dialect): Record<string, unknown> {
  if (spec.command !== undefined && spec.args !== undefined) {
    throw new BerthError("marathon_refused", { detail: "An app has a command or arguments, not both." });
  }
  return renderApp(definitionOf(spec), dialect);
}

/**
 * A definition in the dialect of the Marathon that is told. Built field by field: nothing else can get in, such as privileges or host
 * paths. Throws `marathon_refused` when the version cannot express it.
 */
export function renderApp(app: AppDefinition, dialect: Dialect): Record<string, unknown> {
  return {
    id: app.id,
    ...(app.start.kind === "command" ? { cmd: app.start.command } : {}),
    ...(app.start.kind === "arguments" ? { args: app.start.arguments } : {}),
    env: app.env,
    labels: app.labels,
    instances: app.instances,
    cpus: app.cpus,
    mem: app.mem,
    disk: app.disk,
    ...networkOf(app, dialect),
    ...fetchOf(app, dialect),
    ...listOf("constraints", app.constraints.map(constraintOf), dialect),
    healthChecks: app.healthChecks.map((check) => healthCheckOf(check, dialect)),
    ...readinessOf(app, dialect),
    upgradeStrategy: {
      minimumHealthCapacity: app.upgrade.minimumHealthCapacity,
      ...(dialect.release < since.overCapacity ? {} : { maximumOverCapacity: app.upgrade.maximumOverCapacity }),
    },
    ...(app.killGraceSeconds === null || !dialect.fullReplacement ? {} : { taskKillGracePeriodSeconds: app.killGraceSeconds }),
    ...(app.backoff === null ? {} : backoffOf(app.backoff, dialect)),
  };
}

/** Container, network and ports: the part every few years of Marathon said in another place. */
function networkOf(app: AppDefinition, dialect: Dialect): Record<string, unknown> {
  const isOld = dialect.dialect === "1.4";
  const isBridge = app.network === "bridge";
  const mappings = isBridge ? app.ports.map((port) => mappingOf(port, dialect)) : [];
  const container =
    app.image === null
      ? {}
      : {
          container: {
            type: "DOCKER",
            docker: {
              ...dockerOf(app, app.image, dialect),
              ...(isOld ? { network: isBridge ? "BRIDGE" : "HOST", ...(isBridge ? { portMappings: mappings } : {}) } : {}),
            },
            ...(isOld || !isBridge ? {} : { portMappings: mappings }),
          },
        };
  if (isBridge) return { ...container, ...(isOld ? {} : { networks: [{ mode: "container/bridge" }] }) };
  return { ...container, ...(isOld ? {} : { networks: [{ mode: "host" }] }), ...hostPortsOf(app, dialect) };
}

function dockerOf(app: AppDefinition, image: string, dialect: Dialect): Record<string, unknown> {
  if (dialect.release < since.dockerOptions) {
    if (app.forcePull || app.parameters.length > 0) demand(dialect, since.dockerOptions, "Docker parameters and forced pulls");
    return { image };
  }
  const parameters = app.parameters.map(({ key, value }) => ({ key, value }));
  return { image, forcePullImage: app.forcePull, privileged: false, ...(parameters.length === 0 ? {} : { parameters }) };
}

function mappingOf(port: AppPort, dialect: Dialect): Record<string, unknown> {
  return {
    containerPort: port.containerPort,
    hostPort: port.hostPort,
    ...(port.servicePort === 0 ? {} : { servicePort: port.servicePort }),
    protocol: port.protocol,
    ...nameAndLabels(port, dialect),
  };
}

function hostPortsOf(app: AppDefinition, dialect: Dialect): Record<string, unknown> {
  const requirePorts = app.requirePorts ? { requirePorts: true } : {};
  if (dialect.release < since.portDefinitions) return { ports: app.ports.map((port) => port.servicePort), ...requirePorts };
  return {
    portDefinitions: app.ports.map((port) => ({ port: port.servicePort, protocol: port.protocol, ...nameAndLabels(port, dialect) })),
    ...requirePorts,
  };
}

/** Before 1.1 ports had neither: a name is then lost, which only service discovery would miss. */
function nameAndLabels(port: AppPort, dialect: Dialect): Record<string, unknown> {
  if (dialect.release < since.portNames) return {};
  return { ...(port.name === null ? {} : { name: port.name }), ...(Object.keys(port.labels).length === 0 ? {} : { labels: port.labels }) };
}

function fetchOf(app: AppDefinition, dialect: Dialect): Record<string, unknown> {
  if (dialect.release < since.fetch) {
    if (app.fetch.some((file) => file.executable || file.cache)) demand(dialect, since.fetch, "executable and cached artifacts");
    return listOf(
      "uris",
      app.fetch.map((file) => file.uri),
      dialect,
    );
  }
  if (app.fetch.some((file) => file.destPath !== null)) demand(dialect, since.destPath, "artifacts with a path of their own");
  const files = app.fetch.map(({ uri, extract, executable, cache, destPath }) => ({
    uri,
    extract,
    executable,
    cache,
    ...(destPath === null ? {} : { destPath }),
  }));
  return listOf("fetch", files, dialect);
}

/** Where a PUT keeps what is not mentioned, only an empty list takes away what was there. */
function listOf(name: string, items: readonly unknown[], dialect: Dialect): Record<string, unknown> {
  return items.length === 0 && dialect.fullReplacement ? {} : { [name]: items };
}

function constraintOf({ field, operator, value }: AppDefinition["constraints"][number]): string[] {
  return value === null ? [field, operator] : [field, operator, value];
}

function healthCheckOf(check: AppHealthCheck, dialect: Dialect): Record<string, unknown> {
  if (check.protocol.startsWith("MESOS_")) demand(dialect, 1004, "checks made by the agents");
  if (check.port !== null) demand(dialect, 15, "checks of a fixed port");
  const { intervalSeconds, timeoutSeconds, gracePeriodSeconds, maxConsecutiveFailures } = check;
  return {
    protocol: check.protocol,
    ...(check.path === null ? {} : { path: check.path }),
    ...(check.port === null ? (check.portIndex === null ? {} : { portIndex: check.portIndex }) : { port: check.port }),
    ...(check.command === null ? {} : { command: { value: check.command } }),
    intervalSeconds,
    timeoutSeconds,
    gracePeriodSeconds,
    maxConsecutiveFailures,
  };
}

function readinessOf(app: AppDefinition, dialect: Dialect): Record<string, unknown> {
  const check = app.readinessCheck;
  if (check === null) return dialect.release < since.readiness ? {} : listOf("readinessChecks", [], dialect);
  demand(dialect, since.readiness, "readiness checks");
  const { readyStatuses, ...rest } = check;
  return { readinessChecks: [{ ...rest, httpStatusCodesForReady: readyStatuses, preserveLastResponse: false }] };
}

function backoffOf(backoff: NonNullable<AppDefinition["backoff"]>, dialect: Dialect): Record<string, unknown> {
  return {
    backoffSeconds: backoff.seconds,
    backoffFactor: backoff.factor,
    ...(dialect.release < since.launchDelay ? {} : { maxLaunchDelaySeconds: backoff.maxSeconds }),
  };
}
