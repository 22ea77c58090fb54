import { isDeepStrictEqual } from "node:util";

import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import type { AuditFields } from "../audit/write.ts";
import { loadProject } from "../projects/load.ts";
import { refuseContradictions, refuseUnfit } from "./gates.ts";
import { readAppSettings, resolveAppSettings } from "./resolve.ts";
import { type AppSettingName, type AppSettings, type PartialSize, type StageSize, appSettings } from "./schema.ts";
import { auditedSettings } from "./words.ts";

/** One layer with what it must fit together with. */
export interface LoadedLayer {
  readonly project: { readonly id: string; readonly slug: string; readonly port: number | null; readonly healthPath: string };
  readonly own: AppSettings;
  readonly allowedPowers: readonly string[];
  /** The stage whose layer it is; null: the project's own. */
  readonly stage: LoadedStage | null;
  readonly stages: readonly LoadedStage[];
}

interface LoadedStage extends StageSize {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly settings: AppSettings;
}

/** Loads and locks a layer. Throws `not_found` for a project or stage that is not there. */
export async function loadLayer(
  tx: Transaction,
  place: { readonly project: string; readonly stage?: string | undefined },
): Promise<LoadedLayer> {
  const { id } = await loadProject(tx, place.project);
  await tx.$queryRaw`SELECT id FROM project WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  const row = await tx.project.findUniqueOrThrow({
    where: { id },
    select: {
      id: true,
      slug: true,
      port: true,
      healthPath: true,
      appSettings: true,
      allowedPowers: true,
      stages: {
        where: { removedAt: null },
        orderBy: { position: "asc" },
        select: { id: true, name: true, title: true, instances: true, cpus: true, mem: true, appSettings: true },
      },
    },
  });
  const { appSettings: own, allowedPowers, stages: rows, ...project } = row;
  const stages = rows.map(({ appSettings: settings, ...stage }) => ({ ...stage, settings: readAppSettings(settings) }));
  const stage = place.stage === undefined ? null : (stages.find(({ name }) => name === place.stage) ?? undefined);
  if (stage === undefined) throw new BerthError("not_found");
  return { project, own: readAppSettings(own), allowedPowers, stage, stages };
}

export interface LayerChange {
  readonly set: AppSettings;
  readonly unset: readonly AppSettingName[];
  readonly size: PartialSize;
  readonly beside: { readonly port?: number; readonly healthPath?: string };
}

interface Written {
  readonly id: string;
  readonly before: AuditFields;
  readonly after: AuditFields;
}

/**
 * Writes a layer. Throws `app_setting_owned` and `app_power_refused` for what the layer may not say, `invalid_input` for what does not go
 * together in the project or one of its stages.
 */
export async function writeLayer(tx: Transaction, layer: LoadedLayer, change: LayerChange, actorName: string): Promise<Written> {
  const before = layer.stage?.settings ?? layer.own;
  const after = changed(before, change);
  refuseUnfit(after, layer.allowedPowers);
  for (const stage of layer.stage === null ? layer.stages : [layer.stage]) {
    const layers = layer.stage === null ? { project: after, stage: stage.settings } : { project: layer.own, stage: after };
    refuseContradictions(resolveAppSettings(layers).settings, stage.title);
  }
  const size = definedOf(change.size);
  const beside = definedOf(change.beside);
  if (layer.stage === null) {
    if (Object.keys(size).length > 0)
      throw new BerthError("invalid_input", {
        detail: "Each stage has its own size: name the stage.",
        fields: { stage: "Name the stage." },
      });
    await tx.project.update({ where: { id: layer.project.id }, data: { appSettings: after, ...beside }, select: { id: true } });
  } else
    await tx.stage.update({
      where: { id: layer.stage.id },
      data: { appSettings: after, ...size, version: { increment: 1 } },
      select: { id: true },
    });
  await appendEvent(tx, {
    kind: "project.changed",
    projectId: layer.project.id,
    actorName,
    message: `The app’s settings${layer.stage === null ? "" : ` in ${layer.stage.title}`} were changed`,
  });
  const oldSize = layer.stage === null ? {} : sizeOf(layer.stage);
  const oldBeside = layer.stage === null ? { port: layer.project.port, healthPath: layer.project.healthPath } : {};
  return { id: layer.stage?.id ?? layer.project.id, ...auditOf(before, after, { ...oldSize, ...oldBeside }, { ...size, ...beside }) };
}

/** What a field would be without this layer. */
export function inheritedBy(layer: LoadedLayer): AppSettings {
  return resolveAppSettings(layer.stage === null ? {} : { project: layer.own }).settings;
}

/** What is set to what it would be anyway is inherited instead. */
export function withoutInherited(settings: AppSettings, layer: LoadedLayer): Pick<LayerChange, "set" | "unset"> {
  const inherited: ReadonlyMap<string, unknown> = new Map(Object.entries(inheritedBy(layer)));
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  const same = entries.filter(([name, value]) => isDeepStrictEqual(value, inherited.get(name))).map(([name]) => name);
  return {
    set: appSettings.parse(Object.fromEntries(entries.filter(([name]) => !same.includes(name)))),
    unset: namesSchema.parse(same),
  };
}

const namesSchema = appSettings.keyof().array();

function changed(before: AppSettings, { set, unset }: LayerChange): AppSettings {
  const merged = Object.entries({ ...before, ...definedOf(set) }).filter(
    ([name]) => !unset.some((other) => other === name) || name in definedOf(set),
  );
  return appSettings.parse(Object.fromEntries(merged));
}

function definedOf<T extends object>(value: T): Record<string, Exclude<T[keyof T], undefined>> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

function sizeOf({ instances, cpus, mem }: StageSize): Record<string, unknown> {
  return { instances, cpus, mem };
}

function auditOf(
  one: AppSettings,
  other: AppSettings,
  oldBeside: Readonly<Record<string, unknown>>,
  beside: Readonly<Record<string, unknown>>,
): { before: AuditFields; after: AuditFields } {
  const before: Record<string, unknown> = { ...auditedSettings(one), ...oldBeside };
  const after: Record<string, unknown> = { ...auditedSettings(other), ...oldBeside, ...beside };
  const raw = new Map(Object.entries(one));
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) =>
      !isDeepStrictEqual(before[name], after[name]) ||
      !isDeepStrictEqual(raw.get(name), Object.entries(other).find(([key]) => key === name)?.[1]),
  );
  const pick = (fields: Record<string, unknown>) => Object.fromEntries(names.map((name) => [name, textOf(fields[name])]));
  return { before: pick(before), after: pick(after) };
}

function textOf(value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  return typeof value === "number" ? value : (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 2_000);
}
