import { AsyncResource } from "node:async_hooks";

import { z } from "zod";

import { atMostEvery } from "#lib/platform/at-most-every.ts";
import { type Listener, listen } from "#lib/platform/database/listen.ts";
import type { Log } from "#lib/platform/log.ts";

import { createSeats, type Seats } from "./streams/seats.ts";

const changeSchema = z.object({
  id: z.string(),
  kind: z.string(),
  project: z.string().nullable(),
  environment: z.string().nullable(),
  deployment: z.string().nullable(),
});

/** Something changed: rows to look at again, never their content. `resync` after a gap in hearing: look at everything. */
export type Change = z.infer<typeof changeSchema> | { readonly kind: "resync" };

/**
 * Listeners are called in the asynchronous context they were registered in: whoever asks for "the present request" meets
 * his own there, and not that of the reader who happened to open the ears.
 */
export interface EventHub {
  /** Calls back on every change; returns how to stop. */
  onChange(listener: (change: Change) => void): () => void;
  /** Calls back when somebody's rights may have changed: at once, and in a storm of changes four times a second. */
  onAccess(listener: () => void): () => void;
  /** Calls back when text was added to the log. */
  onLog(logId: string, listener: () => void): () => void;
  /** The places of those who listen. */
  readonly seats: Seats;
  close(): Promise<void>;
}

const accessEveryMs = 250;

/** One listening connection for all streams of the process. */
export function createEventHub(url: string, log: Log): EventHub {
  const changeListeners = new Set<(change: Change) => void>();
  const accessListeners = new Set<() => void>();
  const logListeners = new Map<string, Set<() => void>>();
  const ringAccess = atMostEvery(accessEveryMs, () => callAll(accessListeners));
  let listener: Listener | undefined;

  function start(): void {
    listener ??= listen(url, ["berth_events", "berth_logs", "berth_access"], {
      log,
      onNotification(channel, payload) {
        if (channel === "berth_access") return ringAccess();
        if (channel === "berth_logs") return callAll(logListeners.get(payload) ?? []);
        const change = changeSchema.safeParse(JSON.parse(payload));
        if (change.success) for (const call of changeListeners) call(change.data);
      },
      onConnected() {
        for (const call of changeListeners) call({ kind: "resync" });
        ringAccess();
        for (const calls of logListeners.values()) callAll(calls);
      },
    });
  }

  return {
    onChange(listener) {
      start();
      const call = AsyncResource.bind(listener);
      changeListeners.add(call);
      return () => void changeListeners.delete(call);
    },
    onAccess(listener) {
      start();
      const call = AsyncResource.bind(listener);
      accessListeners.add(call);
      return () => void accessListeners.delete(call);
    },
    onLog(logId, listener) {
      start();
      const call = AsyncResource.bind(listener);
      const calls = logListeners.get(logId) ?? new Set();
      logListeners.set(logId, calls.add(call));
      return () => {
        calls.delete(call);
        if (calls.size === 0) logListeners.delete(logId);
      };
    },
    seats: createSeats(),
    close: async () => listener?.close(),
  };
}

function callAll(calls: Iterable<() => void>): void {
  for (const call of calls) call();
}
