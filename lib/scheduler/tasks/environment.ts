import { type AppDefinition } from "../model/app.ts";
import { type Endpoint, endpointsOf } from "../model/endpoints.ts";

interface EnvironmentSource {
  readonly app: AppDefinition;
  readonly taskId: string;
  readonly host: string;
  /** Host ports by endpoint, 0 = none. */
  readonly ports: readonly number[];
  readonly image: string;
  readonly sandbox: string;
}

/** Values of 512 characters and keys of 493 (512 less the prefix) are left out by Marathon. */
const labelValueLimit = 512;
const labelKeyLimit = 493;

/** Everything a task finds in its environment, as `NAME=value`. What the app sets itself wins. */
export function taskEnvironment(source: EnvironmentSource): string[] {
  const { app } = source;
  const all = {
    ...portVariables(source),
    ...labelVariables(app.labels),
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: app.version,
    ...(source.image === "" ? {} : { MARATHON_APP_DOCKER_IMAGE: source.image }),
    MARATHON_APP_RESOURCE_CPUS: decimal(app.cpus),
    MARATHON_APP_RESOURCE_MEM: decimal(app.mem),
    MARATHON_APP_RESOURCE_DISK: decimal(app.disk),
    MARATHON_APP_RESOURCE_GPUS: String(app.gpus),
    MARATHON_APP_ENFORCE_GROUP_ROLE: "false",
    MESOS_TASK_ID: source.taskId,
    MESOS_SANDBOX: source.sandbox,
    HOST: source.host,
    ...app.env,
  };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}

/** The port a task should listen on or be found at: the host port, or the container's own where there is none. */
export function effectivePort(endpoint: Endpoint, hostPort: number, taskId: string, index: number): number {
  if (hostPort !== 0) return hostPort;
  if (endpoint.containerPort !== undefined && endpoint.containerPort !== 0) return endpoint.containerPort;
  // Any port above 1024 will do, as long as everyone who asks about this task hears the same one.
  let hash = index;
  for (const character of taskId) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 60_000;
  return 1_025 + hash;
}

function portVariables(source: EnvironmentSource): Record<string, string> {
  const variables: Record<string, string> = {};
  const endpoints = endpointsOf(source.app);
  const ports = endpoints.map((endpoint, index) => effectivePort(endpoint, source.ports[index] ?? 0, source.taskId, index));
  for (const [index, endpoint] of endpoints.entries()) {
    const port = String(ports[index] ?? 0);
    variables[`PORT${index}`] = port;
    variables[`PORT_${endpoint.declaredPort === 0 ? port : endpoint.declaredPort}`] = port;
    if (endpoint.name !== undefined) variables[`PORT_${endpoint.name.toUpperCase()}`] = port;
  }
  if (ports.length > 0) {
    variables["PORT"] = String(ports[0]);
    variables["PORTS"] = ports.join(",");
  }
  return variables;
}

function labelVariables(labels: Readonly<Record<string, string>>): Record<string, string> {
  const variables: Record<string, string> = {};
  const names: string[] = [];
  for (const [key, value] of Object.entries(labels)) {
    if (key.length >= labelKeyLimit || value.length >= labelValueLimit) continue;
    const name = key.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
    names.push(name);
    variables[`MARATHON_APP_LABEL_${name}`] = value;
  }
  return { MARATHON_APP_LABELS: names.join(" "), ...variables };
}

/** `1.0`, as the numbers always looked. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
