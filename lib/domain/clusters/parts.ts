import type { MarathonClient } from "#lib/adapters/marathon/client.ts";
import type { Look } from "#lib/adapters/marathon/look.ts";
import type { ClusterReader } from "#lib/adapters/mesos/cluster.ts";
import type { TaskLogReader } from "#lib/adapters/mesos/files.ts";
import type { FlagReader } from "#lib/adapters/mesos/flags.ts";

/** What one cluster is asked with. */
export interface ClusterParts {
  readonly marathon: MarathonClient;
  readonly taskLogs: TaskLogReader;
  readonly cluster: Pick<ClusterReader, "use" | "used">;
}

/** With what it takes to find out how the cluster is. */
export interface ReachedCluster extends ClusterParts {
  /** One quick question, not repeated. */
  readonly look: () => Promise<Look>;
  readonly flags: FlagReader;
  /** Of the row it was connected with; 0 for the cluster of the settings. */
  readonly revision: number;
}

/** How the cluster of the settings is reached, without its secret. */
export interface DefaultCluster {
  readonly embedded: boolean;
  readonly urls: readonly string[];
  readonly credentialKind: "none" | "basic" | "token";
  readonly username: string | null;
}

/** The clusters of this installation, for the worker alone: it opens their secrets. */
export interface Clusters {
  readonly settings: DefaultCluster;
  /**
   * Throws `marathon_unavailable` when the cluster is not attached any more, and at once while it lets questions hang: whoever asks would
   * hold up the others.
   */
  of(clusterId: string | null): Promise<ClusterParts>;
  /** The same for those who find out whether it answers (again). Throws `marathon_unavailable`, `secret_unreadable`. */
  reach(clusterId: string | null): Promise<ReachedCluster>;
  /** What a look has found: whether questions hang there. */
  note(clusterId: string | null, hangs: boolean): void;
  /** Drops the connections to clusters that are not among these. */
  forgetOthers(clusterIds: readonly string[]): void;
  close(): Promise<void>;
}
