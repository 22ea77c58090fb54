import { Client } from "pg";

import type { Log } from "#lib/platform/log.ts";

import { ownPlace } from "./place.ts";

const beatEveryMs = 5_000;
/** Without a beat for this long a worker ends itself: at 20 s others may take over its work. */
const lostAfterMs = 15_000;

export interface Heartbeat {
  stop(): Promise<void>;
}

/** Which process wrote a heartbeat: what stands behind the version in its row. */
export function placeOf(version: string): string {
  return version.slice(version.indexOf(" ") + 1);
}

/**
 * Says every five seconds that this worker lives, on a connection of its own, so that a full pool never looks like a
 * death. `onLost` is called once when the beat has failed for too long.
 */
export async function startHeartbeat(options: {
  url: string;
  poolIds: readonly string[];
  version: string;
  log: Log;
  onLost: () => void;
}): Promise<Heartbeat> {
  const version = `${options.version} ${await ownPlace()}`;
  let client: Client | undefined;
  let lastBeat = performance.now();
  let stopped = false;

  async function connection(): Promise<Client> {
    if (client !== undefined) return client;
    const next = new Client({ connectionString: options.url, keepAlive: true, connectionTimeoutMillis: 3_000, statement_timeout: 3_000 });
    next.on("error", () => (client = undefined));
    next.on("end", () => (client = undefined));
    await next.connect();
    client = next;
    return next;
  }

  async function beat(): Promise<void> {
    // A process that was frozen must not come back to life: others have its work by now.
    if (!stopped && performance.now() - lastBeat > lostAfterMs + beatEveryMs) return lost();
    try {
      const connected = await connection();
      await connected.query(
        "INSERT INTO worker_heartbeat (pool_id, version) SELECT unnest($1::text[]), $2 ON CONFLICT (pool_id) DO UPDATE SET beat_at = now()",
        [options.poolIds, version],
      );
      lastBeat = performance.now();
    } catch (error) {
      options.log.warn({ err: error }, "The worker's heartbeat failed.");
      if (!stopped && performance.now() - lastBeat > lostAfterMs) lost();
    }
  }

  function lost(): void {
    stopped = true;
    clearInterval(timer);
    options.onLost();
  }

  await beat();
  const timer = setInterval(() => void beat(), beatEveryMs);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await client?.query("DELETE FROM worker_heartbeat WHERE pool_id = ANY($1::text[])", [options.poolIds]).catch(() => undefined);
      await client?.end().catch(() => undefined);
    },
  };
}
