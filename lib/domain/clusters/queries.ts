import { BerthError } from "#lib/core/errors.ts";
import type { Prisma } from "#lib/platform/database/client.ts";

import { type Actor, authorise } from "../access/policy.ts";
import { type Reader, readProject } from "../projects/head.ts";
import { type Finding, findingsOf } from "./words-of-findings.ts";

export type ClusterState = "checking" | "up" | "down";

export interface ClusterRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** The one of the settings: read-only. */
  readonly isDefault: boolean;
  /** Berth's own scheduler. */
  readonly embedded: boolean;
  readonly urls: readonly string[];
  readonly state: ClusterState;
  readonly since: Date;
  /** Why it is down. */
  readonly detail: string | null;
  readonly version: string | null;
  readonly leader: string | null;
  readonly environments: number;
  readonly findings: readonly Finding[] | null;
  readonly checkedAt: Date | null;
  /** The doctor is at it, or will be. */
  readonly checking: boolean;
}

export interface ClusterDetails extends ClusterRow {
  readonly credentials: "none" | "basic" | "token";
  readonly username: string | null;
  readonly caCertificate: string | null;
  readonly mesosUrl: string | null;
  readonly addedByName: string | null;
  readonly createdAt: Date;
  readonly seenAt: Date | null;
  readonly users: readonly ClusterUser[];
  /** Projects whose new environments go there, by their own choice or a stage's. */
  readonly chosenBy: ReadonlyArray<{ readonly slug: string; readonly name: string }>;
}

/** A project whose environments run in a cluster. */
export interface ClusterUser {
  readonly slug: string;
  readonly name: string;
  readonly environments: number;
}

const listedAtMost = 200;
const usersAtMost = 200;

const selection = {
  id: true,
  slug: true,
  name: true,
  isDefault: true,
  embedded: true,
  urls: true,
  credentialKind: true,
  username: true,
  caCertificate: true,
  mesosUrl: true,
  addedByName: true,
  createdAt: true,
  state: true,
  stateSince: true,
  detail: true,
  seenAt: true,
  version: true,
  leader: true,
  report: true,
  checkedAt: true,
  checkRequestedAt: true,
} as const satisfies Prisma.ClusterSelect;
type Row = Prisma.ClusterGetPayload<{ select: typeof selection }>;

/** All clusters, the one of the settings first. For whoever may manage them. */
export async function listClusters(reader: Pick<Reader, "database">, actor: Actor): Promise<ClusterRow[]> {
  authorise(actor, "manage_clusters", { type: "platform" });
  const [rows, counts] = await Promise.all([
    reader.database.cluster.findMany({ select: selection, orderBy: [{ isDefault: "desc" }, { name: "asc" }], take: listedAtMost }),
    reader.database.environment.groupBy({ by: ["clusterId"], where: { destroyedAt: null }, _count: true }),
  ]);
  return rows.map((row) => toRow(row, counts.find(({ clusterId }) => clusterId === (row.isDefault ? null : row.id))?._count ?? 0));
}

/** One cluster with everything but its secret. Throws `not_found`. */
export async function getCluster(reader: Pick<Reader, "database">, actor: Actor, id: string): Promise<ClusterDetails> {
  authorise(actor, "manage_clusters", { type: "platform" });
  const row = await reader.database.cluster.findUnique({ where: { id }, select: selection });
  if (row === null) throw new BerthError("not_found");
  const users = await reader.database.$queryRaw<ClusterUser[]>`
    SELECT p.slug, p.name, count(*)::int AS environments FROM environment e JOIN project p ON p.id = e.project_id
    WHERE e.destroyed_at IS NULL AND e.cluster_id IS NOT DISTINCT FROM ${row.isDefault ? null : row.id}::uuid
    GROUP BY p.slug, p.name ORDER BY p.name, p.slug LIMIT ${usersAtMost}`;
  const chosenBy = row.isDefault
    ? []
    : await reader.database.project.findMany({
        where: { deletedAt: null, OR: [{ clusterId: id }, { stages: { some: { clusterId: id, removedAt: null } } }] },
        select: { slug: true, name: true },
        orderBy: { name: "asc" },
        take: usersAtMost,
      });
  const { username, caCertificate, mesosUrl, addedByName, createdAt, seenAt } = row;
  const environments = users.reduce((sum, user) => sum + user.environments, 0);
  const credentials = row.credentialKind === "basic" || row.credentialKind === "token" ? row.credentialKind : "none";
  return { ...toRow(row, environments), credentials, username, caCertificate, mesosUrl, addedByName, createdAt, seenAt, users, chosenBy };
}

