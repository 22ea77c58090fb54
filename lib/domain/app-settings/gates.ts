import { BerthError } from "#lib/core/errors.ts";

import type { AppSettings, WholeAppSettings } from "./schema.ts";

/** Something about one field, in words. */
export interface FieldProblem {
  /** Such as `parameters.0`. */
  readonly field: string;
  readonly words: string;
}

/** Options of `docker run` that say what Berth or Marathon says already: nobody sets them. */
const owned: Readonly<Record<string, string>> = {
  name: "Marathon names the containers",
  network: "the network is a setting of its own",
  net: "the network is a setting of its own",
  "network-alias": "the network is a setting of its own",
  publish: "ports are a setting of their own, and Berth publishes the app’s itself",
  p: "ports are a setting of their own, and Berth publishes the app’s itself",
  "publish-all": "ports are a setting of their own, and Berth publishes the app’s itself",
  P: "ports are a setting of their own, and Berth publishes the app’s itself",
  expose: "ports are a setting of their own, and Berth publishes the app’s itself",
  cpus: "CPUs are the stage’s size",
  "cpu-shares": "CPUs are the stage’s size",
  c: "CPUs are the stage’s size",
  "cpu-quota": "CPUs are the stage’s size",
  "cpu-period": "CPUs are the stage’s size",
  memory: "memory is the stage’s size",
  m: "memory is the stage’s size",
  restart: "Marathon starts what ended again",
  rm: "the agent removes containers itself",
  detach: "the agent starts containers itself",
  d: "the agent starts containers itself",
  "log-driver": "the log is read by Berth",
  "log-opt": "the log is read by Berth",
  "env-file": "variables are set on their own page",
  "label-file": "labels are a setting of their own",
  cidfile: "Marathon minds the containers",
};

/** Options that stay inside the container: anybody who may administer the project sets them. */
const harmless = new Set(
  [
    "label l env e ulimit tmpfs add-host dns dns-search dns-opt cap-drop user u workdir w entrypoint hostname h stop-signal stop-timeout",
    "read-only no-healthcheck health-cmd init memory-swap memory-reservation memory-swappiness shm-size pids-limit tty t interactive i",
  ].flatMap((names) => names.split(" ")),
);

/** Capabilities that containers have by default, so that asking for them gives nothing. */
const plainCapabilities = new Set(["CHOWN", "SETUID", "SETGID", "NET_BIND_SERVICE", "DAC_OVERRIDE", "FOWNER", "KILL"]);

/** How a power is written where it is allowed: exactly as it will be sent. */
export function powerOf(parameter: { readonly key: string; readonly value: string }): string {
  return `${bare(parameter.key)}=${parameter.value}`;
}

/** What a layer says that is Berth's own to say. */
export function reservedIn(settings: AppSettings): FieldProblem[] {
  const parameters = (settings.parameters ?? []).flatMap((parameter, index) => {
    const words = whyOwned(bare(parameter.key), parameter.value);
    return words === null ? [] : [{ field: `parameters.${index}`, words: `${bare(parameter.key)}: ${words}.` }];
  });
  const labels = Object.keys(settings.labels ?? {})
    .filter((name) => isBerths(name))
    .map((name) => ({ field: "labels", words: `${name}: by labels of berth. Berth finds its own apps again.` }));
  const names = (settings.ports ?? []).flatMap((port, index) =>
    port.name === "http" ? [{ field: `ports.${index}`, words: "The name http is that of the port Berth publishes itself." }] : [],
  );
  return [...parameters, ...labels, ...names];
}

/**
 * Agents give the command of a check to a shell of the host, between double quotes, for the container's shell to run: what ends the quotes
 * or is replaced within them would be run by the host.
 */
const reachesHostShell = /["`\\]|\$[({[]/;

function checkPower(line: string): string {
  return `healthCheck=${line}`;
}

/** What a layer asks for that gives power over the hosts and is not allowed, as it would have to be allowed. */
export function powersIn(settings: AppSettings, allowed: readonly string[]): { field: string; power: string }[] {
  const parameters = (settings.parameters ?? []).flatMap((parameter, index) =>
    isHarmless(bare(parameter.key), parameter.value) || whyOwned(bare(parameter.key), parameter.value) !== null
      ? []
      : [{ field: `parameters.${index}`, power: powerOf(parameter) }],
  );
  const files = (settings.fetch ?? []).flatMap(({ uri }, index) =>
    uri.startsWith("file:") ? [{ field: `fetch.${index}`, power: uri }] : [],
  );
  const checks = (settings.healthChecks ?? []).flatMap(({ protocol, command }, index) =>
    protocol === "COMMAND" && command !== null && reachesHostShell.test(command)
      ? [{ field: `healthChecks.${index}`, power: checkPower(command) }]
      : [],
  );
  return [...parameters, ...files, ...checks].filter(({ power }) => !allowed.includes(power));
}

/**
 * What berth.json asks for that reaches beyond the app's own container. On the page an admin says such things; a commit is whoever pushed it,
 * who could otherwise take over a host's network, its ports or a name at the load balancer.
 */
export function powersOfFile(file: AppSettings, allowed: readonly string[]): { field: string; power: string }[] {
  const found = [
    ...(file.network === "host" ? [{ field: "network", power: "network=host" }] : []),
    ...routingIn(file.labels ?? {}).map((power) => ({ field: "labels", power })),
    // A load balancer of the cluster's asks nobody to sign in.
    ...(file.routing === undefined || file.routing.kind === "none" ? [] : [{ field: "routing", power: `routing=${file.routing.kind}` }]),
    // These are fetched with what the agents themselves may read there.
    ...(file.fetch ?? []).flatMap(({ uri }, index) => (/^(?:hdfs|s3[an]?):/.test(uri) ? [{ field: `fetch.${index}`, power: uri }] : [])),
    ...(file.ports ?? []).flatMap(({ hostPort, servicePort, labels }, index) =>
      [
        ...(hostPort > 0 ? [`hostPort=${hostPort}`] : []),
        ...(servicePort > 0 ? [`servicePort=${servicePort}`] : []),
        ...routingIn(labels),
      ].map((power) => ({ field: `ports.${index}`, power })),
    ),
  ];
  return found.filter(({ power }) => !allowed.includes(power));
}

function routingIn(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels)
    .filter(([name]) => /^(?:HAPROXY_|traefik\.|VIP_)/i.test(name))
    .map(([name, value]) => `label=${name}=${value}`);
}

