import { BerthError, describeError, isBerthError } from "#lib/core/errors.ts";
import { isHttpError } from "#lib/platform/outbound-http/http-error.ts";

import type { WorkerContext } from "../workers/context.ts";
import { type Answer, type ClusterFacts, diagnose } from "./diagnose.ts";
import { clusterRow, lookAt, reasonOf, settingsClusterId } from "./look.ts";
import type { ReachedCluster } from "./parts.ts";

/** What a cluster of thousands is judged by. */
const agentsAsked = 50;
const hostsAtMost = 1000;
const streamWaitMs = 3_000;

/** The doctor: finds out what can be found out about a cluster, within half a minute, and keeps the findings. A wish for it is thereby answered. */
export async function examine(context: WorkerContext, clusterId: string | null): Promise<void> {
  const begun = new Date();
  await lookAt(context, clusterId);
  const { revision } = await clusterRow(context, clusterId);
  const facts = await gather(context, clusterId);
  const report = diagnose(facts);
  const id = clusterId ?? settingsClusterId;
  await context.database.cluster.updateMany({ where: { id, revision }, data: { report, checkedAt: new Date() } });
  await context.database.cluster.updateMany({ where: { id, checkRequestedAt: { lte: begun } }, data: { checkRequestedAt: null } });
}

/** The same for a row's id, which may be gone by now. */
export async function examineCluster(context: WorkerContext, id: string): Promise<void> {
  if ((await context.database.cluster.count({ where: { id } })) === 0) return;
  await examine(context, id === settingsClusterId ? null : id);
}

async function gather(context: WorkerContext, clusterId: string | null): Promise<ClusterFacts> {
  const row = await clusterRow(context, clusterId);
  const reached = await context.clusters.reach(clusterId).catch((error: unknown) => ({ error }));
  const registry = askRegistry(context);
  const [seen, agents, hosts] =
    "error" in reached
      ? [{ marathon: failed(reached.error), clockAheadMs: null }, { silent: reasonOf(reached.error) }, { silent: reasonOf(reached.error) }]
      : await questions(reached);
  return {
    embedded: row.embedded,
    ...seen,
    agents,
    hosts,
    events: { connectedAt: row.eventsConnectedAt ?? ("told" in seen.marathon ? await tryEvents(reached) : null), seenAt: row.eventSeenAt },
    registry: await registry,
    now: new Date(),
  };
}

async function questions(
  reached: ReachedCluster,
): Promise<[Pick<ClusterFacts, "marathon" | "clockAheadMs">, ClusterFacts["agents"], ClusterFacts["hosts"]]> {
  const seen = await reached.look().then(
    ({ info, clockAheadMs }) => ({ marathon: { told: info }, clockAheadMs }),
    (error: unknown) => ({ marathon: failed(error), clockAheadMs: null }),
  );
  if (!("told" in seen.marathon)) {
    const silent = "Marathon does not answer, and it alone says where its Mesos master is.";
    return [seen, { silent }, { silent }];
  }
  const agents = answerOf(reached.flags.agents(agentsAsked));
  const hosts = answerOf(
    reached.cluster.use().then((use) =>
      use.hosts
        .filter((host) => host.active)
        .slice(0, hostsAtMost)
        .map(({ name, total, promised }) => ({ name, cpus: total.cpus - promised.cpus, mem: total.mem - promised.mem })),
    ),
  );
  return [seen, await agents, await hosts];
}

/** Where nobody listens yet: whether the stream can be opened. */
async function tryEvents(reached: ReachedCluster | { readonly error: unknown }): Promise<Date | null> {
  if ("error" in reached) return null;
  for await (const _connected of reached.marathon.events(AbortSignal.timeout(streamWaitMs))) return new Date();
  return null;
}

async function answerOf<T>(asked: Promise<T>): Promise<Answer<T>> {
  return await asked.then(
    (told) => ({ told }),
    (error: unknown) => ({ silent: reasonOf(error) }),
  );
}

function failed(error: unknown): Exclude<ClusterFacts["marathon"], { readonly told: unknown }> {
  if (isBerthError(error, "marathon_unauthorised", "secret_unreadable")) {
    const silent = isBerthError(error, "secret_unreadable")
      ? "The credentials cannot be opened any more."
      : `Marathon refuses the credentials: ${reasonOf(error)}`;
    return { silent, failure: "credentials" };
  }
  const cause = error instanceof Error ? error.cause : undefined;
  if (isHttpError(cause, "tls")) return { silent: `Its certificate is not trusted${codeOf(cause)}.`, failure: "certificate" };
  return { silent: reasonOf(error), failure: isHttpError(cause, "timeout") ? "silence" : "other" };
}

/** The name OpenSSL has for it, such as ` (SELF_SIGNED_CERT_IN_CHAIN)`. */
function codeOf(error: Error): string {
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return /^[A-Z_0-9]{3,60}$/.test(code) ? ` (${code})` : "";
}

/** Asks for the newest image the way an agent would pull it. */
async function askRegistry(context: WorkerContext): Promise<ClusterFacts["registry"]> {
  if (context.registry === null) return null;
  const { client, prefix, credentials, plainHttp } = context.registry;
  const image = await context.database.image.findFirst({
    where: { pushed: true, removedAt: null },
    orderBy: { createdAt: "desc" },
    select: { repository: true, digest: true, tag: true },
  });
  const base = { prefix, plainHttp, credentials: credentials !== undefined };
  try {
    if (image === null) {
      if (!(await client.ping()))
        throw new BerthError("registry_unavailable", { detail: "It does not answer as a registry, or refuses the credentials." });
      return { ...base, pull: { kind: "answers", image: null } };
    }
    const name = `${image.repository}:${image.tag}`;
    const found = await client.digestOf(image.repository.slice(image.repository.indexOf("/") + 1), image.digest);
    return { ...base, pull: found === null ? { kind: "missing", image: name } : { kind: "answers", image: name } };
  } catch (error) {
    const why = isBerthError(error) ? reasonOf(error) : describeError(error).slice(0, 300);
    return { ...base, pull: { kind: isBerthError(error, "registry_refused") ? "refused" : "silent", why } };
  }
}
