import { type Log } from "#lib/platform/log.ts";

import { type Backoff } from "./backoff.ts";
import { type ChangeLock } from "./deployments/change-lock.ts";
import { type LaunchQueue } from "./deployments/launch-queue.ts";
import { type Engine, type Machine } from "./engine/engine.ts";
import { type Networks } from "./engine/network.ts";
import { type EventHub } from "./events/event-hub.ts";
import { type Sandboxes } from "./files/sandboxes.ts";
import { type HealthMonitor } from "./health/monitor.ts";
import { type Settings } from "./options.ts";
import { type SchedulerState } from "./state.ts";
import { type Database } from "./store/database.ts";
import { type WriteBehind } from "./store/write-behind.ts";
import { type HostPorts } from "./tasks/host-ports.ts";
import { type Limiter } from "./tasks/limiter.ts";
import { type Usage } from "./tasks/usage.ts";
import { type VersionClock } from "./timestamps.ts";

/** What the parts of the scheduler share. Made once, in server.ts. */
export interface Scheduler {
  readonly settings: Settings;
  readonly log: Log;
  readonly database: Database;
  readonly engine: Engine;
  readonly events: EventHub;
  readonly state: SchedulerState;
  readonly backoff: Backoff;
  readonly queue: LaunchQueue;
  readonly versions: VersionClock;
  readonly frameworkId: string;
  /** The one agent: this machine. */
  readonly agentId: string;
  readonly taskRows: WriteBehind;
  readonly deploymentRows: WriteBehind;
  readonly failureRows: WriteBehind;
  readonly hostPorts: HostPorts;
  readonly health: HealthMonitor;
  readonly sandboxes: Sandboxes;
  readonly launches: Limiter;
  readonly usage: Usage;
  /** What the engine's machine has, as soon as it was asked (null before), and whether the engine answers now. */
  readonly machine: { current: Machine | null; connected: boolean };
  /** Tasks whose launch or stop is under way in this process, so that the periodic look leaves them alone. A launch can be told to give up. */
  readonly launching: Map<string, AbortController>;
  readonly stopping: Set<string>;
  readonly networks: Networks;
  /** Images that are being fetched. */
  readonly pulls: Map<string, Promise<void>>;
  /** Tasks whose container died while their launch was under way. */
  readonly diedEarly: Set<string>;
  /** Changes to apps happen one at a time. */
  readonly changes: ChangeLock;
  /** Settles a change of which it is not known whether Postgres has it; null = there is none. */
  readonly doubt: { current: (() => Promise<void>) | null };
  readonly signal: AbortSignal;
  readonly startedAt: string;
  /** Something about the app changed: think again, soon. */
  kick(appId: string): void;
  /** Resources or ports became free: whoever waits may go on. */
  kickWaiting(): void;
}
