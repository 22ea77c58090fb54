import { Client } from "pg";

import type { Log } from "../log.ts";

export interface Listener {
  close(): Promise<void>;
}

/**
 * Follows Postgres notifications on one connection, for ever: reconnects with back-off. Notifications sent while the
 * connection was away are lost, so `onConnected` is called after every (re)connect for the caller to read everything again.
 */
export function listen(
  url: string,
  channels: readonly string[],
  handlers: { onNotification: (channel: string, payload: string) => void; onConnected?: () => void; log: Log },
): Listener {
  let closed = false;
  let client: Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let delayMs = 200;

  async function connect(): Promise<void> {
    const next = new Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 5_000 });
    client = next;
    next.on("error", () => undefined);
    next.on("end", again);
    next.on("notification", (message) => handlers.onNotification(message.channel, message.payload ?? ""));
    await next.connect();
    for (const channel of channels) await next.query(`LISTEN ${next.escapeIdentifier(channel)}`);
    delayMs = 200;
    handlers.onConnected?.();
  }

  function again(): void {
    if (closed || retry !== undefined) return;
    retry = setTimeout(() => {
      retry = undefined;
      connect().catch((error: unknown) => {
        handlers.log.debug({ err: error }, "Listening for notifications failed; trying again.");
        again();
      });
    }, delayMs);
    delayMs = Math.min(delayMs * 2, 5_000);
  }

  connect().catch(() => again());
  return {
    async close() {
      closed = true;
      clearTimeout(retry);
      await client?.end().catch(() => undefined);
    },
  };
}
