import type { Log } from "#lib/platform/log.ts";

import type { AppDefinition, AppSpec, Difference } from "./definition.ts";
import type { Dialect } from "./dialect.ts";

export interface MarathonOptions {
  /** Members of one cluster; with a path where Marathon lives below one. */
  readonly urls: readonly string[];
  /** Shown to the configured members only. */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  /** A DC/OS token, in place of credentials; shown to the configured members only. */
  readonly token?: string | undefined;
  /** Certificates in PEM, trusted in place of the system's. */
  readonly ca?: string | undefined;
  readonly log: Log;
  /** For one request; 10 s when not given. */
  readonly timeoutMs?: number | undefined;
  /** An event stream that is silent for so long is opened anew; 300 s when not given. */
  readonly eventIdleMs?: number | undefined;
}

export interface ObservedApp {
  readonly id: string;
  readonly version: string;
  /** Version of the last change of configuration: tasks older than this run an older one. */
  readonly configVersion: string;
  readonly instances: number;
  readonly cpus: number;
  /** MiB, for each instance, as `disk`. */
  readonly mem: number;
  readonly disk: number;
  readonly image: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly tasks: readonly ObservedTask[];
  /** Ids of running deployments of the app. */
  readonly deployments: readonly string[];
  readonly lastFailure: {
    readonly message: string;
    readonly state: string;
    readonly taskId: string;
    readonly timestamp: string;
    readonly version: string;
  } | null;
  readonly staged: number;
  readonly running: number;
  readonly healthy: number;
  readonly unhealthy: number;
}

/** One app, looked at closely. */
export interface InspectedApp extends ObservedApp {
  /** What is not as it was asked for; nothing that Marathon may decide itself. Never shows a variable's value. */
  differencesFrom(asked: AppSpec | AppDefinition): Promise<Difference[]>;
}

export interface ObservedTask {
  readonly id: string;
  readonly host: string;
  /** Ports of the host; empty once the task has ended. */
  readonly ports: readonly number[];
  /** A task that is being killed counts as ended; one whose agent is out of reach as staging: it may come back. */
  readonly state: "staging" | "running" | "ended";
  readonly rawState: string;
  /** Null = not known: no check, or none has answered yet. */
  readonly healthy: boolean | null;
  readonly version: string;
  readonly startedAt: Date | null;
  readonly agentId: string | null;
}

export interface MarathonInfo extends Dialect {
  readonly name: string;
  readonly version: string;
  readonly frameworkId: string | null;
  /** `host:port` of the leader. */
  readonly leader: string | null;
  /** Where the Mesos master answers, for task logs. */
  readonly mesosUrl: string | null;
  readonly features: readonly string[];
}

export interface MarathonChange {
  /** The version the change made; empty where Marathon did not say. */
  readonly version: string;
  /** Empty where nothing is deployed. */
  readonly deploymentId: string;
}

export interface MarathonDeployment {
  readonly id: string;
  readonly version: string;
  readonly appIds: readonly string[];
  readonly step: number;
  readonly steps: readonly (readonly { readonly action: string; readonly appId: string }[])[];
  readonly currentActions: readonly { readonly action: string; readonly appId: string }[];
}

export interface MarathonQueueItem {
  readonly appId: string;
  /** Instances that wait. */
  readonly count: number;
  /** Seconds of back-off left; 0 = waiting for room. */
  readonly delaySeconds: number;
  readonly since: string | null;
  /** Why offers were turned down, most frequent first, such as `InsufficientMemory`. */
  readonly reasons: readonly string[];
  /** Offers that were looked at and not used so far; 0 = no agent has offered anything, null = this Marathon does not count (before 1.4). */
  readonly unusedOffers: number | null;
}

/**
 * A hint that something changed, never the state itself. `connected` comes after every (re)connect: events before it may be lost, so read
 * everything again. Only these fields are taken over: events can carry whole app definitions with their secrets.
 */
export interface MarathonEvent {
  readonly type: string;
  readonly timestamp: string | null;
  readonly appId: string | null;
  /** All apps it is about, `appId` included. */
  readonly appIds: readonly string[];
  readonly taskId: string | null;
  readonly taskStatus: string | null;
  readonly deploymentId: string | null;
  readonly message: string | null;
}

interface Force {
  /** Cancels a running deployment that is in the way: for deployments of our own that are stuck, and an operator's explicit choice. */
  readonly force?: boolean;
}

/**
 * Errors of every call: `marathon_unavailable`, `marathon_unauthorised`, `marathon_failed`; of writes also `marathon_locked` (a
 * MarathonLocked with the ids of the deployments in the way), `already_exists`, `marathon_too_many`, `marathon_refused`, `not_found`.
 * A write whose answer was lost is never repeated blindly: the state is read first, and the write counts as done when it shows there.
 */
export interface MarathonClient {
  info(): Promise<MarathonInfo>;
  /** Whether it answers and takes the credentials. Never throws. */
  ping(): Promise<boolean>;
  /** All apps with these labels and their tasks, in one call. */
  listApps(query?: { readonly labels?: Readonly<Record<string, string>> }): Promise<ObservedApp[]>;
  getApp(id: string): Promise<InspectedApp | null>;
  /**
   * Makes the app be exactly this: created when it is not there. Where Marathon is already on its way there (a repeated wish), that
   * deployment is the answer.
   */
  putApp(app: AppSpec | AppDefinition, options?: Force): Promise<MarathonChange & { readonly created: boolean }>;
  /** Makes an app that is not there. Throws `already_exists` where one is, also when a lost answer of our own made it. */
  createApp(app: AppSpec | AppDefinition): Promise<MarathonChange>;
  scaleApp(id: string, instances: number, options?: Force): Promise<MarathonChange>;
  restartApp(id: string, options?: Force): Promise<MarathonChange>;
  /** Null: there was none. Stops a running deployment of the app unless `force` is false (Marathon's own default). */
  deleteApp(id: string, options?: Force): Promise<MarathonChange | null>;
  deployments(): Promise<MarathonDeployment[]>;
  /** Without `force` Marathon goes back to what was before; with it, it stops where it is. Null: it was over. */
  cancelDeployment(id: string, options?: Force): Promise<MarathonChange | null>;
  queue(): Promise<MarathonQueueItem[]>;
  /** Ends the back-off of the app. */
  resetDelay(id: string): Promise<void>;
  /** Whether this client started the deployment. Remembers some thousand; what has to outlive the process belongs into rows. */
  isOwn(deploymentId: string): boolean;
  /** Kills tasks; they are replaced unless `scale`. */
  killTasks(ids: readonly string[], options?: Force & { readonly scale?: boolean }): Promise<MarathonChange>;
  /** Ends when `signal` aborts, never by itself and never by an error. */
  events(signal: AbortSignal): AsyncIterable<MarathonEvent>;
  close(): Promise<void>;
}
