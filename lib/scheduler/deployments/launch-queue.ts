import { type AppDefinition } from "../model/app.ts";
import { type RejectReason } from "../tasks/admission.ts";
import { toTimestamp } from "../timestamps.ts";

export interface QueueEntry {
  app: AppDefinition;
  /** How many tasks wait for their launch. */
  count: number;
  readonly since: string;
  /** Why the last look did not launch; null when nothing was in the way but the delay. */
  reason: RejectReason | null;
  processed: number;
  rejected: number;
  readonly rejectedFor: Map<RejectReason, number>;
  lastUsedOfferAt: string | null;
  lastUnusedOfferAt: string | null;
}

/** The apps that wait for launches. */
export interface LaunchQueue {
  /** Sets how many tasks of the app wait; 0 takes it out. */
  want(app: AppDefinition, count: number): QueueEntry | null;
  get(appId: string): QueueEntry | null;
  remove(appId: string): void;
  entries(): readonly QueueEntry[];
  /** Calls `work` after the delay, instead of an earlier such call for the app. */
  wake(appId: string, milliseconds: number, work: () => void): void;
  stop(): void;
}

export function createLaunchQueue(): LaunchQueue {
  const entries = new Map<string, QueueEntry>();
  const timers = new Map<string, NodeJS.Timeout>();
  const remove = (appId: string): void => {
    entries.delete(appId);
    clearTimeout(timers.get(appId));
    timers.delete(appId);
  };
  return {
    remove,
    want(app, count) {
      if (count <= 0) {
        remove(app.id);
        return null;
      }
      const known = entries.get(app.id);
      if (known !== undefined) {
        known.app = app;
        known.count = count;
        return known;
      }
      const entry = newEntry(app, count);
      entries.set(app.id, entry);
      return entry;
    },
    get: (appId) => entries.get(appId) ?? null,
    entries: () => [...entries.values()],
    wake(appId, milliseconds, work) {
      clearTimeout(timers.get(appId));
      const timer = setTimeout(() => {
        timers.delete(appId);
        work();
      }, milliseconds);
      timers.set(appId, timer);
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

function newEntry(app: AppDefinition, count: number): QueueEntry {
  return {
    app,
    count,
    since: toTimestamp(Date.now()),
    reason: null,
    processed: 0,
    rejected: 0,
    rejectedFor: new Map(),
    lastUsedOfferAt: null,
    lastUnusedOfferAt: null,
  };
}
