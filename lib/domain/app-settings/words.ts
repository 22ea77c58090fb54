import type { AppSettingName, AppSettings, WholeAppSettings } from "./schema.ts";

/** What each setting is called, on the page and in lists. */
export const settingTitles: Readonly<Record<AppSettingName, string>> = {
  disk: "Disk",
  start: "Command",
  network: "Network",
  requirePorts: "Required host port",
  ports: "Further ports",
  parameters: "Docker parameters",
  forcePull: "Forced pull",
  fetch: "Artifacts",
  constraints: "Constraints",
  health: "Health check",
  healthChecks: "Further health checks",
  readinessCheck: "Readiness check",
  upgrade: "Upgrade strategy",
  killGraceSeconds: "Kill grace period",
  backoff: "Back-off",
  labels: "Labels",
  routing: "Routing",
};

export const sourceWords = { default: "default", file: "berth.json", project: "project", stage: "stage" } as const;

const routingTitles = { none: "none", "marathon-lb": "marathon-lb", "traefik-1": "Traefik 1", "traefik-2": "Traefik 2" } as const;

/** A setting's value in a line. */
export function settingWords<N extends AppSettingName>(name: N, settings: Pick<WholeAppSettings, N>): string {
  const value: AppSettings = { [name]: settings[name] };
  return wordsOf(value);
}

function wordsOf(value: AppSettings): string {
  if (value.disk !== undefined) return `${value.disk} MiB`;
  if (value.start !== undefined) return startWords(value.start);
  if (value.network !== undefined) return value.network === "host" ? "host" : "bridge";
  if (value.health !== undefined) return checkWords(value.health);
  if (value.upgrade !== undefined)
    return `at least ${percent(value.upgrade.minimumHealthCapacity)} healthy, at most ${percent(value.upgrade.maximumOverCapacity)} more`;
  if (value.killGraceSeconds !== undefined) return `${value.killGraceSeconds} s`;
  if (value.backoff !== undefined)
    return value.backoff === null
      ? "Marathon’s own"
      : `${value.backoff.seconds} s, times ${value.backoff.factor}, up to ${value.backoff.maxSeconds} s`;
  if (value.routing !== undefined) return routingTitles[value.routing.kind];
  if (value.readinessCheck !== undefined)
    return value.readinessCheck === null ? "none" : `${value.readinessCheck.protocol} ${value.readinessCheck.path}`;
  if (value.labels !== undefined) return listWords(Object.entries(value.labels).map(([key, text]) => `${key}=${text}`));
  return listWords(linesOf(value));
}

function linesOf(value: AppSettings): string[] {
  if (value.requirePorts !== undefined) return [value.requirePorts ? "yes" : "no"];
  if (value.forcePull !== undefined) return [value.forcePull ? "yes" : "no"];
  return [
    ...(value.ports ?? []).map(
      (port) =>
        `${port.name === null ? "" : `${port.name} `}${port.containerPort === 0 ? port.servicePort : port.containerPort}/${port.protocol}`,
    ),
    ...(value.parameters ?? []).map(({ key, value: text }) => `${key}=${text}`),
    ...(value.fetch ?? []).map(({ uri }) => uri),
    ...(value.constraints ?? []).map(({ field, operator, value: text }) => [field, operator, ...(text === null ? [] : [text])].join(" ")),
    ...(value.healthChecks ?? []).map((check) => `${check.protocol}${check.path === null ? "" : ` ${check.path}`}, ${checkWords(check)}`),
  ];
}

function startWords(start: WholeAppSettings["start"]): string {
  if (start.kind === "image") return "the image’s own";
  return start.kind === "command" ? start.command : `arguments: ${start.arguments.join(" ")}`;
}

function checkWords(check: {
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly maxConsecutiveFailures: number;
}): string {
  return `every ${check.intervalSeconds} s, ${check.timeoutSeconds} s to answer, ${check.maxConsecutiveFailures} failures in a row`;
}

function listWords(lines: readonly string[]): string {
  const text = lines.join(", ");
  if (text === "") return "none";
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A layer as the audit log keeps it: what was said, without the values in which people put passwords. */
export function auditedSettings(settings: AppSettings): Record<string, unknown> {
  const { start, parameters, fetch, healthChecks, ...rest } = settings;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(start === undefined ? {} : { start: start.kind }),
    ...(parameters === undefined ? {} : { parameters: parameters.map(({ key }) => key) }),
    ...(fetch === undefined ? {} : { fetch: fetch.map(({ uri }) => uri.replace(/[?#].*$/s, "")) }),
    ...(healthChecks === undefined
      ? {}
      : { healthChecks: healthChecks.map(({ protocol, portIndex, path }) => ({ protocol, portIndex, path })) }),
  };
}
