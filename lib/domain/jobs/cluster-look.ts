import type { ObservedApp } from "#lib/adapters/marathon/model.ts";

import type { ClusterParts } from "../clusters/parts.ts";

/** What the cluster was seen to hold before the run's row was read. */
export interface ClusterLook {
  readonly parts: ClusterParts;
  readonly apps: ReadonlyMap<string, ObservedApp>;
  /** Asked at most once for each look. */
  readonly delayOf: (appId: string) => Promise<{ readonly seconds: number; readonly reasons: readonly string[] } | null>;
}
