import { type ContainerCreateOptions } from "dockerode";

import { type AppDefinition, networkMode } from "../model/app.ts";
import { type ContainerSettings, grantedCapabilities, readParameters } from "../model/docker-parameters.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { memoryBytes } from "../model/memory.ts";
import { hostVolumes, volumeProblems } from "../model/volumes.ts";
import { type Settings } from "../options.ts";
import { type Task } from "../tasks/task.ts";
import { EngineFailure } from "./engine-failure.ts";

export const schedulerLabel = "berth.scheduler";
export const taskLabel = "berth.task";
export const appLabel = "berth.app";

interface Surroundings {
  /** `NAME=value`. */
  readonly environment: readonly string[];
  readonly network: { readonly id: string; readonly aliases: readonly string[] };
}

/**
 * The only description of a container this scheduler ever sends. It is built member by member from what is allowed; nothing of an app is
 * passed on that is not named here. Throws EngineFailure when the app has what is not allowed any more.
 */
export function containerSpec(settings: Settings, task: Task, place: Surroundings): ContainerCreateOptions & { name: string } {
  const { app } = task;
  const extra = extrasOf(settings, app);
  return {
    name: task.id,
    Image: imageOf(settings, app),
    Env: environmentOf([...extra.environment, ...place.environment]),
    Labels: labelsOf(settings, task, extra),
    ...processOf(app, extra),
    ExposedPorts: exposedPorts(settings, task),
    Tty: false,
    OpenStdin: false,
    ...(place.network.aliases.length === 0
      ? {}
      : { NetworkingConfig: { EndpointsConfig: { [place.network.id]: { Aliases: [...place.network.aliases] } } } }),
    // What is fetched must be put in place before the task starts, which the engine does for volumes only.
    ...(fetches(app) ? { Volumes: { [sandboxParent]: {} } } : {}),
    HostConfig: {
      Privileged: false,
      CapDrop: ["ALL"],
      CapAdd: extra.capDrop.includes("ALL") ? [] : grantedCapabilities.filter((name) => !extra.capDrop.includes(name)),
      SecurityOpt: ["no-new-privileges"],
      PidsLimit: extra.pidsLimit ?? settings.pidsLimit,
      ...resourcesOf(settings, app, extra),
      ...namesOf(extra),
      ReadonlyRootfs: extra.readOnly ?? false,
      Mounts: mountsOf(settings, app),
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
      Init: true,
      AutoRemove: false,
      RestartPolicy: { Name: "no" },
      NetworkMode: usesHostNetwork(settings, app) ? "host" : place.network.id,
      PortBindings: portBindings(settings, task),
      PublishAllPorts: false,
      Tmpfs: { ...extra.tmpfs, ...(fetches(app) ? {} : { [sandboxPath]: "rw,nosuid,nodev,size=16m,mode=1777" }) },
    },
  };
}

/** Whether a task of the app finds something in its sandbox when it starts. */
export function fetches(app: AppDefinition): boolean {
  return (app.fetch ?? []).length > 0;
}

/** What the app's extra parameters set. The list of what is allowed may be shorter than when the app was written. */
function extrasOf(settings: Pick<Settings, "pidsLimit">, app: AppDefinition): ContainerSettings {
  const limits = { memory: memoryBytes(app), pids: settings.pidsLimit };
  const { settings: extra, problems } = readParameters(app.container?.docker?.parameters ?? [], limits);
  const [problem] = problems;
  if (problem !== undefined) throw new EngineFailure("refused", problem, undefined);
  return extra;
}

/** Each name once; the last one said wins. */
function environmentOf(variables: readonly string[]): string[] {
  return [...new Map(variables.map((variable) => [variable.slice(0, variable.indexOf("=")), variable])).values()];
}

function mountsOf(settings: Settings, app: AppDefinition) {
  const volumes = app.container?.volumes ?? [];
  const [problem] = volumeProblems(volumes, settings.volumes);
  if (problem !== undefined) throw new EngineFailure("refused", problem.errors.join(" "), undefined);
  return hostVolumes(volumes, settings.volumes).map(({ hostPath, containerPath, writable }) => ({
    Type: "bind" as const,
    Source: hostPath,
    Target: containerPath,
    ReadOnly: !writable,
    BindOptions: { Propagation: "rprivate" as const },
  }));
}

