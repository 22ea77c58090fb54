import { posix } from "node:path";

/** What an app's extra `docker run` parameters may set, in the engine's terms. Nothing else of them reaches the engine. */
export interface ContainerSettings {
  readonly labels: Record<string, string>;
  readonly environment: string[];
  readonly ulimits: { Name: string; Soft: number; Hard: number }[];
  /** Path → mount options. */
  readonly tmpfs: Record<string, string>;
  readonly extraHosts: string[];
  readonly dns: string[];
  readonly dnsSearch: string[];
  readonly capDrop: string[];
  user?: string;
  workdir?: string;
  entrypoint?: string;
  hostname?: string;
  stopSignal?: string;
  readOnly?: boolean;
  noHealthcheck?: boolean;
  /** Bytes. */
  memorySwap?: number;
  memoryReservation?: number;
  memorySwappiness?: number;
  shmSize?: number;
  pidsLimit?: number;
  /** Seconds. */
  stopTimeout?: number;
}

interface Limits {
  /** The app's memory in bytes. */
  readonly memory: number;
  readonly pids: number;
}

type Setter = (value: string, settings: ContainerSettings, limits: Limits) => string | null;

/** Capabilities every task has; `cap-add` may name only these, `cap-drop` takes them away. */
export const grantedCapabilities = ["CHOWN", "SETUID", "SETGID", "NET_BIND_SERVICE", "DAC_OVERRIDE", "FOWNER", "KILL"] as const;

/** Parameters by which a container would reach the host, other containers, or what this scheduler minds itself. */
const refusals: Readonly<Record<string, string>> = {
  privileged: "it gives power over the host",
  network: "networks are set by the app's networks",
  net: "networks are set by the app's networks",
  "network-alias": "networks are set by the app's networks",
  publish: "ports are set by portMappings",
  "publish-all": "ports are set by portMappings",
  expose: "ports are set by portMappings",
  link: "it reaches into other containers",
  "volumes-from": "it reaches into other containers",
  volume: "volumes are set by container.volumes, and only from the list that the operator allows",
  v: "volumes are set by container.volumes, and only from the list that the operator allows",
  mount: "volumes are set by container.volumes, and only from the list that the operator allows",
  "volume-driver": "this scheduler has no volume drivers",
  cpus: "it is set by the app's cpus",
  "cpu-shares": "it is set by the app's cpus",
  "cpu-quota": "it is set by the app's cpus",
  "cpu-period": "it is set by the app's cpus",
  memory: "it is set by the app's mem",
  name: "containers are named by the scheduler",
  restart: "the scheduler restarts tasks itself",
  rm: "the scheduler removes containers itself",
  detach: "the scheduler starts containers itself",
  "log-driver": "the scheduler reads the logs itself",
  "log-opt": "the scheduler reads the logs itself",
};

