import type { WorkerContext } from "./context.ts";

/** Beyond this many hosts the room is understated; that errs on the side of warning. */
const hostsAtMost = 1000;

/** Keeps for the pages how full a cluster is. Throws `unavailable` where its master does not say; what was read before grows old then. */
export async function recordCluster(context: WorkerContext, clusterId: string | null): Promise<void> {
  const { cluster } = await context.clusters.of(clusterId);
  const { total, promised, hosts } = await cluster.use();
  const active = hosts.filter((host) => host.active).slice(0, hostsAtMost);
  const data = {
    cpus: total.cpus,
    cpusPromised: promised.cpus,
    mem: total.mem,
    memPromised: promised.mem,
    // What is only being offered to somebody comes back in a moment.
    hosts: active.map((host) => ({
      cpus: Math.max(0, host.total.cpus - host.promised.cpus),
      mem: Math.max(0, host.total.mem - host.promised.mem),
    })),
    readAt: new Date(),
  };
  if (clusterId === null)
    await context.database.clusterSnapshot.upsert({ where: { id: 1 }, create: { id: 1, ...data }, update: data, select: { id: true } });
  else
    await context.database.clusterSnapshot.upsert({
      where: { clusterId },
      create: { clusterId, ...data },
      update: data,
      select: { id: true },
    });
}
