import { type AppDefinition, networkMode } from "./app.ts";
import { type UnversionedApp, withDefaults } from "./defaults.ts";
import { type AppUpdate } from "./dialect.ts";
import { sameJson } from "./json.ts";

/** Whether going from one definition to the other needs new tasks. Only the number of instances is free. */
export function needsRestart(from: UnversionedApp, to: UnversionedApp): boolean {
  return !sameJson(comparable(from), comparable(to));
}

function comparable(app: UnversionedApp): Record<string, unknown> {
  const { instances: _instances, ...rest } = app;
  const plain: Record<string, unknown> = { ...rest };
  delete plain["version"];
  delete plain["versionInfo"];
  for (const key of Object.keys(plain)) if (isEmpty(plain[key])) delete plain[key];
  return plain;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/**
 * The app that results from a PUT: with `partial`, top-level members that were not sent are kept (whole, never merged deeper); else only
 * what was sent counts. Ports kept from another network mode go, for they were the server's own defaults.
 */
export function applyUpdate(current: AppDefinition | undefined, update: AppUpdate, id: string, partial: boolean): UnversionedApp {
  if (current === undefined || !partial) return withDefaults(id, update);
  const { version: _version, versionInfo: _info, ...kept } = current;
  const mode = update.networks?.[0]?.mode ?? networkMode(current);
  const merged: AppUpdate = { ...kept, ...update, id };
  if (update.portDefinitions === undefined && mode !== "host") delete merged.portDefinitions;
  if (update.container === undefined && kept.container !== undefined && mode !== networkMode(current)) {
    const { portMappings: _mappings, ...container } = kept.container;
    merged.container = container;
  }
  return withDefaults(id, merged);
}

/** Stamps a definition with its version: a changed configuration starts anew, a scaling keeps the moment of the last configuration. */
export function withVersion(app: UnversionedApp, version: string, change: "config" | "scale", current?: AppDefinition): AppDefinition {
  const lastConfigChangeAt = change === "scale" && current !== undefined ? current.versionInfo.lastConfigChangeAt : version;
  return { ...app, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt } };
}
