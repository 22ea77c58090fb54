import { isSilence } from "#lib/adapters/marathon/look.ts";
import { BerthError, describeError, isBerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import type { WorkerContext } from "../workers/context.ts";

/** The row that stands for the cluster of the settings. */
export const settingsClusterId = "00000000-0000-4000-8000-000000000001";
const detailLength = 500;
const projectsTold = 500;
const eventEveryMs = 10_000;

type Seen =
  | { readonly state: "up"; readonly version: string; readonly dialect: string; readonly leader: string | null; readonly revision: number }
  | { readonly state: "down"; readonly detail: string; readonly revision: number | null };

/** Lists the cluster of the settings beside the attached ones, as the settings say it now. */
export async function recordSettings(context: Pick<WorkerContext, "database" | "clusters">): Promise<void> {
  const { embedded, urls, credentialKind, username } = context.clusters.settings;
  const data = {
    embedded,
    urls: [...urls],
    credentialKind,
    username,
    name: embedded ? "Berth's own scheduler" : "Cluster of the settings",
  };
  await context.database.cluster.upsert({
    where: { id: settingsClusterId },
    create: { id: settingsClusterId, slug: "default", isDefault: true, ...data },
    update: data,
    select: { id: true },
  });
}

/**
 * Asks a cluster how it is and keeps the answer; `back` when it answers again after it did not, or for the first time, `lost` when it no
 * longer does.
 */
export async function lookAt(context: WorkerContext, clusterId: string | null): Promise<"back" | "up" | "lost" | "down"> {
  let [seen, hangs] = [await see(context, clusterId), false];
  if ("error" in seen) {
    hangs = isSilence(seen.error);
    seen = { state: "down", detail: reasonOf(seen.error), revision: seen.revision };
  }
  context.clusters.note(clusterId, hangs);
  const before = await keep(context, clusterId ?? settingsClusterId, seen);
  if (seen.state === "down") return before === "up" ? "lost" : "down";
  return before === "up" ? "up" : "back";
}

async function see(context: WorkerContext, clusterId: string | null): Promise<Seen | { error: unknown; revision: number | null }> {
  let revision: number | null = null;
  try {
    const reached = await context.clusters.reach(clusterId);
    revision = reached.revision;
    const { info } = await reached.look();
    return { state: "up", version: info.version, dialect: info.dialect, leader: info.leader, revision };
  } catch (error) {
    return { error, revision };
  }
}

/** Why a cluster is down, for a page. */
export function reasonOf(error: unknown): string {
  if (!isBerthError(error)) return describeError(error).slice(0, detailLength);
  return (error.detail ?? error.title).slice(0, detailLength);
}

/** Writes what was seen unless the cluster is reached differently by now. Answers the state before. */
async function keep(context: WorkerContext, id: string, seen: Seen): Promise<string | null> {
  return await context.database.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<Array<{ state: string; revision: number; name: string; isDefault: boolean }>>`
      SELECT state, revision, name, is_default AS "isDefault" FROM cluster WHERE id = ${id}::uuid FOR UPDATE`;
    if (row === undefined || (!row.isDefault && seen.revision !== null && seen.revision !== row.revision)) return null;
    const now = new Date();
    const changed = row.state === seen.state ? {} : { state: seen.state, stateSince: now };
    if (seen.state === "down")
      await tx.cluster.update({
        where: { id },
        data: { ...changed, detail: seen.detail, seenAt: now, eventsConnectedAt: null },
        select: { id: true },
      });
    else {
      const { version, dialect, leader } = seen;
      await tx.cluster.update({
        where: { id },
        data: { ...changed, detail: null, seenAt: now, version, dialect, leader },
        select: { id: true },
      });
      await tx.cluster.updateMany({ where: { id, answeredAt: null }, data: { answeredAt: now } });
    }
    if (row.state !== seen.state && row.state !== "checking") await tellProjects(tx, row.isDefault ? null : id, seen.state);
    return row.state;
  });
}

/** Open pages of those whose environments run there look again. */
async function tellProjects(tx: Transaction, clusterId: string | null, state: "up" | "down"): Promise<void> {
  const projects = await tx.environment.findMany({
    where: { clusterId, destroyedAt: null },
    distinct: ["projectId"],
    select: { projectId: true },
    take: projectsTold,
  });
  for (const { projectId } of projects) await appendEvent(tx, { kind: `cluster.${state}`, projectId });
}

const lastWritten = new Map<string, number>();

/** Keeps when the event stream of a cluster was opened and when it last brought something; the latter every ten seconds at most. */
export async function noteEvent(context: WorkerContext, clusterId: string | null, what: "connected" | "event"): Promise<void> {
  const id = clusterId ?? settingsClusterId;
  const now = new Date();
  if (what === "event") {
    if (now.getTime() - (lastWritten.get(id) ?? 0) < eventEveryMs) return;
    lastWritten.set(id, now.getTime());
  }
  await context.database.cluster.updateMany({
    where: { id },
    data: what === "connected" ? { eventsConnectedAt: now } : { eventSeenAt: now },
  });
}

/** Throws `not_found` where nobody attached such a cluster. */
export async function clusterRow(context: Pick<WorkerContext, "database">, clusterId: string | null) {
  const row = await context.database.cluster.findUnique({ where: { id: clusterId ?? settingsClusterId } });
  if (row === null) throw new BerthError("not_found");
  return row;
}
