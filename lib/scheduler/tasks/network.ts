import { createHash } from "node:crypto";

import { internalNameOf } from "#lib/core/mesos-dns.ts";

import { usesHostNetwork } from "../engine/container-spec.ts";
import { ensureNetwork, isOutOfAddresses, listSharedNetworks, removeNetwork, shareLabel } from "../engine/network.ts";
import { type AppDefinition } from "../model/app.ts";
import { type Scheduler } from "../scheduler.ts";
import { type Task } from "./task.ts";

export interface TaskNetwork {
  readonly id: string;
  /** What the others in it call the task. */
  readonly aliases: readonly string[];
}

/** Begins to make the network of an app's tasks while everything else is prepared. What fails is tried again when it is needed. */
export function prepareNetwork(scheduler: Scheduler, app: AppDefinition): void {
  networkId(scheduler, shareOf(scheduler, app)).catch(() => undefined);
}

/** The network a task starts in, made where it is not there. Throws EngineFailure. */
export async function networkOf(scheduler: Scheduler, task: Pick<Task, "id" | "app">): Promise<TaskNetwork> {
  const share = shareOf(scheduler, task.app);
  if (share === null) return { id: await networkId(scheduler, null), aliases: [] };
  try {
    return { id: await networkId(scheduler, share), aliases: [internalNameOf(task.app.id).host] };
  } catch (error) {
    if (!isOutOfAddresses(error)) throw error;
    const words = "The Docker Engine has no address range left for another network: this task has no name inside the cluster.";
    scheduler.log.warn({ task: task.id }, words);
    scheduler.sandboxes.note(task.id, `${words} Its default-address-pools say how many networks there can be.\n`);
    return { id: await networkId(scheduler, null), aliases: [] };
  }
}

/** Forgets every network, as after a restart of the engine, and makes sure that the tasks' common bridge is there. */
export function refreshNetworks(scheduler: Scheduler): Promise<string> {
  scheduler.networks.shared.clear();
  scheduler.networks.tidy = false;
  return lookFor(scheduler, null);
}

/** Forgets the network of an app's tasks: somebody has removed it. */
export function forgetNetwork(scheduler: Scheduler, app: AppDefinition): void {
  const share = shareOf(scheduler, app);
  if (share === null) scheduler.networks.common = null;
  else scheduler.networks.shared.delete(share);
}

/** Removes the networks in which nobody is or will be. Throws EngineFailure. */
export async function removeIdleNetworks(scheduler: Scheduler): Promise<void> {
  const { engine, networks, settings } = scheduler;
  const wanted = () => new Set([...scheduler.state.allAlive()].map(({ app }) => shareOf(scheduler, app)));
  const before = wanted();
  if (networks.tidy && [...networks.shared.keys()].every((share) => before.has(share))) return;
  for (const { id, share } of await listSharedNetworks(engine, settings.instance)) {
    // A task may have begun meanwhile.
    if (wanted().has(share)) continue;
    networks.shared.delete(share);
    await removeNetwork(engine, id);
  }
  networks.tidy = true;
}

function shareOf(scheduler: Scheduler, app: AppDefinition): string | null {
  if (usesHostNetwork(scheduler.settings, app)) return null;
  const share = app.labels[shareLabel] ?? "";
  return share === "" ? null : share;
}

function networkId(scheduler: Scheduler, share: string | null): Promise<string> {
  const { common, shared } = scheduler.networks;
  return (share === null ? common : shared.get(share)) ?? lookFor(scheduler, share);
}

function lookFor(scheduler: Scheduler, share: string | null): Promise<string> {
  const { engine, settings, networks } = scheduler;
  const name = share === null ? settings.networkName : `${settings.networkName}-${hashOf(share)}`;
  const looking = ensureNetwork(engine, { name, instance: settings.instance, share });
  if (share === null) networks.common = looking;
  else networks.shared.set(share, looking);
  looking.catch(() => {
    if (networks.common === looking) networks.common = null;
    if (share !== null && networks.shared.get(share) === looking) networks.shared.delete(share);
  });
  return looking;
}

function hashOf(share: string): string {
  return createHash("sha256").update(share).digest("hex").slice(0, 16);
}
