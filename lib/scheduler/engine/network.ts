import { schedulerLabel } from "./container-spec.ts";
import { EngineFailure, isEngineFailure } from "./engine-failure.ts";
import { type Engine, engineCall } from "./engine.ts";
import { routedSubnets } from "./routes.ts";
import { freeSubnets } from "./subnets.ts";

interface TaskNetwork {
  readonly id: string;
  readonly createdAt: string;
}

/** The networks of this scheduler as far as they are known; one look for each at a time. */
export interface Networks {
  /** The bridge in which nobody reaches anybody. */
  common: Promise<string> | null;
  readonly shared: Map<string, Promise<string>>;
  /** What an earlier process left behind was looked for. */
  tidy: boolean;
}

export interface NetworkWish {
  readonly name: string;
  readonly instance: string;
  /** Whose tasks reach each other in it; null for the bridge in which nobody reaches anybody. */
  readonly share: string | null;
}

const subnetTries = 8;
/**
 * On an app: those with the same value share a network, in which they find and reach each other; without it nobody reaches a task but by its
 * host ports. On a network: whose it is.
 */
export const shareLabel = "berth.network";

/**
 * Makes sure a network of tasks is there and answers its id. Names of networks are not unique: when two tries met, the older network is the
 * one, whoever asks, and the other goes.
 */
export async function ensureNetwork(engine: Engine, wish: NetworkWish): Promise<string> {
  if ((await findNetworks(engine, wish)).length === 0) await createNetwork(engine, wish);
  const [chosen, ...others] = await findNetworks(engine, wish);
  if (chosen === undefined)
    throw new EngineFailure("refused", `The network ${wish.name} cannot be created: somebody else has one of that name`, undefined);
  // One that is in use stays; nothing is lost by that.
  for (const other of others) await removeNetwork(engine, other.id);
  return chosen.id;
}

/** The shared networks of this scheduler, with whom they are for. */
export async function listSharedNetworks(engine: Engine, instance: string): Promise<{ id: string; share: string }[]> {
  const filters = { label: [`${schedulerLabel}=${instance}`, shareLabel] };
  const found = await engineCall(() => engine.listNetworks({ filters }), 15_000);
  return found.flatMap((network) => {
    const share = network.Labels?.[shareLabel];
    return share === undefined ? [] : [{ id: network.Id, share }];
  });
}

/** Removes a network unless somebody is in it. */
export async function removeNetwork(engine: Engine, id: string): Promise<void> {
  await engineCall(() => engine.getNetwork(id).remove()).catch(() => undefined);
}

/** Whether the engine has no addresses left for one more network. */
export function isOutOfAddresses(error: unknown): boolean {
  return error instanceof EngineFailure && /address pool|subnetted/i.test(error.message);
}

async function findNetworks(engine: Engine, { name, instance }: NetworkWish): Promise<TaskNetwork[]> {
  const filters = { name: [name], label: [`${schedulerLabel}=${instance}`] };
  const found = await engineCall(() => engine.listNetworks({ filters }), 15_000);
  return found
    .filter((network) => network.Name === name)
    .map((network) => ({ id: network.Id, createdAt: network.Created }))
    .sort((left, right) => left.createdAt.localeCompare(right.createdAt) || left.id.localeCompare(right.id));
}

/**
 * The bridge of all tasks takes what the engine gives. The shared ones are many, so they take nothing of its few pools as long as there is
 * something else; the other way round when the engine has nothing left.
 */
async function createNetwork(engine: Engine, wish: NetworkWish): Promise<void> {
  try {
    if (wish.share === null || !(await createInOwnRange(engine, wish))) await createIn(engine, wish, null);
  } catch (error) {
    if (wish.share !== null || !isOutOfAddresses(error) || !(await createInOwnRange(engine, wish))) throw error;
  }
}

/** False: nothing in the range could be had. */
async function createInOwnRange(engine: Engine, wish: NetworkWish): Promise<boolean> {
  const networks = await engineCall(() => engine.listNetworks(), 15_000);
  const own = networks.flatMap((network) => (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []));
  const taken = [...own, ...(await routedSubnets())];
  for (const subnet of freeSubnets(wish.name, taken, subnetTries)) {
    try {
      await createIn(engine, wish, subnet);
      return true;
    } catch (error) {
      // Somebody took it a moment ago, or the machine has a use for it that the engine did not tell.
      if (!isEngineFailure(error, "refused")) throw error;
    }
  }
  return false;
}

async function createIn(engine: Engine, { name, instance, share }: NetworkWish, subnet: string | null): Promise<void> {
  try {
    await engineCall(() =>
      engine.createNetwork({
        Name: name,
        Driver: "bridge",
        CheckDuplicate: true,
        Options: { "com.docker.network.bridge.enable_icc": share === null ? "false" : "true" },
        Labels: { [schedulerLabel]: instance, ...(share === null ? {} : { [shareLabel]: share }) },
        ...(subnet === null ? {} : { IPAM: { Driver: "default", Config: [{ Subnet: subnet }] } }),
      }),
    );
  } catch (error) {
    if (!isEngineFailure(error, "conflict")) throw error;
  }
}
