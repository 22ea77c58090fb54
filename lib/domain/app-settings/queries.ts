import { BerthError } from "#lib/core/errors.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { parseInput } from "../command.ts";
import { listening } from "../pipeline-files/apply.ts";
import { pipelineFileOf } from "../pipeline-files/load.ts";
import type { PipelineFile } from "../pipeline-files/schema.ts";
import { type ProjectHead, type Reader, headOf, readProject } from "../projects/head.ts";
import { exampleLabels } from "./export.ts";
import { warningsFor } from "./gates.ts";
import { readMarathonApp } from "./import.ts";
import { type ResolvedSettings, type SettingSource, readAppSettings, resolveAppSettings } from "./resolve.ts";
import {
  type AppSettingName,
  type AppSettings,
  type LeftOut,
  type StageSize,
  type WholeAppSettings,
  appSettingNames,
  importAppInput,
  wholeAppSettings,
} from "./schema.ts";
import { settingTitles, settingWords } from "./words.ts";

export interface StageLayer extends StageSize {
  readonly name: string;
  readonly title: string;
  /** How many fields it sets itself. */
  readonly own: number;
}

export interface AppSettingsPage {
  readonly project: ProjectHead;
  /** Null: the project's own layer. */
  readonly stage: StageLayer | null;
  readonly stages: readonly StageLayer[];
  readonly settings: WholeAppSettings;
  readonly sources: ResolvedSettings["sources"];
  /** Set in the layer that is shown. */
  readonly own: readonly AppSettingName[];
  readonly warnings: readonly string[];
  /** What the routing adds to an environment's labels, `NAME=value`, as for a branch issue-1. */
  readonly routingLabels: readonly string[];
  readonly port: number | null;
  readonly healthPath: string;
  readonly healthTimeoutSeconds: number;
  readonly allowedPowers: readonly string[];
  readonly mayAllow: boolean;
}

/** A project's settings as one of its stages, or the project by itself, has them; for whoever may administer it. */
export async function getAppSettings(reader: Reader, actor: Actor, slug: string, stageName: string | null): Promise<AppSettingsPage> {
  const head = await readProject(reader, actor, slug);
  authorise(actor, "administer", { type: "project", projectId: head.id });
  const row = await readLayers(reader, head.id);
  const stage = stageName === null ? null : row.stages.find(({ name }) => name === stageName);
  if (stage === undefined) throw new BerthError("not_found");
  const read = await readDefaultFile(reader, head.id, head.defaultBranch);
  const file = read?.app ?? {};
  const project = readAppSettings(row.appSettings);
  const own = stage === null ? project : readAppSettings(stage.appSettings);
  const resolved = resolveAppSettings(stage === null ? { file, project } : { file, project, stage: own });
  return {
    project: headOf(reader.settings, actor, head),
    stage: stage === null ? null : stageLayerOf(stage),
    stages: row.stages.map(stageLayerOf),
    ...resolved,
    own: appSettingNames.filter((name) => own[name] !== undefined),
    warnings: warningsFor(resolved.settings),
    routingLabels: exampleLabels(resolved.settings, {
      name: `berth-${slug}-${stageName ?? "review"}-issue-1`,
      host: `issue-1--${slug}.${reader.settings.previewDomain}`,
    }),
    ...listening(row, read),
    healthTimeoutSeconds: row.healthTimeoutSeconds,
    allowedPowers: row.allowedPowers,
    mayAllow: may(actor, "manage_permissions", { type: "platform" }),
  };
}

type Layers = Awaited<ReturnType<typeof readLayers>>;

function readLayers(reader: Reader, projectId: string) {
  return reader.database.project.findUniqueOrThrow({
    where: { id: projectId },
    select: {
      port: true,
      healthPath: true,
      healthTimeoutSeconds: true,
      appSettings: true,
      allowedPowers: true,
      stages: {
        where: { removedAt: null },
        orderBy: { position: "asc" },
        select: { name: true, title: true, instances: true, cpus: true, mem: true, appSettings: true },
      },
    },
  });
}

