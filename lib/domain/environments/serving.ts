import type { Serving } from "#lib/core/states.ts";

const known: readonly Serving[] = ["starting", "healthy", "unhealthy", "crashing", "stopped", "missing", "unknown"];

/** What people are told of an environment's health; without a release that ever answered there is nothing to tell. */
export function servingOf(health: string, hasLiveRelease: boolean): Serving {
  if (!hasLiveRelease && health !== "stopped") return "none";
  return known.find((state) => state === health) ?? "unknown";
}
