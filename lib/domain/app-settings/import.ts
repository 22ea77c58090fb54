import { z } from "zod";

import type { AppDefinition } from "#lib/adapters/marathon/definition.ts";
import { type ImportNote, parseMarathonApp } from "#lib/adapters/marathon/import-app.ts";

import { powersIn, reservedIn } from "./gates.ts";
import { takeHealth } from "./import-health.ts";
import {
  type AppSettingName,
  type AppSettings,
  type LeftOut,
  type PartialSize,
  appSettingNames,
  appSettings,
  stageSize,
} from "./schema.ts";

export interface ReadApp {
  readonly settings: AppSettings;
  /** Of a stage; empty for a project. */
  readonly size: PartialSize;
  /** Of a project; empty for a stage. */
  readonly project: { readonly port?: number; readonly healthPath?: string };
  readonly left: readonly LeftOut[];
  /** Not empty: nothing can be taken. */
  readonly problems: readonly LeftOut[];
}

const rawSchema = z.record(z.string(), z.unknown());

/** What Berth takes of an app's JSON for a layer, and what it leaves out and why. Never throws. */
export function readMarathonApp(text: string, layer: "project" | "stage", allowedPowers: readonly string[]): ReadApp {
  const parsed = parseMarathonApp(text);
  if (parsed.app === null) return { settings: {}, size: {}, project: {}, left: [], problems: parsed.problems.map(noteOf) };
  const { app } = parsed;
  const said = new Set(Object.keys(rawAppOf(text)));
  const health = takeHealth(app, said.has("healthChecks"));
  const { taken, left } = fitting(candidatesOf(app, said, health.settings), allowedPowers);
  return {
    settings: taken,
    ...takenBeside(app, said, layer, health.path),
    left: [...parsed.notUnderstood.map(noteOf), ...leftByNature(app, said, layer), ...health.left, ...left],
    problems: [],
  };
}

function noteOf({ line, path, text }: ImportNote): LeftOut {
  return { line, what: path === "" ? "the JSON" : path.slice(1).replaceAll("/", "."), why: text };
}

/** The members of the app as they were written: what is not mentioned sets nothing. */
function rawAppOf(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  const one: unknown = Array.isArray(value) ? value[0] : value;
  const raw = rawSchema.parse(one);
  return "app" in raw && !("id" in raw) ? rawSchema.parse(raw["app"]) : raw;
}

/** How it is started and where it listens is said by leaving out, too; everything else only where it stands. */
function candidatesOf(app: AppDefinition, said: ReadonlySet<string>, health: AppSettings): Record<string, unknown> {
  const own = app.ports[0];
  const renamed = (name: string) => (name === own?.name ? "http" : name);
  return {
    start: app.start,
    network: app.network,
    requirePorts: app.requirePorts,
    ports: app.ports.slice(1),
    ...(said.has("disk") ? { disk: Math.round(app.disk) } : {}),
    ...(app.image === null ? {} : { parameters: app.parameters.map(({ key, value }) => ({ key, value })), forcePull: app.forcePull }),
    ...(said.has("fetch") || said.has("uris") ? { fetch: app.fetch.filter(({ uri }) => !isDockerConfig(uri)) } : {}),
    ...(said.has("constraints") ? { constraints: app.constraints } : {}),
    ...(said.has("readinessChecks") && app.readinessCheck !== null
      ? { readinessCheck: { ...app.readinessCheck, portName: renamed(app.readinessCheck.portName) } }
      : {}),
    ...(said.has("upgradeStrategy") ? { upgrade: app.upgrade } : {}),
    ...(app.killGraceSeconds === null ? {} : { killGraceSeconds: app.killGraceSeconds }),
    ...(app.backoff === null ? {} : { backoff: app.backoff }),
    ...(said.has("labels") ? labelsOf(app) : {}),
    ...health,
  };
}

/** Labels that route are said by the routing: as they stand they would lead one host name to every environment. */
function labelsOf(app: AppDefinition): Record<string, unknown> {
  const kept = Object.entries(app.labels).filter(([name]) => !isRouting(name));
  const group = app.labels["HAPROXY_GROUP"];
  const traefik = Object.keys(app.labels).some((name) => name.startsWith("traefik."));
  const second = Object.keys(app.labels).some((name) => name.startsWith("traefik.http."));
  return {
    labels: Object.fromEntries(kept),
    ...(group === undefined ? {} : { routing: { kind: "marathon-lb", ...(group === "external" ? {} : { group }) } }),
    ...(group === undefined && traefik ? { routing: { kind: second ? "traefik-2" : "traefik-1" } } : {}),
  };
}

function isRouting(label: string): boolean {
  return /^(?:HAPROXY_|traefik\.)/.test(label);
}