function stageLayerOf({ name, title, instances, cpus, mem, appSettings }: Layers["stages"][number]): StageLayer {
  return { name, title, instances, cpus, mem, own: Object.keys(readAppSettings(appSettings)).length };
}

/** What berth.json says where the default branch stands: other commits may say something else. */
async function readDefaultFile(reader: Reader, projectId: string, defaultBranch: string | null): Promise<PipelineFile | null> {
  if (defaultBranch === null) return null;
  const ref = await reader.database.ref.findFirst({
    where: { projectId, kind: "branch", name: defaultBranch, goneAt: null },
    select: { commit: true },
  });
  return ref === null ? null : pipelineFileOf(reader.database, projectId, ref.commit);
}

export interface AppImportPreview {
  readonly stage: string | null;
  readonly taken: ReadonlyArray<{ readonly title: string; readonly before: string; readonly after: string }>;
  readonly left: readonly LeftOut[];
  readonly problems: readonly LeftOut[];
}

/** What an import would take and leave out, without doing it; for whoever may administer the project. */
export async function previewImport(reader: Reader, actor: Actor, raw: unknown): Promise<AppImportPreview> {
  const input = parseInput(importAppInput, raw);
  const page = await getAppSettings(reader, actor, input.project, input.stage ?? null);
  const layer = page.stage === null ? "project" : "stage";
  const read = readMarathonApp(input.json, layer, page.allowedPowers);
  const whole = wholeAppSettings.parse({ ...page.settings, ...read.settings });
  const settings = appSettingNames
    .filter((name) => read.settings[name] !== undefined)
    .map((name) => ({ title: settingTitles[name], before: settingWords(name, page.settings), after: settingWords(name, whole) }))
    .filter(({ before, after }) => before !== after);
  return { stage: input.stage ?? null, taken: [...settings, ...besideTaken(page, read)], left: read.left, problems: read.problems };
}

function besideTaken(page: AppSettingsPage, read: ReturnType<typeof readMarathonApp>): AppImportPreview["taken"] {
  const rows: [string, string | number | null | undefined, string | number | undefined][] = [
    ["Instances", page.stage?.instances, read.size.instances],
    ["CPUs", page.stage?.cpus, read.size.cpus],
    ["Memory, MiB", page.stage?.mem, read.size.mem],
    ["Port", page.port ?? "first EXPOSE", read.project.port],
    ["Health path", page.healthPath, read.project.healthPath],
  ];
  return rows.flatMap(([title, before, after]) =>
    after === undefined || before === after ? [] : [{ title, before: String(before ?? ""), after: String(after) }],
  );
}

export interface AppLayers {
  /** Of the project alone. */
  readonly project: AppSettings;
  readonly stages: ReadonlyArray<
    StageSize & {
      readonly name: string;
      readonly own: AppSettings;
      readonly settings: WholeAppSettings;
      readonly sources: Readonly<Record<AppSettingName, SettingSource>>;
    }
  >;
  readonly allowedPowers: readonly string[];
}

/** All layers of a project and what they come to in each stage; for whoever may administer it. */
export async function getAppLayers(reader: Reader, actor: Actor, slug: string): Promise<AppLayers> {
  const head = await readProject(reader, actor, slug);
  authorise(actor, "administer", { type: "project", projectId: head.id });
  const row = await readLayers(reader, head.id);
  const file = (await readDefaultFile(reader, head.id, head.defaultBranch))?.app ?? {};
  const project = readAppSettings(row.appSettings);
  return {
    project,
    stages: row.stages.map(({ name, instances, cpus, mem, appSettings }) => {
      const stage = readAppSettings(appSettings);
      return { name, instances, cpus, mem, own: stage, ...resolveAppSettings({ file, project, stage }) };
    }),
    allowedPowers: row.allowedPowers,
  };
}
