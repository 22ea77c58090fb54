import { type Engine } from "../engine/engine.ts";
import { type ContainerStats, readStats } from "../engine/stats.ts";
import { createLimiter } from "./limiter.ts";
import { type Task } from "./task.ts";

/** What the running tasks use, looked at when somebody asks and not oftener than every few seconds. */
export interface Usage {
  /** By task id; tasks of which the engine said nothing are left out. Throws EngineFailure when it said nothing at all. */
  read(tasks: readonly Task[]): Promise<ReadonlyMap<string, ContainerStats>>;
}

/** Milliseconds for which an answer serves everybody. */
const lasts = 5_000;
const callsAtATime = 4;

export function createUsage(engine: Engine): Usage {
  const calls = createLimiter(callsAtATime);
  let last: { readonly at: number; readonly looking: Promise<ReadonlyMap<string, ContainerStats>> } | null = null;

  async function look(ids: readonly string[]): Promise<ReadonlyMap<string, ContainerStats>> {
    const found = new Map<string, ContainerStats>();
    const failures: unknown[] = [];
    await Promise.all(
      ids.map((id) =>
        calls.run(async () => {
          // What is away answers nobody: one failure is enough to know it.
          if (failures.length > 0) return;
          const stats = await readStats(engine, id).catch((error: unknown) => void failures.push(error));
          if (stats != null) found.set(id, stats);
        }),
      ),
    );
    if (failures.length > 0 && found.size === 0) throw failures[0];
    return found;
  }

  return {
    read(tasks) {
      const ids = tasks.filter((task) => task.state === "TASK_RUNNING").map((task) => task.id);
      if (ids.length === 0) return Promise.resolve(new Map());
      if (last !== null && performance.now() - last.at < lasts) return last.looking;
      const looking = look(ids);
      last = { at: performance.now(), looking };
      looking.catch(() => {
        if (last?.looking === looking) last = null;
      });
      return looking;
    },
  };
}