function toRow(row: Row, environments: number): ClusterRow {
  const { id, slug, name, isDefault, embedded, urls, stateSince: since, detail, version, leader, checkedAt } = row;
  const state = row.state === "up" || row.state === "down" ? row.state : "checking";
  const findings = checkedAt === null ? null : findingsOf(row.report);
  const checking = state === "checking" || row.checkRequestedAt !== null;
  return { id, slug, name, isDefault, embedded, urls, state, since, detail, version, leader, environments, findings, checkedAt, checking };
}

export interface ClusterChoice {
  readonly slug: string;
  /** Null: the cluster of the settings. */
  readonly chosen: string | null;
  readonly defaultName: string;
  readonly options: ReadonlyArray<{ readonly id: string; readonly name: string; readonly state: ClusterState; readonly answered: boolean }>;
  readonly stages: ReadonlyArray<{
    readonly name: string;
    readonly title: string;
    /** Whether it has a choice of its own. */
    readonly own: boolean;
    readonly chosen: string | null;
  }>;
  /** Environments that run elsewhere than new ones of their stage would be made, with where. */
  readonly elsewhere: ReadonlyArray<{ readonly name: string; readonly cluster: string }>;
}

const elsewhereAtMost = 100;

/** Where new environments of a project are made, and what runs elsewhere still. For whoever may administer the project. */
export async function getClusterChoice(reader: Reader, actor: Actor, slug: string): Promise<ClusterChoice> {
  const { id } = await readProject(reader, actor, slug);
  authorise(actor, "administer", { type: "project", projectId: id });
  const [project, clusters, elsewhere] = await Promise.all([
    reader.database.project.findUniqueOrThrow({
      where: { id },
      select: {
        clusterId: true,
        stages: {
          where: { removedAt: null },
          orderBy: { position: "asc" },
          select: { name: true, title: true, ownCluster: true, clusterId: true },
        },
      },
    }),
    reader.database.cluster.findMany({
      select: { id: true, name: true, state: true, answeredAt: true, isDefault: true },
      orderBy: { name: "asc" },
      take: listedAtMost,
    }),
    reader.database.$queryRaw<Array<{ name: string; cluster: string | null }>>`
      SELECT e.name, c.name AS cluster FROM environment e JOIN stage s ON s.id = e.stage_id JOIN project p ON p.id = e.project_id
      LEFT JOIN cluster c ON c.id = e.cluster_id
      WHERE e.project_id = ${id}::uuid AND e.destroyed_at IS NULL
        AND e.cluster_id IS DISTINCT FROM CASE WHEN s.own_cluster THEN s.cluster_id ELSE p.cluster_id END
      ORDER BY e.name LIMIT ${elsewhereAtMost}`,
  ]);
  const defaultName = clusters.find(({ isDefault }) => isDefault)?.name ?? "Cluster of the settings";
  return {
    slug,
    chosen: project.clusterId,
    defaultName,
    options: clusters
      .filter(({ isDefault }) => !isDefault)
      .map(({ id: cluster, name, state, answeredAt }) => ({
        id: cluster,
        name,
        state: state === "up" || state === "down" ? state : "checking",
        answered: answeredAt !== null,
      })),
    stages: project.stages.map(({ name, title, ownCluster, clusterId }) => ({ name, title, own: ownCluster, chosen: clusterId })),
    elsewhere: elsewhere.map(({ name, cluster }) => ({ name, cluster: cluster ?? defaultName })),
  };
}

export interface EnvironmentCluster {
  readonly name: string;
  readonly isDefault: boolean;
  /** Since when it has not answered; null while it does. */
  readonly downSince: Date | null;
}

/** The clusters environments run in, by `cluster_id`, for whoever was shown the environments already. Before the worker's first start the default is not known. */
export async function clustersOfEnvironments(
  reader: Pick<Reader, "database">,
  clusterIds: ReadonlyArray<string | null>,
): Promise<ReadonlyMap<string | null, EnvironmentCluster>> {
  const rows = await reader.database.cluster.findMany({
    where: { OR: [{ isDefault: true }, { id: { in: clusterIds.filter((id) => id !== null) } }] },
    select: { id: true, name: true, isDefault: true, state: true, stateSince: true },
  });
  return new Map(
    rows.map(({ id, name, isDefault, state, stateSince }) => [
      isDefault ? null : id,
      { name, isDefault, downSince: state === "down" ? stateSince : null },
    ]),
  );
}
