import { schedulerLabel } from "./container-spec.ts";
import { EngineFailure, isEngineFailure } from "./engine-failure.ts";
import { type Engine, engineCall } from "./engine.ts";

interface TaskNetwork {
  readonly id: string;
  readonly createdAt: string;
}

/**
 * Makes sure the tasks' bridge is there (tasks reach out, but not each other) and answers its id. Names of networks are not unique: when two
 * tries met, the older network is the one, whoever asks, and the other goes.
 */
export async function ensureNetwork(engine: Engine, name: string, instance: string): Promise<string> {
  if ((await findNetworks(engine, name, instance)).length === 0) await createNetwork(engine, name, instance);
  const [chosen, ...others] = await findNetworks(engine, name, instance);
  if (chosen === undefined)
    throw new EngineFailure("refused", `The network ${name} cannot be created: somebody else has one of that name`, undefined);
  // One that is in use stays; nothing is lost by that.
  for (const other of others) await engineCall(() => engine.getNetwork(other.id).remove()).catch(() => undefined);
  return chosen.id;
}

async function findNetworks(engine: Engine, name: string, instance: string): Promise<TaskNetwork[]> {
  const filters = { name: [name], label: [`${schedulerLabel}=${instance}`] };
  const found = await engineCall(() => engine.listNetworks({ filters }), 15_000);
  return found
    .filter((network) => network.Name === name)
    .map((network) => ({ id: network.Id, createdAt: network.Created }))
    .sort((left, right) => left.createdAt.localeCompare(right.createdAt) || left.id.localeCompare(right.id));
}

async function createNetwork(engine: Engine, name: string, instance: string): Promise<void> {
  try {
    await engineCall(() =>
      engine.createNetwork({
        Name: name,
        Driver: "bridge",
        CheckDuplicate: true,
        Options: { "com.docker.network.bridge.enable_icc": "false" },
        Labels: { [schedulerLabel]: instance },
      }),
    );
  } catch (error) {
    if (!isEngineFailure(error, "conflict")) throw error;
  }
}
