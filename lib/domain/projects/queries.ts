import type { StageKind } from "#lib/platform/database/client.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { type ProjectHead, type Reader, headOf, headSelection, readProject } from "./head.ts";
import { kindsWhere, projectsVisibleTo } from "./visible.ts";

export type { ProjectHead } from "./head.ts";

export interface ProjectListItem {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** The remote's URL, or "Berth". */
  readonly repository: string;
  readonly defaultBranch: string | null;
  readonly environments: { readonly total: number; readonly healthy: number; readonly failing: number; readonly building: number };
  readonly lastActivityAt: Date | null;
}

const listedAtMost = 500;

/** The projects somebody may view, the liveliest first; `more` counts what is beyond the limit. */
export async function listProjects(
  reader: Reader,
  actor: Actor,
  limit = listedAtMost,
): Promise<{ projects: ProjectListItem[]; more: number; mayCreate: boolean }> {
  const rows = await reader.database.project.findMany({
    where: projectsVisibleTo(actor),
    select: { ...headSelection, createdAt: true },
    orderBy: { createdAt: "desc" },
    take: listedAtMost,
  });
  const counts = await countEnvironments(
    reader,
    rows.flatMap(({ id }) => kindsWhere(actor, "view", id).map((kind) => ({ id, kind }))),
  );
  const projects = rows.map((row) => {
    const count = counts.get(row.id);
    return {
      id: row.id,
      slug: row.slug,
      name: row.name,
      repository: row.repositoryUrl ?? "Berth",
      defaultBranch: row.defaultBranch,
      environments: {
        total: count?.total ?? 0,
        healthy: count?.healthy ?? 0,
        failing: count?.failing ?? 0,
        building: count?.building ?? 0,
      },
      lastActivityAt: count?.changed_at ?? row.syncedAt ?? row.createdAt,
    };
  });
  const recency = (project: ProjectListItem) => project.lastActivityAt?.getTime() ?? 0;
  return {
    projects: projects.toSorted((one, other) => recency(other) - recency(one)).slice(0, limit),
    more: Math.max(0, projects.length - limit),
    mayCreate: may(actor, "create_project", { type: "platform" }),
  };
}

export interface ProjectName {
  readonly slug: string;
  readonly name: string;
  /** Whether its settings, and its variables, are there for the viewer. */
  readonly mayAdminister: boolean;
  readonly mayConfigure: boolean;
}

/** Just the names, for the switcher on every page, and whether the actor may make more. */
export async function listProjectNames(reader: Reader, actor: Actor): Promise<{ projects: ProjectName[]; mayCreate: boolean }> {
  const rows = await reader.database.project.findMany({
    where: projectsVisibleTo(actor),
    select: { id: true, slug: true, name: true },
    orderBy: { name: "asc" },
    take: listedAtMost,
  });
  const projects = rows.map(({ id, slug, name }) => ({
    slug,
    name,
    mayAdminister: may(actor, "administer", { type: "project", projectId: id }),
    mayConfigure: kindsWhere(actor, "configure", id).length > 0,
  }));
  return { projects, mayCreate: may(actor, "create_project", { type: "platform" }) };
}

interface Counts {
  readonly project_id: string;
  readonly total: number;
  readonly healthy: number;
  readonly failing: number;
  readonly building: number;
  readonly changed_at: Date | null;
}

/** Counts in the given kinds of stages only: what may not be viewed is in no number and in no time. */
async function countEnvironments(reader: Reader, places: ReadonlyArray<{ id: string; kind: StageKind }>): Promise<Map<string, Counts>> {
  const rows = await reader.database.$queryRaw<Counts[]>`
    SELECT e.project_id, count(*)::int AS total,
      count(*) FILTER (WHERE e.health = 'healthy')::int AS healthy,
      count(*) FILTER (WHERE e.health IN ('crashing', 'unhealthy') OR r.state = 'failed')::int AS failing,
      count(*) FILTER (WHERE EXISTS (SELECT 1 FROM deployment d WHERE d.environment_id = e.id AND d.status IN ('queued', 'preparing', 'deploying', 'verifying')))::int AS building,
      max(e.changed_at) AS changed_at
    FROM unnest(${places.map(({ id }) => id)}::uuid[], ${places.map(({ kind }) => kind)}::text[]) AS place (project_id, kind)
    JOIN stage s ON s.project_id = place.project_id AND s.kind::text = place.kind
    JOIN environment e ON e.stage_id = s.id
    LEFT JOIN route r ON r.environment_id = e.id
    WHERE e.destroyed_at IS NULL GROUP BY e.project_id`;
  return new Map(rows.map((row) => [row.project_id, row]));
}

export interface ProjectSettings extends ProjectHead {
  readonly dockerfilePath: string;
  readonly contextPath: string;
  readonly port: number | null;
  readonly healthPath: string;
  readonly healthTimeoutSeconds: number;
  readonly protectedTags: readonly string[];
  /** The public half of the deploy key, to be given to the forge. */
  readonly deployKey: string | null;
  readonly credentialKind: "basic" | "ssh" | null;
}

/** Everything on the settings page; for whoever may administer the project. */
export async function getProjectSettings(reader: Reader, actor: Actor, slug: string): Promise<ProjectSettings> {
  const head = await readProject(reader, actor, slug);
  authorise(actor, "administer", { type: "project", projectId: head.id });
  const row = await reader.database.project.findUniqueOrThrow({
    where: { id: head.id },
    select: {
      dockerfilePath: true,
      contextPath: true,
      port: true,
      healthPath: true,
      healthTimeoutSeconds: true,
      protectedTags: true,
      credential: { select: { kind: true, publicKey: true } },
    },
  });
  const { credential, ...settings } = row;
  return {
    ...headOf(reader.settings, actor, head),
    ...settings,
    deployKey: credential?.publicKey ?? null,
    credentialKind: credential === null ? null : credential.kind === "ssh" ? "ssh" : "basic",
  };
}
