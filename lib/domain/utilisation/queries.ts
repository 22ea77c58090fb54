import { type Actor, authorise, may } from "../access/policy.ts";
import type { Reader } from "../projects/head.ts";
import {
  type Amounts,
  type StoredHost,
  type StoredTaker,
  type Used,
  restOf,
  storedHosts,
  storedTakers,
  sumOf,
  usedOf,
  usedRest,
} from "./snapshot.ts";
import { type KnownEnvironment, type Sort, type Taken, type Takers, takersBy } from "./takers.ts";

export interface HostPage extends Omit<StoredHost, "version"> {
  readonly takers: Takers;
  /** What runs beside Berth's own apps; null when there is nothing. */
  readonly foreign: Omit<Taken, "tasks"> | null;
}

/** Some minutes of the last day, as shares of what the cluster had. */
export interface HistoryPoint {
  readonly at: Date;
  readonly cpus: { readonly promised: number; readonly used: number | null };
  readonly mem: { readonly promised: number; readonly used: number | null };
}

export interface ClusterPage {
  readonly key: string;
  readonly name: string;
  readonly readAt: Date;
  /** The last look is too old to say anything of now. */
  readonly isStale: boolean;
  readonly total: Amounts;
  readonly promised: Amounts;
  readonly free: Amounts;
  readonly used: Used;
  readonly tasks: number;
  readonly hosts: readonly HostPage[];
  readonly moreHosts: number;
  readonly takers: Takers;
  readonly foreign: Omit<Taken, "tasks"> | null;
  readonly history: readonly HistoryPoint[];
}

const staleMs = 90_000;
const hostsAtMost = 50;
const clustersAtMost = 20;
/** Points of a curve: one every ten minutes. */
const secondsPerPoint = 600;

/** What every cluster has, what is promised and used of it, and which project takes it; hidden projects are one sum. Throws `forbidden`. */
export async function getUtilisation(reader: Reader, actor: Actor, sort: Sort): Promise<ClusterPage[]> {
  authorise(actor, "see_health", { type: "platform" });
  const rows = await reader.database.clusterUse.findMany({
    orderBy: { key: "asc" },
    select: { key: true, operatorsName: true, hosts: true, takers: true, readAt: true, cluster: { select: { name: true } } },
  });
  const read = rows.map((row) => ({ ...row, hosts: storedHosts.parse(row.hosts), takers: storedTakers.parse(row.takers) }));
  const [known, histories, settings] = await Promise.all([
    environmentsOf(
      reader,
      actor,
      read.flatMap(({ takers }) => takers),
    ),
    readHistories(reader),
    reader.database.cluster.findFirst({ where: { isDefault: true }, select: { name: true } }),
  ]);
  return read
    .map((row) => {
      const name = row.cluster?.name ?? settings?.name ?? row.operatorsName ?? "The cluster";
      return clusterPage({ ...row, name, history: histories.get(row.key) ?? [] }, known, sort);
    })
    .toSorted((one, other) => Number(other.key === "settings") - Number(one.key === "settings") || one.name.localeCompare(other.name, "en"))
    .slice(0, clustersAtMost);
}

/** Of the environments that take something, those the actor may view. */
async function environmentsOf(reader: Reader, actor: Actor, takers: readonly StoredTaker[]): Promise<Map<string, KnownEnvironment>> {
  const ids = [...new Set(takers.flatMap(({ environmentId }) => (environmentId === null ? [] : [environmentId])))];
  const rows = await reader.database.environment.findMany({
    where: { id: { in: ids }, project: { deletedAt: null } },
    select: {
      id: true,
      name: true,
      projectId: true,
      stage: { select: { kind: true } },
      project: { select: { slug: true, name: true } },
    },
  });
  const visible = rows.filter(({ projectId, stage }) => may(actor, "view", { type: "environment", projectId, stageKind: stage.kind }));
  return new Map(visible.map(({ id, name, project }) => [id, { id, name, project }]));
}

interface ReadCluster {
  readonly key: string;
  readonly name: string;
  readonly readAt: Date;
  readonly hosts: readonly StoredHost[];
  readonly takers: readonly StoredTaker[];
  readonly history: readonly HistoryPoint[];
}

function clusterPage(row: ReadCluster, known: ReadonlyMap<string, KnownEnvironment>, sort: Sort): ClusterPage {
  const active = row.hosts.filter((host) => host.active);
  const used = usedOf(active.map((host) => host.used));
  const hosts = row.hosts.map((host) => hostPage(host, row.takers, known, sort));
  return {
    key: row.key,
    name: row.name,
    readAt: row.readAt,
    isStale: Date.now() - row.readAt.getTime() > staleMs,
    total: sumOf(active.map((host) => host.total)),
    promised: sumOf(active.map((host) => host.promised)),
    free: sumOf(active.map((host) => host.free)),
    used,
    tasks: active.reduce((sum, { tasks }) => sum + tasks.running + tasks.starting, 0),
    hosts: hosts.slice(0, hostsAtMost),
    moreHosts: Math.max(0, hosts.length - hostsAtMost),
    takers: takersBy(row.takers, known, sort),
    foreign: foreignOf(sumOf(row.hosts.map((host) => host.promised)), usedOf(row.hosts.map((host) => host.used)), row.takers),
    history: row.history,
  };
}

function hostPage(host: StoredHost, takers: readonly StoredTaker[], known: ReadonlyMap<string, KnownEnvironment>, sort: Sort): HostPage {
  const own = takers.filter(({ hostId }) => hostId === host.id);
  const { version: _, ...shown } = host;
  return { ...shown, takers: takersBy(own, known, sort), foreign: foreignOf(host.promised, host.used, own) };
}

/** Berth's list and the master's numbers are not of one moment: a hundredth of a CPU or a mebibyte is nobody. */
function foreignOf(promised: Amounts, used: Used, takers: readonly StoredTaker[]): Omit<Taken, "tasks"> | null {
  const rest = restOf(promised, sumOf(takers.map((taker) => taker.promised)));
  if (rest.cpus < 0.01 && rest.mem < 1) return null;
  return { promised: rest, used: usedRest(used, usedOf(takers.map((taker) => taker.used))) };
}

interface Bucket {
  readonly key: string;
  readonly at: Date;
  readonly cpus_promised: number | null;
  readonly cpus_used: number | null;
  readonly mem_promised: number | null;
  readonly mem_used: number | null;
}

async function readHistories(reader: Reader): Promise<Map<string, HistoryPoint[]>> {
  const rows = await reader.database.$queryRaw<Bucket[]>`
    SELECT key, to_timestamp(floor(extract(epoch FROM at) / ${secondsPerPoint}) * ${secondsPerPoint}) AS at,
      avg(cpus_promised / nullif(cpus, 0)) AS cpus_promised, avg(cpus_used / nullif(cpus, 0)) AS cpus_used,
      avg(mem_promised / nullif(mem, 0)) AS mem_promised, avg(mem_used / nullif(mem, 0)) AS mem_used
    FROM cluster_use_sample WHERE at > now() - interval '1 day' GROUP BY 1, 2 ORDER BY 1, 2`;
  const histories = new Map<string, HistoryPoint[]>();
  for (const row of rows) {
    const points = histories.get(row.key) ?? [];
    points.push({
      at: row.at,
      cpus: { promised: row.cpus_promised ?? 0, used: row.cpus_used },
      mem: { promised: row.mem_promised ?? 0, used: row.mem_used },
    });
    histories.set(row.key, points);
  }
  return histories;
}
