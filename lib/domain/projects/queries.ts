import type { StageKind } from "#lib/platform/database/client.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { type ProjectHead, type Reader, headOf, headSelection, readProject } from "./head.ts";
import { describeRule } from "./pipeline.ts";

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
    where: visibleTo(actor),
    select: { ...headSelection, createdAt: true },
    orderBy: { createdAt: "desc" },
    take: listedAtMost,
  });
  const counts = await countEnvironments(
    reader,
    rows.map((row) => row.id),
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

/** Just the names, for the switcher on every page, and whether the actor may make more. */
export async function listProjectNames(
  reader: Reader,
  actor: Actor,
): Promise<{ projects: Array<{ slug: string; name: string }>; mayCreate: boolean }> {
  const projects = await reader.database.project.findMany({
    where: visibleTo(actor),
    select: { slug: true, name: true },
    orderBy: { name: "asc" },
    take: listedAtMost,
  });
  return { projects, mayCreate: may(actor, "create_project", { type: "platform" }) };
}

function visibleTo(actor: Actor) {
  return { deletedAt: null, ...(actor.isAdmin ? {} : { id: { in: [...actor.grants.keys()] } }) };
}

interface Counts {
  readonly project_id: string;
  readonly total: number;
  readonly healthy: number;
  readonly failing: number;
  readonly building: number;
  readonly changed_at: Date | null;
}

async function countEnvironments(reader: Reader, projectIds: readonly string[]): Promise<Map<string, Counts>> {
  const rows = await reader.database.$queryRaw<Counts[]>`
    SELECT e.project_id, count(*)::int AS total,
      count(*) FILTER (WHERE e.health = 'healthy')::int AS healthy,
      count(*) FILTER (WHERE e.health IN ('crashing', 'unhealthy') OR r.state = 'failed')::int AS failing,
      count(*) FILTER (WHERE EXISTS (SELECT 1 FROM deployment d WHERE d.environment_id = e.id AND d.status IN ('queued', 'preparing', 'deploying', 'verifying')))::int AS building,
      max(e.changed_at) AS changed_at
    FROM environment e LEFT JOIN route r ON r.environment_id = e.id
    WHERE e.destroyed_at IS NULL AND e.project_id = ANY(${[...projectIds]}::uuid[]) GROUP BY e.project_id`;
  return new Map(rows.map((row) => [row.project_id, row]));
}

export interface ProjectSettings extends ProjectHead {
  readonly dockerfilePath: string;
  readonly contextPath: string;
  readonly port: number | null;
  readonly healthPath: string;
  readonly healthTimeoutSeconds: number;
  /** The public half of the deploy key, to be given to the forge. */
  readonly deployKey: string | null;
  readonly credentialKind: "basic" | "ssh" | null;
  readonly stages: ReadonlyArray<{
    readonly id: string;
    readonly name: string;
    readonly title: string;
    readonly kind: StageKind;
    readonly redeployOnPush: boolean;
    readonly instances: number;
    readonly cpus: number;
    readonly mem: number;
    readonly starts: string;
    readonly refs: string;
  }>;
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
      credential: { select: { kind: true, publicKey: true } },
      stages: { orderBy: { position: "asc" } },
    },
  });
  const { credential, stages, ...settings } = row;
  return {
    ...headOf(reader.settings, actor, head),
    ...settings,
    deployKey: credential?.publicKey ?? null,
    credentialKind: credential === null ? null : credential.kind === "ssh" ? "ssh" : "basic",
    stages: stages.map(({ id, name, title, kind, redeployOnPush, instances, cpus, mem, starts, ...rule }) => ({
      id,
      name,
      title,
      kind,
      redeployOnPush,
      instances,
      cpus,
      mem,
      starts,
      refs: describeRule(rule),
    })),
  };
}
