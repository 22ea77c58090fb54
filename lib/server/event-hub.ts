import { z } from "zod";

import { type Listener, listen } from "#lib/platform/database/listen.ts";
import type { Log } from "#lib/platform/log.ts";

const changeSchema = z.object({
  id: z.string(),
  kind: z.string(),
  project: z.string().nullable(),
  environment: z.string().nullable(),
  deployment: z.string().nullable(),
});

/** Something changed: rows to look at again, never their content. `resync` after a gap in hearing: look at everything. */
export type Change = z.infer<typeof changeSchema> | { readonly kind: "resync" };

export interface EventHub {
  /** Calls back on every change; returns how to stop. */
  onChange(listener: (change: Change) => void): () => void;
  /** Calls back when somebody's rights may have changed. */
  onAccess(listener: () => void): () => void;
  /** Calls back when text was added to the log. */
  onLog(logId: string, listener: () => void): () => void;
  close(): Promise<void>;
}

/** One listening connection for all streams of the process. */
export function createEventHub(url: string, log: Log): EventHub {
  const changeListeners = new Set<(change: Change) => void>();
  const accessListeners = new Set<() => void>();
  const logListeners = new Map<string, Set<() => void>>();
  let listener: Listener | undefined;

  function start(): void {
    listener ??= listen(url, ["berth_events", "berth_logs", "berth_access"], {
      log,
      onNotification(channel, payload) {
        if (channel === "berth_access") {
          for (const call of accessListeners) call();
          return;
        }
        if (channel === "berth_logs") {
          for (const call of logListeners.get(payload) ?? []) call();
          return;
        }
        const change = changeSchema.safeParse(JSON.parse(payload));
        if (change.success) for (const call of changeListeners) call(change.data);
      },
      onConnected() {
        for (const call of changeListeners) call({ kind: "resync" });
        for (const call of accessListeners) call();
        for (const calls of logListeners.values()) for (const call of calls) call();
      },
    });
  }

  return {
    onChange(call) {
      start();
      changeListeners.add(call);
      return () => void changeListeners.delete(call);
    },
    onAccess(call) {
      start();
      accessListeners.add(call);
      return () => void accessListeners.delete(call);
    },
    onLog(logId, call) {
      start();
      const calls = logListeners.get(logId) ?? new Set();
      logListeners.set(logId, calls.add(call));
      return () => {
        calls.delete(call);
        if (calls.size === 0) logListeners.delete(logId);
      };
    },
    close: async () => listener?.close(),
  };
}
