import type { ObservedApp } from "#lib/adapters/marathon/client.ts";
import type { HostUse, TaskUse } from "#lib/adapters/mesos/utilisation.ts";

import { type StoredTaker, sumOf, usedOf } from "./snapshot.ts";

/** A task of Berth's, where it runs and what it was promised. */
export interface Placement {
  readonly taskId: string;
  readonly agentId: string | null;
  /** The host's name, for Marathons that do not name the agent. */
  readonly host: string;
  readonly environmentId: string | null;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
}

/** Environments and jobs are listed apart. */
type Listing = "environments" | "jobs";

/** Where the tasks of the last passes over each cluster run: the utilisation needs no list calls of its own. */
const lastSeen = new Map<string | null, Readonly<Partial<Record<Listing, readonly Placement[]>>>>();

/** Keeps what a pass over a cluster has seen; a later look at how full it is tells by it who takes what. */
export function notePlacements(clusterId: string | null, apps: readonly ObservedApp[], listing: Listing = "environments"): void {
  lastSeen.set(clusterId, { ...lastSeen.get(clusterId), [listing]: placementsOf(apps) });
}

/** What the last passes over the cluster have seen. */
export function placementsIn(clusterId: string | null): readonly Placement[] {
  return Object.values(lastSeen.get(clusterId) ?? {}).flat();
}

/** The tasks that hold something of a host. */
export function placementsOf(apps: readonly ObservedApp[]): Placement[] {
  return apps.flatMap(({ labels, tasks, cpus, mem, disk }) =>
    tasks
      .filter((task) => task.state !== "ended")
      .map(({ id, agentId, host }) => ({
        taskId: id,
        agentId,
        host,
        environmentId: labels["berth.environment"] ?? null,
        cpus,
        mem,
        disk,
      })),
  );
}

/** Who takes how much of which host; a task on a host that is not there any more takes nothing. */
export function takersOf(
  placements: readonly Placement[],
  hosts: readonly Pick<HostUse, "id" | "name">[],
  used: readonly TaskUse[],
): StoredTaker[] {
  const ids = new Set(hosts.map((host) => host.id));
  const byName = new Map(hosts.map((host) => [host.name, host.id]));
  const usedBy = new Map(used.map((use) => [use.executorId, use]));
  const groups = new Map<string, Placement[]>();
  for (const placement of placements) {
    const hostId = placement.agentId !== null && ids.has(placement.agentId) ? placement.agentId : byName.get(placement.host);
    if (hostId === undefined) continue;
    const key = JSON.stringify([hostId, placement.environmentId]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [placement]);
    else group.push(placement);
  }
  return [...groups].map(([key, group]) => {
    const [hostId = "", environmentId = null]: (string | null)[] = JSON.parse(key);
    return {
      hostId: hostId ?? "",
      environmentId,
      tasks: group.length,
      promised: sumOf(group),
      used: usedOf(group.map(({ taskId }) => usedBy.get(taskId) ?? null)),
    };
  });
}
