import { type ContainerCreateOptions } from "dockerode";

import { type AppDefinition, networkMode } from "../model/app.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { type Settings } from "../options.ts";
import { type Task } from "../tasks/task.ts";

export const schedulerLabel = "berth.scheduler";
export const taskLabel = "berth.task";
export const appLabel = "berth.app";

/** What an unprivileged image usually needs to drop its rights and mind its files; everything else is dropped. */
const capabilities = ["CHOWN", "SETUID", "SETGID", "NET_BIND_SERVICE", "DAC_OVERRIDE", "FOWNER", "KILL"];
/** The engine refuses less. */
const leastMemory = 6;

interface Surroundings {
  /** `NAME=value`. */
  readonly environment: readonly string[];
  /** The tasks' bridge. */
  readonly networkId: string;
}

/**
 * The only description of a container this scheduler ever sends. It is built member by member from what is allowed; nothing of an app is
 * passed on that is not named here.
 */
export function containerSpec(settings: Settings, task: Task, place: Surroundings): ContainerCreateOptions & { name: string } {
  const { app } = task;
  return {
    name: task.id,
    Image: imageOf(settings, app),
    Env: [...place.environment],
    Labels: labelsOf(settings, task),
    ...processOf(app),
    ExposedPorts: exposedPorts(settings, task),
    Tty: false,
    OpenStdin: false,
    HostConfig: {
      Privileged: false,
      CapDrop: ["ALL"],
      CapAdd: [...capabilities],
      SecurityOpt: ["no-new-privileges"],
      PidsLimit: settings.pidsLimit,
      ...resourcesOf(settings, app),
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
      Init: true,
      AutoRemove: false,
      RestartPolicy: { Name: "no" },
      NetworkMode: usesHostNetwork(settings, app) ? "host" : place.networkId,
      PortBindings: portBindings(settings, task),
      PublishAllPorts: false,
      Tmpfs: { [sandboxPath]: "rw,nosuid,nodev,size=16m,mode=1777" },
    },
  };
}

/** Where a task finds its sandbox. */
export const sandboxPath = "/mnt/mesos/sandbox";

export function imageOf(settings: Pick<Settings, "commandImage">, app: AppDefinition): string {
  return app.container?.docker?.image ?? settings.commandImage ?? "";
}

export function usesHostNetwork(settings: Pick<Settings, "allowHostNetwork">, app: AppDefinition): boolean {
  return settings.allowHostNetwork && networkMode(app) === "host";
}

function labelsOf(settings: Settings, task: Task): Record<string, string> {
  return { ...task.app.labels, [schedulerLabel]: settings.instance, [taskLabel]: task.id, [appLabel]: task.appId };
}

/** A `cmd` is for the shell and replaces the image's entrypoint; `args` are for the entrypoint. */
function processOf(app: AppDefinition): Pick<ContainerCreateOptions, "Entrypoint" | "Cmd"> {
  if (app.cmd !== undefined) return { Entrypoint: ["/bin/sh"], Cmd: ["-c", app.cmd] };
  return app.args === undefined ? {} : { Cmd: [...app.args] };
}

function resourcesOf(settings: Settings, app: AppDefinition) {
  const memory = Math.max(leastMemory, Math.ceil(app.mem)) * 1_048_576;
  const period = 100_000;
  return {
    Memory: memory,
    MemorySwap: memory,
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
