import { BerthError } from "#lib/core/errors.ts";
import { internalNameOf } from "#lib/core/mesos-dns.ts";

import { type Actor, authorise } from "../access/policy.ts";
import { readAppSettings } from "../app-settings/resolve.ts";
import type { Reader } from "../projects/head.ts";
import { policyObject } from "./load.ts";

/** How an environment is called by others in its cluster. */
export interface InternalNames {
  readonly host: string;
  readonly service: string;
  /** Too long for a name; what is shown is what is left of it. */
  readonly isCut: boolean;
  /** Where it listens at that name; null: the host chooses, and only the service record says it. */
  readonly port: number | null;
  /** Berth's own scheduler gives the names, and to the environment's own tasks alone; else the cluster's Mesos-DNS does, if it has one. */
  readonly embedded: boolean;
}

/** The names of an environment that has a release; null before that. Throws `not_found`. */
export async function getInternalNames(reader: Pick<Reader, "database">, actor: Actor, id: string): Promise<InternalNames | null> {
  const { database } = reader;
  const row = await database.environment.findUnique({
    where: { id },
    select: {
      projectId: true,
      appId: true,
      clusterId: true,
      stage: { select: { kind: true } },
      liveRelease: { select: { port: true, app: true } },
    },
  });
  if (row === null) throw new BerthError("not_found");
  authorise(actor, "view", policyObject({ projectId: row.projectId, stageKind: row.stage.kind }));
  if (row.liveRelease === null) return null;
  const cluster = await database.cluster.findFirst({
    where: row.clusterId === null ? { isDefault: true } : { id: row.clusterId },
    select: { embedded: true },
  });
  const embedded = cluster?.embedded ?? false;
  const { host, service, isCut } = internalNameOf(row.appId);
  // Under Mesos the name leads to the machine, where every task has another port.
  const ownPort = embedded && readAppSettings(row.liveRelease.app).network !== "host";
  return { host, service, isCut, port: ownPort ? row.liveRelease.port : null, embedded };
}
