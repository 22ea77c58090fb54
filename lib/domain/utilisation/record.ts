import type { ClusterReader } from "#lib/adapters/mesos/cluster.ts";
import type { ClusterUse, HostUse, TaskUse } from "#lib/adapters/mesos/utilisation.ts";
import { describeError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";

import type { WorkerContext } from "../workers/context.ts";
import { placementsIn, takersOf } from "./placements.ts";
import { type StoredHost, sumOf, usedOf } from "./snapshot.ts";

/** Beyond this many hosts a page tells nothing; they are cut by name. */
const hostsAtMost = 500;
const agentsAtATime = 8;

/** The name of a cluster's rows. */
export function keyOf(clusterId: string | null): string {
  return clusterId ?? "settings";
}

/** Looks at how full a cluster is, how much is really used and who takes it, and keeps it for the pages. Throws `unavailable`. */
export async function recordUtilisation(
  context: Pick<WorkerContext, "database" | "log">,
  clusterId: string | null,
  cluster: Pick<ClusterReader, "use" | "used">,
): Promise<void> {
  const use = await cluster.use();
  const seen = use.hosts.slice(0, hostsAtMost);
  const used = await usedByHost(cluster, seen, context.log);
  const hosts = seen.map((host) => storedHost(host, used.get(host.id) ?? null));
  const takers = takersOf(placementsIn(clusterId), seen, [...used.values()].flat());
  const data = { clusterId, operatorsName: use.name, hosts, takers, readAt: new Date() };
  const key = keyOf(clusterId);
  await context.database.clusterUse.upsert({ where: { key }, create: { key, ...data }, update: data, select: { key: true } });
  await keepSample(context, key, use, usedOf(hosts.map((host) => host.used)));
}

/** What runs on each host really uses, as far as the agents say; a host whose agent was not measured twice is not in it. */
async function usedByHost(cluster: Pick<ClusterReader, "used">, hosts: readonly HostUse[], log: Log): Promise<Map<string, TaskUse[]>> {
  const found = new Map<string, TaskUse[]>();
  const asked = hosts.filter((host) => host.active && host.tasks.running > 0);
  const next = asked.values();
  const ask = async () => {
    for (const { id, address } of next) {
      if (address === null) continue;
      try {
        found.set(id, await cluster.used(address));
      } catch (error) {
        log.debug({ host: id, reason: describeError(error) }, "An agent does not say what its tasks use.");
      }
    }
  };
  await Promise.all(Array.from({ length: agentsAtATime }, ask));
  return found;
}

function storedHost(host: HostUse, used: readonly TaskUse[] | null): StoredHost {
  const { id, name, active, total, promised, free, tasks, version } = host;
  const idle = tasks.running === 0 ? { cpus: 0, mem: 0 } : null;
  return { id, name, active, total, promised, free, used: used === null ? idle : usedOf(used), tasks, version };
}

/** One row a minute and cluster, for a day. */
async function keepSample(
  context: Pick<WorkerContext, "database">,
  key: string,
  use: ClusterUse,
  used: { cpus: number; mem: number } | null,
): Promise<void> {
  const promised = sumOf(use.hosts.filter((host) => host.active).map((host) => host.promised));
  const kept = await context.database.$executeRaw`
    INSERT INTO cluster_use_sample (key, at, cpus, cpus_promised, cpus_used, mem, mem_promised, mem_used)
    VALUES (${key}, date_trunc('minute', now()), ${use.total.cpus}, ${promised.cpus}, ${used?.cpus ?? null}, ${use.total.mem}, ${promised.mem}, ${used?.mem ?? null})
    ON CONFLICT (key, at) DO UPDATE SET cpus_used = EXCLUDED.cpus_used, mem_used = EXCLUDED.mem_used
    WHERE cluster_use_sample.cpus_used IS NULL AND EXCLUDED.cpus_used IS NOT NULL`;
  if (kept > 0) await context.database.$executeRaw`DELETE FROM cluster_use_sample WHERE key = ${key} AND at < now() - interval '1 day'`;
}
