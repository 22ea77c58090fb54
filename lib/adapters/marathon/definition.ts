/** What a release asks Marathon to run. */
export interface AppSpec {
  readonly id: string;
  readonly image: string;
  /** Run by `/bin/sh -c`, instead of the image's own command. Not together with `args`. */
  readonly command?: string | undefined;
  /** Given to the image's entrypoint. */
  readonly args?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly instances: number;
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
  /** MiB. */
  readonly disk?: number | undefined;
  /** The port inside the container; published on a port of the host that Marathon chooses. TCP, named "http". */
  readonly port: number;
  readonly health: {
    readonly path: string;
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly gracePeriodSeconds: number;
    readonly maxConsecutiveFailures: number;
  } | null;
  readonly upgrade: { readonly minimumHealthCapacity: number; readonly maximumOverCapacity: number };
  readonly killGraceSeconds?: number | undefined;
  readonly forcePull?: boolean | undefined;
  readonly backoff?: { readonly seconds: number; readonly factor: number; readonly maxSeconds: number } | undefined;
}

/** One thing about an app that is not as it was asked for. Values of variables are never in it. */
export interface Difference {
  /** In words, such as `memory` or `variable DEBUG`. */
  readonly field: string;
  /** Null where there is nothing to show, or nothing may be shown. */
  readonly wanted: string | null;
  readonly seen: string | null;
}

/** How the container starts: the image's own entrypoint and command, `/bin/sh -c`, or arguments for the image's entrypoint (Mesos' `shell=false`). */
export type AppStart =
  | { readonly kind: "image" }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "arguments"; readonly arguments: readonly string[] };

export interface AppPort {
  /** Inside the container; 0 = the same as the host port. Without meaning in host mode. */
  readonly containerPort: number;
  /** On the agent; 0 = Marathon chooses. Without meaning in host mode. */
  readonly hostPort: number;
  /** For load balancers; 0 = Marathon chooses. In host mode the number that is asked for: with `requirePorts` it is the port of the host. */
  readonly servicePort: number;
  readonly protocol: "tcp" | "udp" | "udp,tcp";
  /** Unique in the app; null = without. */
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface AppFetch {
  readonly uri: string;
  readonly extract: boolean;
  readonly executable: boolean;
  readonly cache: boolean;
  /** Relative to the sandbox; null = named like the file. */
  readonly destPath: string | null;
}

export interface AppConstraint {
  /** `hostname`, `@region`, `@zone` or an attribute of the agents. */
  readonly field: string;
  readonly operator: "UNIQUE" | "CLUSTER" | "GROUP_BY" | "LIKE" | "UNLIKE" | "MAX_PER" | "IS";
  readonly value: string | null;
}

export const healthProtocols = ["HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP"] as const;

export interface AppHealthCheck {
  readonly protocol: (typeof healthProtocols)[number];
  /** Of HTTP checks; null for others. */
  readonly path: string | null;
  /** Null for commands, and where `port` says it. */
  readonly portIndex: number | null;
  readonly port: number | null;
  /** Of COMMAND checks, run in the container. */
  readonly command: string | null;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly gracePeriodSeconds: number;
  /** The task is killed one failure later; 0 = never by Marathon itself. */
  readonly maxConsecutiveFailures: number;
}

export interface AppReadinessCheck {
  readonly name: string;
  readonly protocol: "HTTP" | "HTTPS";
  readonly path: string;
  /** Name of a declared port. */
  readonly portName: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly readyStatuses: readonly number[];
}

/** Everything Berth can say about an app, in no version's dialect. Null = Marathon's own default. */
export interface AppDefinition {
  readonly id: string;
  /** Null: a command run on the agent without a container of its own. */
  readonly image: string | null;
  readonly start: AppStart;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly instances: number;
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
  /** MiB. */
  readonly disk: number;
  readonly network: "host" | "bridge";
  readonly ports: readonly AppPort[];
  /** Host mode: the numbers of the ports are meant. */
  readonly requirePorts: boolean;
  /** Given to `docker run` as `--key=value`. */
  readonly parameters: readonly { readonly key: string; readonly value: string }[];
  readonly forcePull: boolean;
  readonly fetch: readonly AppFetch[];
  readonly constraints: readonly AppConstraint[];
  readonly healthChecks: readonly AppHealthCheck[];
  readonly readinessCheck: AppReadinessCheck | null;
  readonly upgrade: { readonly minimumHealthCapacity: number; readonly maximumOverCapacity: number };
  readonly killGraceSeconds: number | null;
  readonly backoff: { readonly seconds: number; readonly factor: number; readonly maxSeconds: number } | null;
}

/** The whole definition behind the few things a release decides: one port of a bridge network, one HTTP check. */
export function definitionOf(spec: AppSpec): AppDefinition {
  return {
    id: spec.id,
    image: spec.image,
    start: startOf(spec),
    env: spec.env,
    labels: spec.labels,
    instances: spec.instances,
    cpus: spec.cpus,
    mem: spec.mem,
    disk: spec.disk ?? 0,
    network: "bridge",
    ports: [{ containerPort: spec.port, hostPort: 0, servicePort: 0, protocol: "tcp", name: "http", labels: {} }],
    requirePorts: false,
    parameters: [],
    forcePull: spec.forcePull ?? false,
    fetch: [],
    constraints: [],
    healthChecks: spec.health === null ? [] : [{ protocol: "HTTP", portIndex: 0, port: null, command: null, ...spec.health }],
    readinessCheck: null,
    upgrade: spec.upgrade,
    killGraceSeconds: spec.killGraceSeconds ?? null,
    backoff: spec.backoff ?? null,
  };
}

function startOf(spec: AppSpec): AppStart {
  if (spec.command !== undefined) return { kind: "command", command: spec.command };
  return spec.args === undefined ? { kind: "image" } : { kind: "arguments", arguments: spec.args };
}