function isDockerConfig(uri: string): boolean {
  return /(?:^|\/)(?:docker\.tar\.gz|\.dockercfg)$/.test(uri.split(/[?#]/)[0] ?? "");
}

/** Takes every setting that is as it must be, and says of the others why they are not. Entries of lists are judged one by one. */
function fitting(candidates: Readonly<Record<string, unknown>>, allowed: readonly string[]): { taken: AppSettings; left: LeftOut[] } {
  const left: LeftOut[] = [];
  const taken: Record<string, unknown> = {};
  for (const name of appSettingNames) {
    if (candidates[name] === undefined) continue;
    const value = withoutUnfit(name, candidates[name], allowed, left);
    const one = appSettings.safeParse({ [name]: value });
    if (one.success) Object.assign(taken, one.data);
    else left.push({ line: null, what: whereOf(name), why: one.error.issues[0]?.message ?? "Berth cannot take it." });
  }
  return { taken: appSettings.parse(taken), left };
}

function withoutUnfit(name: AppSettingName, value: unknown, allowed: readonly string[], left: LeftOut[]): unknown {
  if (name === "labels") return withoutBerthLabels(value, left);
  if (!Array.isArray(value)) return value;
  return value.filter((item: unknown, index) => {
    const why = whyUnfit(name, item, allowed);
    if (why !== null) left.push({ line: null, what: `${whereOf(name)} ${index}`, why });
    return why === null;
  });
}

function whyUnfit(name: AppSettingName, item: unknown, allowed: readonly string[]): string | null {
  const one = appSettings.safeParse({ [name]: [item] });
  if (!one.success) return one.error.issues[0]?.message ?? "Berth cannot take it.";
  const [reserved] = reservedIn(one.data);
  if (reserved !== undefined) return reserved.words;
  const [power] = powersIn(one.data, allowed);
  return power === undefined
    ? null
    : `${power.power.slice(0, 200)} gives power over the hosts: an admin of the platform has to allow exactly this first.`;
}

function withoutBerthLabels(value: unknown, left: LeftOut[]): unknown {
  const labels = rawSchema.parse(value);
  const kept = Object.entries(labels).filter(([name]) => !name.startsWith("berth."));
  if (kept.length < Object.keys(labels).length)
    left.push({ line: null, what: "labels berth.*", why: "By these Berth finds its own apps again." });
  return Object.fromEntries(kept);
}

function takenBeside(
  app: AppDefinition,
  said: ReadonlySet<string>,
  layer: "project" | "stage",
  healthPath: string | null,
): Pick<ReadApp, "size" | "project"> {
  const port = app.network === "bridge" ? app.ports[0]?.containerPort : app.requirePorts ? app.ports[0]?.servicePort : undefined;
  if (layer === "project")
    return {
      size: {},
      project: { ...(port === undefined || port === 0 ? {} : { port }), ...(healthPath === null ? {} : { healthPath }) },
    };
  const size = stageSize.partial().safeParse({
    ...(said.has("instances") && app.instances > 0 ? { instances: app.instances } : {}),
    ...(said.has("cpus") ? { cpus: app.cpus } : {}),
    ...(said.has("mem") ? { mem: Math.round(app.mem) } : {}),
  });
  return { size: size.success ? size.data : {}, project: {} };
}

/** What is never taken, because Berth says it itself. */
function leftByNature(app: AppDefinition, said: ReadonlySet<string>, layer: "project" | "stage"): LeftOut[] {
  const own = app.ports[0];
  const names = Object.keys(app.env);
  const sized = ["instances", "cpus", "mem"].filter((name) => said.has(name));
  const rows: [boolean, string, string][] = [
    [true, "id", `${app.id}: Berth names each environment’s app itself.`],
    [app.image !== null, "image", `${app.image ?? ""}: Berth runs the image it built from the commit.`],
    [
      names.length > 0,
      "env",
      `${names.slice(0, 10).join(", ")}${names.length > 10 ? ` and ${names.length - 10} more` : ""}: set them as variables or secrets.`,
    ],
    [layer === "project" && sized.length > 0, sized.join(", "), "Each stage has its own size: import into a stage to take it."],
    [
      own !== undefined && (own.hostPort > 0 || (app.network === "bridge" && own.servicePort > 0) || Object.keys(own.labels).length > 0),
      "the first port’s host port, service port and labels",
      "Berth publishes the app’s own port itself.",
    ],
    [Object.keys(app.labels).some(isRouting), "labels HAPROXY_*, traefik.*", "Routing says them, with each environment’s own host name."],
    [app.fetch.some(({ uri }) => isDockerConfig(uri)), "docker.tar.gz", "Berth gives the agents the credentials of its registry itself."],
  ];
  return rows.flatMap(([applies, what, why]) => (applies ? [{ line: null, what, why }] : []));
}

const wireNames: Partial<Record<AppSettingName, string>> = {
  parameters: "container.docker.parameters",
  ports: "port",
  readinessCheck: "readinessChecks",
  upgrade: "upgradeStrategy",
  killGraceSeconds: "taskKillGracePeriodSeconds",
  start: "cmd, args",
};

function whereOf(name: AppSettingName): string {
  return wireNames[name] ?? name;
}
