import { describeError } from "#lib/core/errors.ts";
import { type Log } from "#lib/platform/log.ts";

import { type Database } from "./database.ts";

/** Keeps rows equal to what is in memory: one write at a time for each key, repeated until it succeeded. */
export interface WriteBehind {
  /** Writes the present state of `key`. Rejects when Postgres would not take it now; the write is repeated by itself then. */
  save(key: string): Promise<void>;
  /** The same without waiting. */
  saveSoon(key: string): void;
  /** Tries again what failed. */
  retry(): void;
}

interface Entry {
  running: Promise<void>;
  again: Promise<void> | null;
}

/** `write` must read the state at the time it is called, and must be repeatable. */
export function createWriteBehind(database: Database, write: (key: string) => Promise<void>, log: Log): WriteBehind {
  const entries = new Map<string, Entry>();
  const dirty = new Set<string>();

  const attempt = async (key: string): Promise<void> => {
    try {
      await write(key);
      dirty.delete(key);
    } catch (error) {
      dirty.add(key);
      log.warn({ key, reason: describeError(error) }, "a row could not be written; it will be");
      throw error;
    }
  };

  const save = (key: string): Promise<void> => {
    const entry = entries.get(key);
    if (entry === undefined) {
      const running = attempt(key);
      const created: Entry = { running, again: null };
      entries.set(key, created);
      const finished = (): void => {
        if (created.again === null) entries.delete(key);
      };
      running.then(finished, finished);
      return running;
    }
    if (entry.again !== null) return entry.again;
    const again = entry.running
      .catch(() => undefined)
      .then(() => {
        entries.delete(key);
        return save(key);
      });
    entry.again = again;
    return again;
  };

  const saveSoon = (key: string): void => {
    save(key).catch(() => undefined);
  };
  const retry = (): void => {
    for (const key of dirty) saveSoon(key);
  };
  database.onReturn(retry);
  return { save, saveSoon, retry };
}
