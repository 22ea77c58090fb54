import { type AppDefinition } from "./model/app.ts";

interface Delay {
  milliseconds: number;
  until: number;
  lastFailure: number;
  keepFor: number;
}

type DelayedApp = Pick<AppDefinition, "id" | "versionInfo" | "backoffSeconds" | "backoffFactor" | "maxLaunchDelaySeconds">;

/** Launch delays of crashing apps, by app and configuration: a new configuration starts fresh, a scaling does not. */
export interface Backoff {
  /** Milliseconds until the app may be launched again; 0 = now. */
  remaining(app: DelayedApp): number;
  /** A task of this app ended by itself, now or at a time before (milliseconds since the epoch). */
  raise(app: DelayedApp, at?: number): void;
  /** Forgets the delays of every configuration of the app. Tells whether there was one. */
  reset(appId: string): boolean;
}

export function createBackoff(now: () => number = Date.now): Backoff {
  const delays = new Map<string, Delay>();
  const current = (app: DelayedApp): Delay | undefined => {
    const delay = delays.get(keyOf(app));
    if (delay === undefined || now() <= delay.lastFailure + delay.keepFor) return delay;
    delays.delete(keyOf(app));
    return undefined;
  };
  return {
    remaining: (app) => Math.max(0, (current(app)?.until ?? 0) - now()),
    raise(app, at = now()) {
      const longest = app.maxLaunchDelaySeconds * 1_000;
      const before = current(app)?.milliseconds;
      const next = before === undefined ? app.backoffSeconds * 1_000 : before * app.backoffFactor;
      const milliseconds = Math.min(next, longest);
      delays.set(keyOf(app), { milliseconds, until: at + milliseconds, lastFailure: at, keepFor: longest });
    },
    reset(appId) {
      const keys = [...delays.keys()].filter((key) => key.startsWith(`${appId} `));
      for (const key of keys) delays.delete(key);
      return keys.length > 0;
    },
  };
}

function keyOf(app: DelayedApp): string {
  return `${app.id} ${app.versionInfo.lastConfigChangeAt}`;
}
