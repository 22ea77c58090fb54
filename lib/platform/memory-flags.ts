import type { ProcessRole } from "./database/roles.ts";

/**
 * How much memory each process may take: the need that was measured with room to spare. A small young generation keeps idle
 * ones small. Prisma's query compiler is WebAssembly: its optimising compiler costs 50 MB and gains nothing measurable.
 */
export const memoryFlags: Readonly<Record<ProcessRole, readonly string[]>> = {
  web: ["--max-old-space-size=384", "--max-semi-space-size=16", "--liftoff-only"],
  worker: ["--max-old-space-size=320", "--max-semi-space-size=2", "--liftoff-only", "--optimize-for-size"],
  gateway: ["--max-old-space-size=256", "--max-semi-space-size=8"],
  scheduler: ["--max-old-space-size=256", "--max-semi-space-size=2", "--optimize-for-size"],
};
