import { createMarathon } from "#lib/adapters/marathon/client.ts";
import { createLook } from "#lib/adapters/marathon/look.ts";
import { createClusterReader } from "#lib/adapters/mesos/cluster.ts";
import { createTaskLogReader } from "#lib/adapters/mesos/files.ts";
import { createFlagReader } from "#lib/adapters/mesos/flags.ts";
import { BerthError } from "#lib/core/errors.ts";
import type { PrivateSealingKey } from "#lib/platform/crypto/sealing.ts";
import type { Database } from "#lib/platform/database/client.ts";
import type { Log } from "#lib/platform/log.ts";

import { openSecret } from "../builds/source.ts";
import type { Clusters, DefaultCluster, ReachedCluster } from "./parts.ts";

interface Access {
  readonly urls: readonly string[];
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly token?: string;
  readonly ca?: string;
  readonly mesosUrl?: string;
}

interface Connected {
  readonly parts: ReachedCluster;
  readonly close: () => Promise<void>;
}

interface ClustersOptions {
  readonly database: Database;
  readonly log: Log;
  readonly sealingKey: PrivateSealingKey;
  /** The cluster of the settings. */
  readonly settings: Access & { readonly embedded: boolean };
}

/** What is under way with an older connection may end before it is closed. */
const closeGraceMs = 60_000;

/** Keeps one connection per cluster, made anew when the cluster's row was changed. Marathon's and Mesos' secrets are opened here and nowhere else. */
export function createClusters(options: ClustersOptions): Clusters {
  const { database, log } = options;
  const settings = connect(options.settings, 0, log);
  const attached = new Map<string, { readonly revision: number; readonly connected: Promise<Connected> }>();
  const hanging = new Set<string | null>();

  async function reach(clusterId: string | null): Promise<ReachedCluster> {
    if (clusterId === null) return settings.parts;
    const row = await database.cluster.findUnique({ where: { id: clusterId }, select: { revision: true } });
    if (row === null) {
      drop(clusterId);
      throw new BerthError("marathon_unavailable", { detail: "This cluster is not attached any more." });
    }
    let known = attached.get(clusterId);
    if (known?.revision !== row.revision) {
      drop(clusterId);
      known = { revision: row.revision, connected: connectAttached(options, clusterId) };
      attached.set(clusterId, known);
      // A secret that could not be read may be there the next time.
      known.connected.catch(() => attached.delete(clusterId));
    }
    return (await known.connected).parts;
  }

  function drop(clusterId: string): void {
    const old = attached.get(clusterId);
    attached.delete(clusterId);
    hanging.delete(clusterId);
    if (old === undefined) return;
    const close = async () => await old.connected.then((connected) => connected.close()).catch(() => undefined);
    setTimeout(() => void close(), closeGraceMs).unref();
  }

  return {
    settings: describe(options.settings),
    reach,
    async of(clusterId) {
      if (!hanging.has(clusterId)) return await reach(clusterId);
      throw new BerthError("marathon_unavailable", { detail: "The cluster does not answer in time; Berth asks again when it does." });
    },
    note: (clusterId, hangs) => void (hangs ? hanging.add(clusterId) : hanging.delete(clusterId)),
    forgetOthers(clusterIds) {
      for (const id of attached.keys()) if (!clusterIds.includes(id)) drop(id);
    },
    async close() {
      await settings.close();
      await Promise.all([...attached.values()].map(async ({ connected }) => await (await connected).close()));
    },
  };
}

async function connectAttached({ database, log, sealingKey }: ClustersOptions, clusterId: string): Promise<Connected> {
  const row = await database.cluster.findUniqueOrThrow({ where: { id: clusterId }, include: { secret: true } });
  const secret = row.secret === null ? null : openSecret({ sealingKey, log }, row.secret, `cluster:${clusterId}`);
  const access: Access = {
    urls: row.urls,
    ...(row.credentialKind === "basic" && secret !== null ? { credentials: { username: row.username ?? "", password: secret } } : {}),
    ...(row.credentialKind === "token" && secret !== null ? { token: secret } : {}),
    ...(row.caCertificate === null ? {} : { ca: row.caCertificate }),
    ...(row.mesosUrl === null ? {} : { mesosUrl: row.mesosUrl }),
  };
  return connect(access, row.revision, log);
}

function connect(access: Access, revision: number, log: Log): Connected {
  const { mesosUrl, ...given } = access;
  const marathon = createMarathon({ ...given, log });
  const info = async () => {
    const said = await marathon.info();
    return mesosUrl === undefined ? said : { ...said, mesosUrl };
  };
  const mesos = { info, marathonUrls: given.urls, credentials: given.credentials, token: given.token, ca: given.ca, log };
  const look = createLook({ ...given, log });
  const [taskLogs, cluster, flags] = [createTaskLogReader(mesos), createClusterReader(mesos), createFlagReader(mesos)];
  return {
    parts: { marathon, taskLogs, cluster, look: look.ask, flags, revision },
    async close() {
      await Promise.all([marathon.close(), taskLogs.close(), cluster.close(), look.close(), flags.close()]);
    },
  };
}

function describe(settings: ClustersOptions["settings"]): DefaultCluster {
  const { embedded, urls, credentials, token } = settings;
  const credentialKind = token !== undefined ? "token" : credentials !== undefined ? "basic" : "none";
  return { embedded, urls, credentialKind, username: credentialKind === "basic" ? (credentials?.username ?? null) : null };
}
