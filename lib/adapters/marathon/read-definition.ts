import type { WireAppJson, WireHealthCheck, WireMapping, WireReadinessCheck } from "./definition-wire.ts";
import type { AppDefinition, AppFetch, AppHealthCheck, AppPort, AppReadinessCheck, AppStart } from "./definition.ts";

/** An app in any version's dialect as a definition, the documented defaults filled in. */
export function readDefinition(app: WireAppJson): AppDefinition {
  const network = networkOf(app);
  return {
    id: app.id.startsWith("/") ? app.id : `/${app.id}`,
    image: app.container?.docker?.image ?? null,
    start: startOf(app),
    env: Object.fromEntries(Object.entries(app.env ?? {}).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []))),
    labels: app.labels ?? {},
    instances: app.instances ?? 1,
    cpus: app.cpus ?? 1,
    mem: app.mem ?? 128,
    disk: app.disk ?? 0,
    network,
    ports: network === "bridge" ? mappingsOf(app).map(toPort) : hostPortsOf(app),
    requirePorts: network === "host" && (app.requirePorts ?? false),
    parameters: (app.container?.docker?.parameters ?? []).map(({ key, value }) => ({ key, value })),
    forcePull: app.container?.docker?.forcePullImage ?? false,
    fetch: fetchOf(app),
    constraints: (app.constraints ?? []).map(([field, operator, value]) => ({ field, operator, value: value ?? null })),
    healthChecks: (app.healthChecks ?? []).map(healthCheckOf),
    readinessCheck: app.readinessChecks?.[0] === undefined ? null : readinessOf(app.readinessChecks[0]),
    upgrade: {
      minimumHealthCapacity: app.upgradeStrategy?.minimumHealthCapacity ?? 1,
      maximumOverCapacity: app.upgradeStrategy?.maximumOverCapacity ?? 1,
    },
    killGraceSeconds: app.taskKillGracePeriodSeconds ?? null,
    backoff: backoffOf(app),
  };
}

/** Before 1.5 answers carry `args: null` and `cmd: null`, later ones leave out what is empty. */
function startOf(app: WireAppJson): AppStart {
  if (typeof app.cmd === "string") return { kind: "command", command: app.cmd };
  if (app.args != null && app.args.length > 0) return { kind: "arguments", arguments: app.args };
  return { kind: "image" };
}

function networkOf(app: WireAppJson): AppDefinition["network"] {
  if (app.networks != null && app.networks.length > 0) return app.networks[0]?.mode === "host" ? "host" : "bridge";
  const old = app.container?.docker?.network;
  if (old != null) return old === "HOST" || old === "NONE" ? "host" : "bridge";
  return "host";
}

/** A bridge network without any mapping gets one called `default`. */
function mappingsOf(app: WireAppJson): readonly WireMapping[] {
  return app.container?.portMappings ?? app.container?.docker?.portMappings ?? [{ name: "default" }];
}

function toPort(mapping: WireMapping): AppPort {
  return {
    containerPort: mapping.containerPort ?? 0,
    hostPort: mapping.hostPort ?? 0,
    servicePort: mapping.servicePort ?? 0,
    protocol: mapping.protocol ?? "tcp",
    name: nameOf(mapping.name),
    labels: mapping.labels ?? {},
  };
}

function hostPortsOf(app: WireAppJson): AppPort[] {
  const plain = { containerPort: 0, hostPort: 0, protocol: "tcp", name: null, labels: {} } as const;
  if (app.portDefinitions != null)
    return app.portDefinitions.map(({ port, protocol, name, labels }) => ({
      ...plain,
      servicePort: port ?? 0,
      protocol: protocol ?? "tcp",
      name: nameOf(name),
      labels: labels ?? {},
    }));
  return (app.ports ?? [0]).map((servicePort) => ({ ...plain, servicePort }));
}

function nameOf(name: string | null | undefined): string | null {
  return name == null || name === "" ? null : name;
}

/** Answers before 1.5 carry both lists; `fetch` is the one that says more. */
function fetchOf(app: WireAppJson): AppFetch[] {
  if (app.fetch != null && app.fetch.length > 0)
    return app.fetch.map(({ uri, extract, executable, cache, destPath }) => ({
      uri,
      extract: extract ?? true,
      executable: executable ?? false,
      cache: cache ?? false,
      destPath: nameOf(destPath),
    }));
  // Mesos guesses from the name what is an archive.
  return (app.uris ?? []).map((uri) => ({ uri, extract: isArchive(uri), executable: false, cache: false, destPath: null }));
}

function isArchive(uri: string): boolean {
  return /\.(?:tar|tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz|gz|zip)$/.test(uri.split(/[?#]/)[0] ?? "");
}

function healthCheckOf(check: WireHealthCheck): AppHealthCheck {
  const protocol = check.protocol ?? "HTTP";
  const isCommand = protocol === "COMMAND";
  return {
    protocol,
    path: protocol.includes("HTTP") ? (check.path ?? "/") : null,
    portIndex: isCommand || check.port != null ? null : (check.portIndex ?? 0),
    port: isCommand ? null : (check.port ?? null),
    command: isCommand ? (check.command?.value ?? "") : null,
    intervalSeconds: check.intervalSeconds ?? 60,
    timeoutSeconds: check.timeoutSeconds ?? 20,
    gracePeriodSeconds: check.gracePeriodSeconds ?? 300,
    maxConsecutiveFailures: check.maxConsecutiveFailures ?? 3,
  };
}

function readinessOf(check: WireReadinessCheck): AppReadinessCheck {
  return {
    name: check.name ?? "readinessCheck",
    protocol: check.protocol ?? "HTTP",
    path: check.path ?? "/",
    portName: check.portName ?? "http-api",
    intervalSeconds: check.intervalSeconds ?? 30,
    timeoutSeconds: check.timeoutSeconds ?? 10,
    readyStatuses: check.httpStatusCodesForReady ?? [200],
  };
}

/** The longest delay was an hour until 1.7 and is five minutes since: one that nobody wrote down says nothing. */
function backoffOf(app: WireAppJson): AppDefinition["backoff"] {
  const { backoffSeconds: seconds, backoffFactor: factor, maxLaunchDelaySeconds: maxSeconds } = app;
  if (seconds == null && factor == null && maxSeconds == null) return null;
  return { seconds: seconds ?? 1, factor: factor ?? 1.15, maxSeconds: maxSeconds ?? 300 };
}
