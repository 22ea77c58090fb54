import { createHash } from "node:crypto";

import { z } from "zod";

import { type AppSettingName, type AppSettings, type WholeAppSettings, appSettingNames, appSettings, wholeAppSettings } from "./schema.ts";

/** What an app gets where nobody says anything. */
export const defaultAppSettings: WholeAppSettings = {
  disk: 0,
  start: { kind: "image" },
  network: "bridge",
  requirePorts: false,
  ports: [],
  parameters: [],
  forcePull: false,
  fetch: [],
  constraints: [],
  // The first check comes early; failures count only after the grace period or the first success.
  health: { intervalSeconds: 2, timeoutSeconds: 5, maxConsecutiveFailures: 3, gracePeriodSeconds: null },
  healthChecks: [],
  readinessCheck: null,
  upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  killGraceSeconds: 5,
  backoff: null,
  labels: {},
  routing: { kind: "none" },
};

/** Where a value comes from, the narrowest last. */
const settingSources = ["default", "file", "project", "stage"] as const;
export type SettingSource = (typeof settingSources)[number];
const sourcesSchema = z.record(z.enum(appSettingNames), z.enum(settingSources));

/** The layers of one environment: berth.json of its commit, the project's page, its stage's page. */
export interface SettingLayers {
  readonly file?: AppSettings | undefined;
  readonly project?: AppSettings | undefined;
  readonly stage?: AppSettings | undefined;
}

export interface ResolvedSettings {
  readonly settings: WholeAppSettings;
  readonly sources: Readonly<Record<AppSettingName, SettingSource>>;
}

/** What wins, field by field: the stage's over the project's over the file's over the defaults. A field is taken whole, lists and labels too. */
export function resolveAppSettings(layers: SettingLayers): ResolvedSettings {
  const { file = {}, project = {}, stage = {} } = layers;
  const sourceOf = (name: AppSettingName): SettingSource =>
    stage[name] !== undefined ? "stage" : project[name] !== undefined ? "project" : file[name] !== undefined ? "file" : "default";
  return {
    settings: filled({ ...given(file), ...given(project), ...given(stage) }),
    sources: sourcesSchema.parse(Object.fromEntries(appSettingNames.map((name) => [name, sourceOf(name)]))),
  };
}

/** A release's or a layer's settings with the defaults filled in. */
export function wholeOf(settings: AppSettings): WholeAppSettings {
  return filled(given(settings));
}

function filled(fields: Readonly<Record<string, unknown>>): WholeAppSettings {
  return wholeAppSettings.parse({ ...defaultAppSettings, ...fields });
}

/** What is not as the defaults are: what a release keeps, and what its fingerprint counts. */
export function beyondDefaults(settings: WholeAppSettings): AppSettings {
  const differing = Object.entries(settings).filter(
    ([name, value]) => canonicalText(value) !== canonicalText(Object.entries(defaultAppSettings).find(([other]) => other === name)?.[1]),
  );
  return appSettings.parse(Object.fromEntries(differing));
}

/** A layer as it was stored. What an older or newer Berth wrote and this one cannot read counts as not set, field by field. */
export function readAppSettings(stored: unknown): AppSettings {
  const whole = appSettings.safeParse(stored);
  if (whole.success) return whole.data;
  if (typeof stored !== "object" || stored === null) return {};
  const readable = Object.entries(stored).flatMap(([name, value]) => {
    const one = appSettings.safeParse({ [name]: value });
    return one.success ? Object.entries(one.data) : [];
  });
  return appSettings.parse(Object.fromEntries(readable));
}

/** The same text for the same settings, whatever the order of their members; empty for the defaults. */
export function settingsFingerprint(settings: AppSettings): string {
  const text = canonicalText(beyondDefaults(wholeOf(settings)));
  return text === "{}" ? "" : createHash("sha256").update(text).digest("hex");
}

function given(settings: AppSettings): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`).join(",")}}`;
}
