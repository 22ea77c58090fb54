import { isDeepStrictEqual } from "node:util";

import { renderApp } from "./app-json.ts";
import { type WireAppJson, appJsonSchema } from "./definition-wire.ts";
import { type AppDefinition, type AppPort, type AppSpec, type Difference, definitionOf } from "./definition.ts";
import type { Dialect } from "./dialect.ts";
import { readDefinition } from "./read-definition.ts";
import { remainderOf } from "./remainder.ts";

/**
 * What differs between an app as asked for and as Marathon has it. What was left to Marathon (ports, defaults it filled in) does not count;
 * neither does what this version cannot express. An answer that cannot be read as an app is one difference.
 */
export function differencesOf(asked: AppSpec | AppDefinition, answered: unknown, dialect: Dialect): Difference[] {
  const seen = appJsonSchema.safeParse(answered);
  if (!seen.success) return [{ field: "definition", wanted: null, seen: null }];
  // Through the wire and back: what the dialect has no words for is then missing on both sides.
  const wanted = readDefinition(asWire(renderApp("ports" in asked ? asked : definitionOf(asked), dialect)));
  return [...compare(wanted, readDefinition(seen.data)), ...remainderOf(seen.data).filter(isNoDefault).map(unexpected)];
}

function asWire(rendered: Record<string, unknown>): WireAppJson {
  return appJsonSchema.parse(rendered);
}

/** The default of these is a setting of the server. */
function isNoDefault(path: readonly (string | number)[]): boolean {
  return !["role", "unreachableStrategy", "acceptedResourceRoles", "storeUrls", "residency", "executorResources"].includes(String(path[0]));
}

function unexpected(path: readonly (string | number)[]): Difference {
  return path[0] === "env"
    ? { field: `variable ${path[1] ?? ""}`, wanted: null, seen: null }
    : { field: path.join("."), wanted: null, seen: "set" };
}

function compare(wanted: AppDefinition, seen: AppDefinition): Difference[] {
  return [
    ...plain("instances", wanted.instances, seen.instances),
    ...plain("image", wanted.image, seen.image),
    ...plain("CPUs", wanted.cpus, seen.cpus),
    ...plain("memory", wanted.mem, seen.mem),
    ...plain("disk", wanted.disk, seen.disk),
    ...whole("command", wanted.start, seen.start),
    ...maps("variable", wanted.env, seen.env, () => null),
    ...maps("label", wanted.labels, seen.labels, (value) => value),
    ...plain("network", wanted.network, seen.network),
    ...ports(wanted.ports, seen.ports),
    ...plain("required ports", wanted.requirePorts, seen.requirePorts),
    ...whole("Docker parameters", wanted.parameters, seen.parameters),
    ...plain("forced pull", wanted.forcePull, seen.forcePull),
    ...whole("artifacts", wanted.fetch, seen.fetch),
    ...whole("constraints", wanted.constraints, seen.constraints),
    ...whole("health checks", wanted.healthChecks, seen.healthChecks),
    ...whole("readiness check", wanted.readinessCheck, seen.readinessCheck),
    ...plain("minimum health capacity", wanted.upgrade.minimumHealthCapacity, seen.upgrade.minimumHealthCapacity),
    ...plain("maximum over capacity", wanted.upgrade.maximumOverCapacity, seen.upgrade.maximumOverCapacity),
    ...(wanted.killGraceSeconds === null ? [] : plain("kill grace period", wanted.killGraceSeconds, seen.killGraceSeconds)),
    ...(wanted.backoff === null ? [] : whole("back-off", wanted.backoff, seen.backoff)),
  ];
}

function plain(field: string, wanted: string | number | boolean | null, seen: string | number | boolean | null): Difference[] {
  return wanted === seen ? [] : [{ field, wanted: shown(wanted), seen: shown(seen) }];
}

function shown(value: string | number | boolean | null): string {
  return value === null ? "none" : String(value).slice(0, 200);
}

function whole(field: string, wanted: unknown, seen: unknown): Difference[] {
  return isDeepStrictEqual(wanted, seen) ? [] : [{ field, wanted: null, seen: null }];
}

function maps(
  kind: string,
  wanted: Readonly<Record<string, string>>,
  seen: Readonly<Record<string, string>>,
  show: (value: string) => string | null,
): Difference[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(seen)])].toSorted();
  return names
    .filter((name) => wanted[name] !== seen[name])
    .map((name) => ({ field: `${kind} ${name}`, wanted: showOr(wanted[name], show), seen: showOr(seen[name], show) }));
}

function showOr(value: string | undefined, show: (value: string) => string | null): string | null {
  return value === undefined ? "none" : (show(value)?.slice(0, 200) ?? null);
}

/** A number that was left to Marathon may have become any. */
function ports(wanted: readonly AppPort[], seen: readonly AppPort[]): Difference[] {
  const matches = (one: AppPort, other: AppPort | undefined): boolean =>
    other !== undefined &&
    one.containerPort === other.containerPort &&
    one.protocol === other.protocol &&
    (one.hostPort === 0 || one.hostPort === other.hostPort) &&
    (one.servicePort === 0 || one.servicePort === other.servicePort) &&
    (one.name === null || one.name === other.name) &&
    isDeepStrictEqual(one.labels, other.labels);
  return wanted.length === seen.length && wanted.every((port, index) => matches(port, seen[index]))
    ? []
    : [{ field: "ports", wanted: wordsOf(wanted), seen: wordsOf(seen) }];
}

function wordsOf(list: readonly AppPort[]): string {
  return list.length === 0
    ? "none"
    : list.map((port) => `${port.containerPort === 0 ? port.servicePort : port.containerPort}/${port.protocol}`).join(", ");
}
