import { createHash } from "node:crypto";

import type { AppDefinition, AppPort } from "#lib/adapters/marathon/definition.ts";
import { routingLabels } from "#lib/adapters/marathon/routing-labels.ts";

import { settingsFingerprint, wholeOf } from "../app-settings/resolve.ts";
import type { AppSettings, WholeAppSettings } from "../app-settings/schema.ts";

/** Variables of a release: plain values as they are, secrets as the id of the sealed version. */
export type ReleaseVariables = Readonly<Record<string, { readonly value: string } | { readonly secretId: string }>>;

interface ReleaseSettings {
  readonly variables: ReleaseVariables;
  readonly instances: number;
  readonly cpus: number;
  readonly mem: number;
  readonly port: number;
  readonly healthPath: string;
  readonly app: AppSettings;
}

/** The fingerprint of a release's configuration: the same settings give the same one, whatever their order. */
export function fingerprintOf(settings: ReleaseSettings): string {
  const variables = Object.entries(settings.variables).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const app = settingsFingerprint(settings.app);
  const { instances, cpus, mem, port, healthPath } = settings;
  // Settings nobody has touched add nothing, so that they void no verdict.
  const canonical = JSON.stringify([variables, instances, cpus, mem, port, healthPath, ...(app === "" ? [] : [app])]);
  return createHash("sha256").update(canonical).digest("hex");
}

/** Marathon's id of an environment's app. */
export function appIdOf(parts: { project: string; stage: string; slug: string }): string {
  return `/berth/${parts.project}/${parts.stage}/${parts.slug}`;
}

/** How load balancers call the environment: unique, of letters, digits and dashes. */
export function routeNameOf(appId: string): string {
  return appId.slice(1).replaceAll("/", "-");
}

/** The labels by which everything of a release is found again. They name the release and never the attempt: a changed label restarts the app. */
export function labelsOf(ids: { instance: string; environmentId: string; releaseId: string }): Record<string, string> {
  const { instance, environmentId, releaseId } = ids;
  return {
    "berth.instance": instance,
    "berth.environment": environmentId,
    "berth.release": releaseId,
    // Whom its tasks find and reach inside the cluster, as the embedded scheduler understands it: each other.
    "berth.network": environmentId,
  };
}

/** All that decides what Marathon is told of an environment's release. */
export interface AppParts {
  readonly appId: string;
  readonly image: string;
  readonly instances: number;
  readonly release: {
    readonly cpus: number;
    readonly mem: number;
    readonly port: number;
    readonly healthPath: string;
    readonly app: AppSettings;
  };
  /** The project's time to become healthy. */
  readonly graceSeconds: number;
  /** Host name at the gateway, for load balancers. */
  readonly host: string;
  /** Names the environment at load balancers: letters, digits and dashes. */
  readonly routeName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly platform: Readonly<Record<string, string>>;
  /** The release's own variables, opened or masked. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where agents get the registry's credentials; null where none are needed. */
  readonly archiveUri: string | null;
}

/** The app of a release, in no version's dialect. Pure: the same parts give the same app, so that asking twice restarts nothing. */
export function appDefinitionOf(parts: AppParts): AppDefinition {
  const { release } = parts;
  const settings = wholeOf(release.app);
  return {
    id: parts.appId,
    image: parts.image,
    start: settings.start,
    env: environmentOf(parts, settings),
    labels: {
      ...routingLabels(settings.routing, { name: parts.routeName, hosts: [parts.host], portIndex: 0 }),
      ...settings.labels,
      ...parts.labels,
    },
    instances: parts.instances,
    cpus: release.cpus,
    mem: release.mem,
    disk: settings.disk,
    network: settings.network,
    ports: [ownPort(release.port, settings), ...furtherPorts(settings)],
    requirePorts: settings.network === "host" && settings.requirePorts,
    parameters: settings.parameters.map(({ key, value }) => ({ key: key.replace(/^-{1,2}/, ""), value })),
    forcePull: settings.forcePull,
    fetch: [...archiveOf(parts.archiveUri), ...settings.fetch],
    constraints: settings.constraints,
    healthChecks: [ownCheck(parts, settings), ...settings.healthChecks.map(furtherCheck)],
    readinessCheck: settings.readinessCheck,
    upgrade: settings.upgrade,
    killGraceSeconds: settings.killGraceSeconds,
    backoff: settings.backoff,
  };
}

/** The port Berth publishes and looks at, always the first. On the host's network it is Marathon's choice unless the number is required. */
function ownPort(port: number, settings: WholeAppSettings): AppPort {
  const common = { hostPort: 0, protocol: "tcp", name: "http", labels: {} } as const;
  if (settings.network === "bridge") return { ...common, containerPort: port, servicePort: 0 };
  return { ...common, containerPort: 0, servicePort: settings.requirePorts ? port : 0 };
}

/** On the host's network there is nothing to map. */
function furtherPorts({ network, ports }: WholeAppSettings): readonly AppPort[] {
  return network === "bridge" ? ports : ports.map((port) => ({ ...port, containerPort: 0, hostPort: 0 }));
}

/** PORT is nobody's to change: Berth publishes that port. On the host's network Marathon says it itself. */
function environmentOf(parts: AppParts, { network }: WholeAppSettings): Record<string, string> {
  const { PORT, ...platform } = parts.platform;
  const { PORT: _own, ...variables } = parts.variables;
  return { ...(network === "host" || PORT === undefined ? {} : { PORT }), ...platform, ...variables };
}

function archiveOf(uri: string | null): AppDefinition["fetch"] {
  return uri === null ? [] : [{ uri, extract: true, executable: false, cache: false, destPath: null }];
}

/** By this check Marathon guards what Berth has called live. */
function ownCheck({ release, graceSeconds }: AppParts, { health }: WholeAppSettings): AppDefinition["healthChecks"][number] {
  const { gracePeriodSeconds, ...timing } = health;
  return {
    protocol: "HTTP",
    path: release.healthPath,
    portIndex: 0,
    port: null,
    command: null,
    ...timing,
    gracePeriodSeconds: gracePeriodSeconds ?? graceSeconds,
  };
}

function furtherCheck(check: WholeAppSettings["healthChecks"][number]): AppDefinition["healthChecks"][number] {
  const isCommand = check.protocol === "COMMAND";
  return {
    ...check,
    path: check.protocol.includes("HTTP") ? (check.path ?? "/") : null,
    portIndex: isCommand ? null : check.portIndex,
    port: null,
    command: isCommand ? check.command : null,
  };
}

/** What every app is given beside its own variables. `PORT` is the port inside the container, as most apps expect. */
export function platformVariables(context: {
  port: number;
  url: string;
  project: string;
  stage: string;
  ref: string;
  commit: string;
}): Record<string, string> {
  return {
    PORT: String(context.port),
    // Marathon would say the machine's address here, and an app that binds to it could not be reached.
    HOST: "0.0.0.0",
    BERTH_URL: context.url,
    BERTH_PROJECT: context.project,
    BERTH_STAGE: context.stage,
    BERTH_REF: context.ref,
    BERTH_COMMIT: context.commit,
  };
}