const setters: Readonly<Record<string, Setter>> = {
  label: (value, settings) => {
    const [key, text] = pair(value);
    if (key === "" || key.startsWith("berth.")) return "labels need a key, and those of berth. belong to the scheduler";
    settings.labels[key] = text ?? "";
    return null;
  },
  env: (value, settings) => {
    const [key, text] = pair(value);
    if (key === "" || text === undefined) return "must be NAME=value";
    settings.environment.push(value);
    return null;
  },
  ulimit: (value, settings) => {
    const match = /^([a-z]{2,12})=(-1|\d{1,12})(?::(-1|\d{1,12}))?$/.exec(value);
    if (match === null) return "must be name=soft or name=soft:hard";
    const soft = Number(match[2]);
    settings.ulimits.push({ Name: match[1] ?? "", Soft: soft, Hard: match[3] === undefined ? soft : Number(match[3]) });
    return null;
  },
  tmpfs: (value, settings, { memory }) => {
    const [path = "", options = ""] = value.split(":");
    const problem = pathProblem(path);
    if (problem !== null) return problem;
    const given = options.split(",").filter((option) => option !== "");
    if (
      !given.every((option) =>
        /^(rw|ro|exec|noexec|suid|nosuid|dev|nodev|size=\d{1,12}[kmg]?|mode=[0-7]{3,4}|uid=\d{1,9}|gid=\d{1,9})$/i.test(option),
      )
    )
      return "knows only rw, ro, exec, noexec, size, mode, uid and gid";
    const kept = given.filter((option) => !/^(suid|dev|size=)/i.test(option));
    const asked = given.find((option) => option.startsWith("size="));
    const size = Math.min(asked === undefined ? memory : (bytesOf(asked.slice(5)) ?? memory), memory);
    settings.tmpfs[path] = [...new Set([...kept, "nosuid", "nodev"]), `size=${size}`].join(",");
    return null;
  },
  "add-host": (value, settings) => {
    if (!/^[a-z0-9][a-z0-9_.-]{0,252}:[0-9a-f.:]{3,45}$/i.test(value)) return "must be name:address";
    settings.extraHosts.push(value);
    return null;
  },
  dns: (value, settings) => addIf(/^[0-9a-f.:]{3,45}$/i, value, settings.dns, "must be an address"),
  "dns-search": (value, settings) => addIf(/^[a-z0-9_.-]{1,253}$/i, value, settings.dnsSearch, "must be a domain"),
  "cap-drop": (value, settings) =>
    addIf(/^[A-Z_]{3,40}$/i, value.toUpperCase().replace(/^CAP_/, ""), settings.capDrop, "must be a capability"),
  "cap-add": (value) =>
    grantedCapabilities.some((name) => name === value.toUpperCase().replace(/^CAP_/, "")) ? null : "it gives power over the host",
  user: (value, settings) =>
    textIf(
      /^[a-z0-9_][a-z0-9_.-]{0,63}(:[a-z0-9_][a-z0-9_.-]{0,63})?$/i,
      value,
      "must be a user or user:group",
      (text) => (settings.user = text),
    ),
  workdir: (value, settings) => {
    const problem = pathProblem(value);
    if (problem === null) settings.workdir = value;
    return problem;
  },
  entrypoint: (value, settings) => textIf(/^.{1,1024}$/, value, "must not be empty", (text) => (settings.entrypoint = text)),
  hostname: (value, settings) => textIf(/^[a-z0-9][a-z0-9.-]{0,62}$/i, value, "must be a host name", (text) => (settings.hostname = text)),
  "stop-signal": (value, settings) =>
    textIf(/^(SIG[A-Z0-9+-]{2,10}|\d{1,2})$/, value, "must be a signal", (text) => (settings.stopSignal = text)),
  "read-only": (value, settings) => flagIf(value, (on) => (settings.readOnly = on)),
  "no-healthcheck": (value, settings) => flagIf(value, (on) => (settings.noHealthcheck = on)),
  init: (value) => flagIf(value, () => undefined),
  "memory-swap": (value, settings, { memory }) =>
    sizeIf(
      value,
      (bytes) => bytes >= memory && bytes <= 2 * memory,
      "must lie between the app's mem and twice that",
      (bytes) => (settings.memorySwap = bytes),
    ),
  "memory-reservation": (value, settings, { memory }) =>
    sizeIf(
      value,
      (bytes) => bytes <= memory,
      "must not be more than the app's mem",
      (bytes) => (settings.memoryReservation = bytes),
    ),
  "memory-swappiness": (value, settings) => numberIf(value, 0, 100, (number) => (settings.memorySwappiness = number)),
  "shm-size": (value, settings, { memory }) =>
    sizeIf(
      value,
      (bytes) => bytes > 0 && bytes <= memory,
      "must not be more than the app's mem",
      (bytes) => (settings.shmSize = bytes),
    ),
  "pids-limit": (value, settings, { pids }) => numberIf(value, 1, pids, (number) => (settings.pidsLimit = number)),
  "stop-timeout": (value, settings) => numberIf(value, 0, 86_400, (number) => (settings.stopTimeout = number)),
};

