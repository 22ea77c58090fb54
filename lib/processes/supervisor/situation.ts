import type { EngineChoice } from "#lib/adapters/engine-local/engine.ts";
import type { EmbeddedPostgres } from "#lib/adapters/postgres-embedded/server.ts";
import type { LocalRegistry } from "#lib/adapters/registry-local/registry.ts";
import type { Config } from "#lib/platform/config.ts";
import type { ProcessRole } from "#lib/platform/database/roles.ts";

import type { Child } from "./child.ts";
import type { Home } from "./home.ts";
import type { Identities } from "./identities.ts";
import type { Keys } from "./keys.ts";
import type { Terminal } from "./terminal.ts";

/** Everything the supervisor knows: what it was given, and what runs by now, for stopping it again. */
export interface Situation {
  readonly config: Config;
  /** The environment the supervisor was started with. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** The repository: sources, dist/ and node_modules/. */
  readonly root: string;
  readonly home: Home;
  readonly keys: Keys;
  readonly instance: string;
  readonly identities: Identities;
  readonly terminal: Terminal;
  /** By the monotonic clock, in milliseconds. */
  readonly startedAt: number;
  /** Aborted when Berth is to stop, by a signal or because a part could not start. */
  readonly stopping: AbortSignal;
  /** Starts that are under way; stopping waits for them, so that nothing starts behind its back. */
  readonly pending: Set<Promise<unknown>>;
  readonly running: {
    postgres?: EmbeddedPostgres;
    engine?: EngineChoice;
    registry?: LocalRegistry;
    readonly children: Map<ProcessRole, Child>;
  };
}

/** Does one start unless Berth is stopping, and lets stopping wait for it. */
export async function underway<T>(situation: Situation, start: () => Promise<T>): Promise<T> {
  situation.stopping.throwIfAborted();
  const promise = start();
  situation.pending.add(promise);
  try {
    return await promise;
  } finally {
    situation.pending.delete(promise);
  }
}
