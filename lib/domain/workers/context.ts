import type { Engine } from "#lib/adapters/docker/engine.ts";
import type { GitRunner } from "#lib/adapters/git/runner.ts";
import type { MarathonClient } from "#lib/adapters/marathon/client.ts";
import type { ClusterReader } from "#lib/adapters/mesos/cluster.ts";
import type { TaskLogReader } from "#lib/adapters/mesos/files.ts";
import type { Registry } from "#lib/adapters/registry/client.ts";
import type { PrivateSealingKey } from "#lib/platform/crypto/sealing.ts";
import type { Database } from "#lib/platform/database/client.ts";
import type { Log } from "#lib/platform/log.ts";

import type { Settings } from "../command.ts";
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
  readonly marathon: MarathonClient;
  readonly taskLogs: TaskLogReader;
  readonly cluster: Pick<ClusterReader, "use">;
  /** Null where there is no registry: images are named by engine id, on this machine only. */
  readonly registry: {
    readonly client: Registry;
    readonly prefix: string;
    readonly credentials: { username: string; password: string } | undefined;
  } | null;
  readonly sealingKey: PrivateSealingKey;
  readonly folders: { readonly builtin: string; readonly mirrors: string };
  readonly builds: { readonly timeoutMs: number; readonly contextMaxBytes: number };
  /** Asks an app whether it answers; see verify. */
  readonly probe: (target: { host: string; port: number; path: string; hostHeader: string }, timeoutMs: number) => Promise<ProbeResult>;
}

export type ProbeResult = { readonly kind: "answered"; readonly status: number } | { readonly kind: "silent"; readonly reason: string };
