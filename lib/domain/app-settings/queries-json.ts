import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { type Actor, authorise } from "../access/policy.ts";
import { listening } from "../pipeline-files/apply.ts";
import { pipelineFileOf } from "../pipeline-files/load.ts";
import { type ProjectHead, type Reader, headOf, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { resolveVariables } from "../variables/resolve.ts";
import { type ExportedEnvironment, exportedJson } from "./export.ts";
import { loadLayers } from "./layers.ts";
import { beyondDefaults, readAppSettings, resolveAppSettings } from "./resolve.ts";

export interface AppJson {
  readonly environment: string;
  /** Of the release it runs; null: as its next deployment would be. */
  readonly release: number | null;
  /** Of the Marathon that is told; empty where it has not said yet. */
  readonly version: string;
  readonly json: string;
}

const isUuid = z.uuid();
const listedAtMost = 200;
const placeholderImage = "(the image its next deployment runs)";
const variablesSchema = z.record(z.string(), z.union([z.object({ value: z.string() }), z.object({ secretId: z.string() })]));
/** Why a release is exported: what runs, or what the next deployment would run. */
export type ExportedRelease = "live" | "next";

const selection = {
  id: true,
  projectId: true,
  stageId: true,
  clusterId: true,
  pullRequestId: true,
  name: true,
  appId: true,
  host: true,
  instances: true,
  project: { select: { slug: true, port: true, healthPath: true, healthTimeoutSeconds: true } },
  stage: { select: { name: true, kind: true, cpus: true, mem: true } },
  ref: { select: { name: true, commit: true } },
  liveRelease: { include: { image: { select: { pushed: true, repository: true, digest: true, engineId: true, ports: true } } } },
} as const;

/**
 * The JSON Berth sends for an environment, secrets masked. For whoever may configure there: he may see its variables. `instance` names the
 * installation, as its apps are labelled.
 */
export async function getAppJson(
  reader: Reader,
  actor: Actor,
  environmentId: string,
  options: { readonly instance: string; readonly which: ExportedRelease },
): Promise<AppJson> {
  const row = isUuid.safeParse(environmentId).success ? await readEnvironment(reader, environmentId) : null;
  if (row === null) throw new BerthError("not_found");
  authorise(actor, "configure", { type: "environment", projectId: row.projectId, stageKind: row.stage.kind });
  const release = options.which === "live" && row.liveRelease !== null ? await liveOf(reader, row.liveRelease) : await nextOf(reader, row);
  const version = await versionOf(reader, row.clusterId);
  return {
    environment: row.name,
    release: options.which === "live" ? (row.liveRelease?.number ?? null) : null,
    version,
    json: exportedJson({ ...row, release }, { ...reader.settings, instance: options.instance }, version),
  };
}

type Row = NonNullable<Awaited<ReturnType<typeof readEnvironment>>>;

function readEnvironment(reader: Reader, id: string) {
  return reader.database.environment.findFirst({ where: { id, destroyedAt: null, project: { deletedAt: null } }, select: selection });
}

async function liveOf(reader: Reader, live: NonNullable<Row["liveRelease"]>): Promise<ExportedEnvironment["release"]> {
  const { image } = live;
  return {
    ...live,
    image: image.pushed ? `${image.repository}@${image.digest}` : image.engineId,
    app: readAppSettings(live.app),
    variables: shownOf(variablesSchema.parse(live.variables)),
    archived: await isArchived(reader, live.id),
  };
}

async function nextOf(reader: Reader, row: Row): Promise<ExportedEnvironment["release"]> {
  const commit = row.ref?.commit ?? row.liveRelease?.commit ?? "";
  const layers = await loadLayers(reader.database, {
    projectId: row.projectId,
    stageId: row.stageId,
    commit: commit === "" ? null : commit,
  });
  const { port, healthPath } = listening(row.project, commit === "" ? null : await pipelineFileOf(reader.database, row.projectId, commit));
  const variables = await reader.database.$transaction((tx) => resolveVariables(tx, row));
  return {
    id: "(the next release)",
    commit,
    cpus: row.stage.cpus,
    mem: row.stage.mem,
    port: port ?? row.liveRelease?.image.ports[0] ?? 8080,
    healthPath,
    app: beyondDefaults(resolveAppSettings(layers).settings),
    image: placeholderImage,
    variables: shownOf(variables),
    archived: row.liveRelease !== null && (await isArchived(reader, row.liveRelease.id)),
  };
}

function shownOf(
  variables: Readonly<Record<string, { readonly value: string } | { readonly secretId: string }>>,
): Record<string, string | null> {
  return Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, "value" in variable ? variable.value : null]));
}

/** Web may not read the archives, but whether the agents are given one is no secret. */
async function isArchived(reader: Reader, releaseId: string): Promise<boolean> {
  const [row] = await reader.database.$queryRaw<{ kept: boolean }[]>`SELECT berth_has_registry_archive(${releaseId}::uuid) AS kept`;
  return row?.kept ?? false;
}

async function versionOf(reader: Reader, clusterId: string | null): Promise<string> {
  const cluster = await reader.database.cluster.findFirst({
    where: clusterId === null ? { isDefault: true } : { id: clusterId },
    select: { version: true },
  });
  return cluster?.version ?? "";
}

export interface AppExportPage {
  readonly project: ProjectHead;
  readonly environments: ReadonlyArray<{ readonly id: string; readonly name: string; readonly stage: string; readonly live: boolean }>;
  readonly more: number;
  readonly shown: (AppJson & { readonly id: string }) | null;
}

/** The environments whose JSON somebody may see, and one of them; for whoever may administer the project. */
export async function getAppExport(
  reader: Reader,
  actor: Actor,
  slug: string,
  options: { readonly environment: string | null; readonly instance: string; readonly which: ExportedRelease },
): Promise<AppExportPage> {
  const head = await readProject(reader, actor, slug);
  authorise(actor, "administer", { type: "project", projectId: head.id });
  const where = { projectId: head.id, destroyedAt: null, stage: { kind: { in: kindsWhere(actor, "configure", head.id) } } };
  const [rows, count] = await Promise.all([
    reader.database.environment.findMany({
      where,
      orderBy: [{ stage: { position: "asc" } }, { name: "asc" }],
      take: listedAtMost,
      select: { id: true, name: true, liveReleaseId: true, stage: { select: { title: true } } },
    }),
    reader.database.environment.count({ where }),
  ]);
  const environments = rows.map(({ id, name, liveReleaseId, stage }) => ({ id, name, stage: stage.title, live: liveReleaseId !== null }));
  const chosen = options.environment === null ? environments[0]?.id : options.environment;
  return {
    project: headOf(reader.settings, actor, head),
    environments,
    more: count - environments.length,
    shown: chosen === undefined ? null : { id: chosen, ...(await getAppJson(reader, actor, chosen, options)) },
  };
}
