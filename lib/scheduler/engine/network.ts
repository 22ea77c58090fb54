import { schedulerLabel } from "./container-spec.ts";
import { isEngineFailure } from "./engine-failure.ts";
import { type Engine, engineCall } from "./engine.ts";

/** Makes sure the tasks' bridge is there: tasks reach out, but not each other. */
export async function ensureNetwork(engine: Engine, name: string, instance: string): Promise<void> {
  try {
    await engineCall(() => engine.getNetwork(name).inspect(), 15_000);
  } catch (error) {
    if (!isEngineFailure(error, "notFound")) throw error;
    await createNetwork(engine, name, instance);
  }
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