const shortNames: Readonly<Record<string, string>> = { e: "env", l: "label", u: "user", w: "workdir", h: "hostname" };

/** Reads an app's extra parameters: what they set, and what is refused, each with the parameter's name and why. */
export function readParameters(
  parameters: readonly { readonly key: string; readonly value: string }[],
  limits: Limits,
): { settings: ContainerSettings; problems: string[] } {
  const settings: ContainerSettings = {
    labels: {},
    environment: [],
    ulimits: [],
    tmpfs: {},
    extraHosts: [],
    dns: [],
    dnsSearch: [],
    capDrop: [],
  };
  const problems: string[] = [];
  for (const { key, value } of parameters) {
    const name = key.replace(/^-{1,2}/, "");
    const known = Object.hasOwn(shortNames, name) ? (shortNames[name] ?? name) : name;
    const setter = Object.hasOwn(setters, known) ? setters[known] : undefined;
    const problem = /[\p{Cc}]/u.test(value)
      ? "must not have control characters"
      : setter === undefined
        ? whyRefused(known)
        : setter(value, settings, limits);
    if (problem !== null) problems.push(`The docker parameter '${name.slice(0, 80)}' is not allowed on this scheduler: ${problem}`);
  }
  return { settings, problems };
}

function whyRefused(name: string): string {
  const known = Object.hasOwn(refusals, name) ? refusals[name] : undefined;
  if (known !== undefined) return known;
  if (
    /^(pid|ipc|uts|userns|cgroupns|cgroup-parent|device|device-.*|security-opt|gpus|runtime|sysctl|oom-.*|group-add|isolation|blkio-.*)$/.test(
      name,
    )
  )
    return "it gives power over the host";
  return `it is not one of ${Object.keys(setters).join(", ")}`;
}

function pair(value: string): [string, string | undefined] {
  const equals = value.indexOf("=");
  return equals === -1 ? [value, undefined] : [value.slice(0, equals), value.slice(equals + 1)];
}

/** What is wrong with a path inside a container; null when it may be mounted over or worked in. */
export function pathProblem(path: string): string | null {
  if (!posix.isAbsolute(path) || posix.normalize(path) !== path || path === "/" || /[:,\p{Cc}]/u.test(path))
    return "must be an absolute path without . and ..";
  return /^\/(proc|sys|dev)(\/|$)/.test(path) ? "must not be in /proc, /sys or /dev" : null;
}

/** `512m` → bytes; null when it is no size. */
function bytesOf(text: string): number | null {
  const match = /^(\d{1,12})([bkmg]?)b?$/i.exec(text);
  if (match === null) return null;
  const factors: Readonly<Record<string, number>> = { k: 1_024, m: 1_048_576, g: 1_073_741_824 };
  return Number(match[1]) * (factors[(match[2] ?? "").toLowerCase()] ?? 1);
}

function addIf(pattern: RegExp, value: string, list: string[], problem: string): string | null {
  if (!pattern.test(value)) return problem;
  list.push(value);
  return null;
}

function textIf(pattern: RegExp, value: string, problem: string, set: (text: string) => void): string | null {
  if (!pattern.test(value)) return problem;
  set(value);
  return null;
}

function flagIf(value: string, set: (on: boolean) => void): string | null {
  if (!/^(true|false|)$/i.test(value)) return "must be true or false";
  set(value.toLowerCase() !== "false");
  return null;
}

function sizeIf(value: string, fits: (bytes: number) => boolean, problem: string, set: (bytes: number) => void): string | null {
  const bytes = bytesOf(value);
  if (bytes === null) return "must be a size, such as 64m";
  if (!fits(bytes)) return problem;
  set(bytes);
  return null;
}

function numberIf(value: string, least: number, most: number, set: (number: number) => void): string | null {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : -1;
  if (number < least || number > most) return `must be a number from ${least} to ${most}`;
  set(number);
  return null;
}