/** Throws `app_power_refused` for what berth.json may not ask for. */
export function refuseUnfitFile(file: AppSettings, allowed: readonly string[]): void {
  refusePowers(powersOfFile(file, allowed), "berth.json asks for what only the project’s page may say");
}

/** Throws `app_setting_owned` or `app_power_refused` for what a layer may not say. Asked when it is saved, and again when a release is made. */
export function refuseUnfit(settings: AppSettings, allowed: readonly string[]): void {
  const reserved = reservedIn(settings);
  if (reserved.length > 0)
    throw new BerthError("app_setting_owned", { detail: reserved.map(({ words }) => words).join(" "), fields: byField(reserved) });
  refusePowers(powersIn(settings, allowed), "Not allowed for this project");
}

function refusePowers(powers: ReadonlyArray<{ readonly field: string; readonly power: string }>, why: string): void {
  if (powers.length === 0) return;
  throw new BerthError("app_power_refused", {
    detail: `${why}: ${powers.map(({ power }) => power.slice(0, 200)).join(", ")}`,
    fields: byField(powers.map(({ field, power }) => ({ field, words: `${power.slice(0, 200)} is not allowed for this project.` }))),
  });
}

/** What does not go together, once all layers are put together. */
export function contradictionsIn(settings: WholeAppSettings): FieldProblem[] {
  const { ports, healthChecks, readinessCheck, network, requirePorts } = settings;
  const names = ports.flatMap(({ name }) => (name === null ? [] : [name]));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return [
    ...(twice === undefined ? [] : [{ field: "ports", words: `Two ports are called ${twice}.` }]),
    ...healthChecks.flatMap((check, index) =>
      check.protocol !== "COMMAND" && check.portIndex > ports.length
        ? [
            {
              field: `healthChecks.${index}`,
              words: `There is no port ${check.portIndex}: 0 is the app’s own, then the further ones follow.`,
            },
          ]
        : [],
    ),
    ...(readinessCheck === null || readinessCheck.portName === "http" || names.includes(readinessCheck.portName)
      ? []
      : [{ field: "readinessCheck", words: `No port is called ${readinessCheck.portName}; the app’s own is called http.` }]),
    ...(requirePorts && network === "bridge"
      ? [{ field: "requirePorts", words: "In a bridge network the ports of the host are in the mappings." }]
      : []),
  ];
}

/** Throws `invalid_input` for settings that do not go together; `where` says in which stage. */
export function refuseContradictions(settings: WholeAppSettings, where: string): void {
  const problems = contradictionsIn(settings).map(({ field, words }) => ({ field, words: `${where}: ${words}` }));
  if (problems.length > 0)
    throw new BerthError("invalid_input", { detail: problems.map(({ words }) => words).join(" "), fields: byField(problems) });
}

/** What works, but perhaps not as meant. */
export function warningsFor(settings: WholeAppSettings): string[] {
  const fixed =
    (settings.network === "host" && settings.requirePorts) ||
    (settings.network === "bridge" && settings.ports.some(({ hostPort }) => hostPort > 0));
  return [
    ...(fixed && settings.upgrade.minimumHealthCapacity === 1
      ? [
          "A fixed port of the host is free only once the old task has ended: with a minimum health capacity of 1 an upgrade needs another host.",
        ]
      : []),
    ...(settings.network === "host" && !settings.requirePorts && settings.start.kind === "image"
      ? ["On the host’s network Marathon chooses the port: the app has to listen on the number in $PORT."]
      : []),
  ];
}

function whyOwned(key: string, value: string): string | null {
  if (key === "env" || key === "e")
    return /^(?:PORT\d*|PORT_[A-Z0-9_]*|BERTH_.*|MARATHON_.*|MESOS_.*)(?:=|$)/.test(value) ? "that variable is set by Berth" : null;
  if (key === "label" || key === "l") return isBerths(value) ? "by labels of berth. Berth finds its own apps again" : null;
  return Object.hasOwn(owned, key) ? (owned[key] ?? null) : null;
}

function isHarmless(key: string, value: string): boolean {
  if (key === "cap-add") return plainCapabilities.has(value.toUpperCase().replace(/^CAP_/, ""));
  return harmless.has(key);
}

function isBerths(label: string): boolean {
  return /^berth\./i.test(label);
}

function bare(key: string): string {
  return key.replace(/^-{1,2}/, "");
}

function byField(problems: readonly FieldProblem[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { field, words } of problems) {
    const known = fields[field];
    fields[field] = known === undefined ? words : `${known} ${words}`;
  }
  return fields;
}