function namesOf(extra: ContainerSettings) {
  return {
    Ulimits: [...extra.ulimits],
    ExtraHosts: [...extra.extraHosts],
    Dns: [...extra.dns],
    DnsSearch: [...extra.dnsSearch],
    ...(extra.shmSize === undefined ? {} : { ShmSize: extra.shmSize }),
  };
}

/** Where a task finds its sandbox. */
export const sandboxParent = "/mnt/mesos";
export const sandboxPath = `${sandboxParent}/sandbox`;

export function imageOf(settings: Pick<Settings, "commandImage">, app: AppDefinition): string {
  return app.container?.docker?.image ?? settings.commandImage ?? "";
}

export function usesHostNetwork(settings: Pick<Settings, "allowHostNetwork">, app: AppDefinition): boolean {
  return settings.allowHostNetwork && networkMode(app) === "host";
}

function labelsOf(settings: Settings, task: Task, extra: ContainerSettings): Record<string, string> {
  return {
    ...extra.labels,
    ...task.app.labels,
    [schedulerLabel]: settings.instance,
    [taskLabel]: task.id,
    [appLabel]: task.appId,
  };
}

/** A `cmd` is for the shell and replaces the image's entrypoint; `args` are for the entrypoint. */
function processOf(app: AppDefinition, extra: ContainerSettings): Omit<ContainerCreateOptions, "name"> {
  const user = extra.user ?? app.user;
  // Without an image of its own, an app works in its sandbox, as under Mesos.
  const workdir = extra.workdir ?? (app.container?.docker === undefined ? sandboxPath : undefined);
  return {
    ...(extra.entrypoint === undefined ? {} : { Entrypoint: [extra.entrypoint] }),
    ...(app.args === undefined ? {} : { Cmd: [...app.args] }),
    ...(app.cmd === undefined ? {} : { Entrypoint: ["/bin/sh"], Cmd: ["-c", app.cmd] }),
    ...(user === undefined ? {} : { User: user }),
    ...(workdir === undefined ? {} : { WorkingDir: workdir }),
    ...(extra.hostname === undefined ? {} : { Hostname: extra.hostname }),
    ...(extra.stopSignal === undefined ? {} : { StopSignal: extra.stopSignal }),
    ...(extra.noHealthcheck === true ? { Healthcheck: { Test: ["NONE"] } } : {}),
  };
}

function resourcesOf(settings: Settings, app: AppDefinition, extra: ContainerSettings) {
  const memory = memoryBytes(app);
  const period = 100_000;
  return {
    Memory: memory,
    MemorySwap: extra.memorySwap ?? memory,
    ...(extra.memoryReservation === undefined ? {} : { MemoryReservation: extra.memoryReservation }),
    ...(extra.memorySwappiness === undefined ? {} : { MemorySwappiness: extra.memorySwappiness }),
    CpuShares: Math.max(2, Math.min(262_144, Math.round(app.cpus * 1_024))),
    ...(settings.cpuBurst === null
      ? {}
      : { CpuPeriod: period, CpuQuota: Math.max(1_000, Math.round(app.cpus * settings.cpuBurst * period)) }),
  };
}

/** `8080/tcp` → the host port, for every port that has one. */
function publishedPorts(settings: Settings, task: Task): { inside: string; hostPort: number }[] {
  if (usesHostNetwork(settings, task.app)) return [];
  return endpointsOf(task.app).flatMap((endpoint, index) => {
    const hostPort = task.ports[index];
    if (hostPort === undefined || hostPort === 0) return [];
    // In host mode without real host networking, and where the mapping says 0, the app listens on the number it was given.
    const port = endpoint.containerPort === undefined || endpoint.containerPort === 0 ? hostPort : endpoint.containerPort;
    return endpoint.protocols.map((protocol) => ({ inside: `${port}/${protocol}`, hostPort }));
  });
}

function exposedPorts(settings: Settings, task: Task): Record<string, Record<string, never>> {
  return Object.fromEntries(publishedPorts(settings, task).map(({ inside }) => [inside, {}]));
}

function portBindings(settings: Settings, task: Task): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { inside, hostPort } of publishedPorts(settings, task)) {
    (bindings[inside] ??= []).push({ HostIp: settings.publishAddress, HostPort: String(hostPort) });
  }
  return bindings;
}
