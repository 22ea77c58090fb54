import { z } from "zod";

import { isEngineFailure } from "./engine-failure.ts";
import { type Engine, engineCall } from "./engine.ts";

/** What a container has used since it began, and holds now. */
export interface ContainerStats {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Without the file cache the kernel could take back, as `docker stats` counts it. */
  readonly memoryBytes: number;
  /** Unix seconds. */
  readonly at: number;
}

const amount = z.number().nonnegative().catch(0);
const statsSchema = z.object({
  read: z.string(),
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: amount, usage_in_kernelmode: amount }) }),
  memory_stats: z.object({
    usage: z.number().nonnegative(),
    stats: z.object({ inactive_file: amount, total_inactive_file: amount }).partial().nullish(),
  }),
});

const nanoseconds = 1_000_000_000;

/**
 * One look at a container, without the second one that the engine would otherwise wait for. Null for one that does not run. Throws
 * EngineFailure when the engine does not tell.
 */
export async function readStats(engine: Engine, id: string): Promise<ContainerStats | null> {
  try {
    const options = { stream: false as const, "one-shot": true as const };
    const answer: unknown = await engineCall(() => engine.getContainer(id).stats(options), 10_000);
    const parsed = statsSchema.safeParse(answer);
    return parsed.success ? toStats(parsed.data) : null;
  } catch (error) {
    if (isEngineFailure(error, "notFound")) return null;
    throw error;
  }
}

function toStats({ read, cpu_stats: { cpu_usage: cpu }, memory_stats: memory }: z.infer<typeof statsSchema>): ContainerStats | null {
  // A container that has just ended answers with a time that never was.
  const at = Date.parse(read) / 1_000;
  if (!(at > 0)) return null;
  const cache = memory.stats?.inactive_file ?? memory.stats?.total_inactive_file ?? 0;
  const system = Math.min(cpu.usage_in_kernelmode, cpu.total_usage);
  return {
    userSeconds: (cpu.total_usage - system) / nanoseconds,
    systemSeconds: system / nanoseconds,
    memoryBytes: Math.max(0, memory.usage - cache),
    at,
  };
}
