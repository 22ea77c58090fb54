import type { Engine } from "#lib/adapters/docker/engine.ts";
import type { GitRunner } from "#lib/adapters/git/runner.ts";
import type { Registry } from "#lib/adapters/registry/client.ts";
import type { PrivateSealingKey } from "#lib/platform/crypto/sealing.ts";
import type { Database } from "#lib/platform/database/client.ts";
import type { Log } from "#lib/platform/log.ts";

import type { Clusters } from "../clusters/parts.ts";
import type { Settings } from "../command.ts";
import type { OutsideScheduler } from "../jobs/outside-scheduler.ts";
import type { Wakers } from "./wakers.ts";

/** What jobs and reconcilers may use: the database and the outside world. Commands never get one. */
export interface WorkerContext {
  readonly database: Database;
  readonly settings: Settings;
  readonly log: Log;
  /** Names this installation on everything it makes outside. */
  readonly instance: string;
  /** The graphile-worker pool that runs this job; the owner of its leases. */
  readonly poolId: () => string;
  readonly wakers: Wakers;
  readonly engine: Engine;
  readonly git: GitRunner;
  /** Marathon and Mesos of each cluster, by `cluster_id`; null is the one of the settings. */
  readonly clusters: Clusters;
  /** Chronos or Metronome of the cluster of the settings, where there is one. */
  readonly outsideJobs?: OutsideScheduler | null;
  /** Null where there is no registry: images are named by engine id, on this machine only. */
  readonly registry: {
    readonly client: Registry;
    readonly prefix: string;
    readonly plainHttp: boolean;
    readonly credentials: { username: string; password: string } | undefined;
    /** What agents get, which a task can read in its sandbox; left out, `credentials`. */
    readonly pullCredentials?: { username: string; password: string } | undefined;
  } | null;
  readonly sealingKey: PrivateSealingKey;
  readonly folders: { readonly builtin: string; readonly mirrors: string };
  readonly builds: { readonly timeoutMs: number; readonly contextMaxBytes: number };
  /** Asks an app whether it answers; see verify. */
  readonly probe: (target: { host: string; port: number; path: string; hostHeader: string }, timeoutMs: number) => Promise<ProbeResult>;
}

export type ProbeResult = { readonly kind: "answered"; readonly status: number } | { readonly kind: "silent"; readonly reason: string };
