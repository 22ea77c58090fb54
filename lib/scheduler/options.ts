import { type Log } from "#lib/platform/log.ts";

import { type AllowedVolume } from "./model/volumes.ts";

export type DockerAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

interface Amounts {
  readonly cpus?: number | undefined;
  readonly mem?: number | undefined;
  readonly disk?: number | undefined;
}

export interface SchedulerOptions {
  /** Postgres with the schema `scheduler` in place. One schema belongs to one `instance` for ever. */
  readonly databaseUrl: string;
  readonly docker: DockerAddress;
  /** Where the API listens. Port 0 = any free one. Default 127.0.0.1:8080. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Basic authentication for every path. */
  readonly credentials: { readonly username: string; readonly password: string };
  /** Names this scheduler on its containers, network and tables: `[a-z0-9-]`, at most 40 characters. */
  readonly instance: string;
  /** A folder of this scheduler's own, for the tasks' logs. */
  readonly workDir: string;
  readonly log: Log;
  /** The address on which tasks' ports are published, and the `host` of tasks. Default 127.0.0.2. */
  readonly publishAddress?: string;
  /** The name clients reach tasks by; default the publish address. */
  readonly hostname?: string;
  /** Host ports for tasks, both ends included. Default 31000 to 32000. */
  readonly portRange?: readonly [number, number];
  /** Service ports, both ends included. Default 10000 to 20000. */
  readonly servicePortRange?: readonly [number, number];
  /** Further values of the `Host` header to accept, without port. `localhost`, loopback addresses and the listening host always are. */
  readonly allowedHosts?: readonly string[];
  /** What may be promised to tasks. Default: cpus × cpuOversubscription and all memory of the engine's machine. Memory in MiB. */
  readonly resources?: Amounts | undefined;
  /** Default 8: review apps idle most of the time. */
  readonly cpuOversubscription?: number | undefined;
  /** Default 1. */
  readonly memOversubscription?: number | undefined;
  /** The most processes a task may have. Default 512. */
  readonly pidsLimit?: number;
  /** How many times its `cpus` a task may use when the machine is idle. Default: no limit but shares. */
  readonly cpuBurst?: number;
  /** Real host networking. Default false: apps in host mode get a bridge and their ports published one to one. */
  readonly allowHostNetwork?: boolean;
  /** The image for apps that have a `cmd` and no image. Default: such apps are refused. */
  readonly commandImage?: string | undefined;
  /** Paths of the engine's machine that apps may mount, exactly as written. Default: none. */
  readonly volumes?: readonly AllowedVolume[] | undefined;
  /** The machine's attributes, for constraints. Default: none but its host name. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** What apps may fetch. */
  readonly fetch?: FetchOptions | undefined;
  /** SIGTERM to SIGKILL where an app does not say, in seconds. Default 3. */
  readonly killGraceSeconds?: number;
  /** While a starting task has never been healthy, ask early and often (50 ms, doubling up to the interval). Default false: Marathon's times. */
  readonly eagerHealthChecks?: boolean;
  /** How long finished tasks and their logs are kept, in seconds (default 3600), and how many at most (default 100). */
  readonly finishedTasks?: { readonly seconds?: number; readonly count?: number };
  /** How long to wait for Postgres at the start, in seconds. Default 30. */
  readonly startTimeoutSeconds?: number;
}

interface FetchOptions {
  /** Files of this process's machine that `file:` may name, exactly as written, such as /etc/docker.tar.gz. Default: none. */
  readonly files?: readonly string[] | undefined;
  /** `host:port` of servers on loopback and link-local addresses that may be asked all the same. Default: none. */
  readonly hosts?: readonly string[] | undefined;
  /** Bytes for everything a task fetches, unpacked. Default 512 MiB. */
  readonly maxBytes?: number | undefined;
  /** Seconds for everything a task fetches. Default 120. */
  readonly seconds?: number | undefined;
}

/** The same with every default filled in. */
interface FetchSettings {
  readonly files: readonly string[];
  readonly hosts: readonly string[];
  readonly maxBytes: number;
  readonly seconds: number;
}

export interface Settings {
  readonly databaseUrl: string;
  readonly docker: DockerAddress;
  readonly listen: { readonly host: string; readonly port: number };
  readonly credentials: { readonly username: string; readonly password: string };
  readonly instance: string;
  readonly workDir: string;
  readonly publishAddress: string;
  readonly hostname: string;
  readonly portRange: readonly [number, number];
  readonly servicePortRange: readonly [number, number];
  readonly allowedHosts: readonly string[];
  readonly resources: Amounts;
  readonly cpuOversubscription: number;
  readonly memOversubscription: number;
  readonly pidsLimit: number;
  readonly cpuBurst: number | null;
  readonly allowHostNetwork: boolean;
  readonly commandImage: string | null;
  readonly volumes: readonly AllowedVolume[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly fetch: FetchSettings;
  readonly killGraceSeconds: number;
  readonly eagerHealthChecks: boolean;
  readonly finishedSeconds: number;
  readonly finishedCount: number;
  readonly startTimeoutSeconds: number;
  readonly networkName: string;
}

/** The options with every default filled in. Throws on an option that cannot work. */
export function settingsFrom(options: SchedulerOptions): Settings {
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(options.instance))
    throw new Error("The scheduler's instance name may have a-z, 0-9 and dashes only, at most 40.");
  if (options.credentials.username === "" || options.credentials.password === "")
    throw new Error("The scheduler needs a user name and a password.");
  const publishAddress = options.publishAddress ?? "127.0.0.2";
  return {
    databaseUrl: options.databaseUrl,
    docker: options.docker,
    credentials: options.credentials,
    instance: options.instance,
    workDir: options.workDir,
    listen: options.listen ?? { host: "127.0.0.1", port: 8080 },
    publishAddress,
    hostname: options.hostname ?? publishAddress,
    portRange: options.portRange ?? [31_000, 32_000],
    servicePortRange: options.servicePortRange ?? [10_000, 20_000],
    networkName: `berth-tasks-${options.instance}`,
    ...limitsFrom(options),
  };
}

function limitsFrom(options: SchedulerOptions) {
  return {
    allowedHosts: options.allowedHosts ?? [],
    resources: options.resources ?? {},
    cpuOversubscription: options.cpuOversubscription ?? 8,
    memOversubscription: options.memOversubscription ?? 1,
    pidsLimit: options.pidsLimit ?? 512,
    cpuBurst: options.cpuBurst ?? null,
    allowHostNetwork: options.allowHostNetwork ?? false,
    commandImage: options.commandImage ?? null,
    volumes: options.volumes ?? [],
    attributes: options.attributes ?? {},
    fetch: fetchFrom(options.fetch ?? {}),
    killGraceSeconds: options.killGraceSeconds ?? 3,
    eagerHealthChecks: options.eagerHealthChecks ?? false,
    finishedSeconds: options.finishedTasks?.seconds ?? 3_600,
    finishedCount: options.finishedTasks?.count ?? 100,
    startTimeoutSeconds: options.startTimeoutSeconds ?? 30,
  };
}

function fetchFrom(fetch: FetchOptions): FetchSettings {
  return {
    files: fetch.files ?? [],
    hosts: (fetch.hosts ?? []).map((host) => host.toLowerCase()),
    maxBytes: fetch.maxBytes ?? 512 * 1_048_576,
    seconds: fetch.seconds ?? 120,
  };
}
