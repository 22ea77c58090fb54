import { setTimeout as delay } from "node:timers/promises";

import { describeError } from "#lib/core/errors.ts";
import { examine } from "#lib/domain/clusters/examine.ts";
import { lookAt, noteEvent, recordSettings } from "#lib/domain/clusters/look.ts";
import { recordUtilisation } from "#lib/domain/utilisation/record.ts";
import { recordCluster } from "#lib/domain/workers/cluster.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import { sweepEnvironments } from "#lib/domain/workers/sweep.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { every } from "./every.ts";

const everyMs = { list: 2_000, look: 5_000, use: 10_000, environments: 20_000, utilisation: 20_000, doctor: 10 * 60_000 };
const unreachedMs = 10_000;
const appPrefix = "/berth/";

interface Round {
  stop(): void;
}

/** What a worker does unasked for every cluster, each on its own: one that is down, or lets questions hang, holds up no other. */
export function startClusterRounds(context: WorkerContext): { stop(): void } {
  const rounds = new Map<string, { readonly revision: number; readonly round: Round }>();
  const settings = roundsOf(context, null);
  void recordSettings(context).catch((error: unknown) =>
    context.log.warn({ reason: describeError(error) }, "The cluster of the settings could not be listed."),
  );
  const timer = every(context.log, everyMs.list, "clusters", async () => {
    const clusters = await context.database.cluster.findMany({ where: { isDefault: false }, select: { id: true, revision: true } });
    for (const [id, { revision, round }] of rounds) {
      if (clusters.some((cluster) => cluster.id === id && cluster.revision === revision)) continue;
      round.stop();
      rounds.delete(id);
    }
    for (const { id, revision } of clusters) if (!rounds.has(id)) rounds.set(id, { revision, round: roundsOf(context, id) });
    context.clusters.forgetOthers(clusters.map(({ id }) => id));
  });
  return {
    stop() {
      clearInterval(timer);
      settings.stop();
      for (const { round } of rounds.values()) round.stop();
    },
  };
}

function roundsOf(context: WorkerContext, clusterId: string | null): Round {
  const end = new AbortController();
  const run = (ms: number, name: string, round: () => Promise<unknown>) => every(context.log, ms, name, round);
  const timers = [
    run(everyMs.look, "look", async () => {
      const seen = await lookAt(context, clusterId);
      // Whatever was missed while it was away is found by a pass.
      if (seen === "back") await sweepEnvironments(context, clusterId);
      // What the doctor found before says nothing of it now.
      if (seen === "back" || seen === "lost") await examine(context, clusterId);
    }),
    run(everyMs.use, "use", () => recordCluster(context, clusterId)),
    run(everyMs.utilisation, "utilisation", async () =>
      recordUtilisation(context, clusterId, (await context.clusters.of(clusterId)).cluster),
    ),
    run(everyMs.environments, "environments", () => sweepEnvironments(context, clusterId)),
    run(everyMs.doctor, "doctor", () => examine(context, clusterId)),
  ];
  void follow(context, clusterId, end.signal);
  return {
    stop() {
      end.abort();
      for (const timer of timers) clearInterval(timer);
    },
  };
}

async function follow(context: WorkerContext, clusterId: string | null, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await followOnce(context, clusterId, signal);
    await delay(unreachedMs, undefined, { signal }).catch(() => undefined);
  }
}

async function followOnce(context: WorkerContext, clusterId: string | null, signal: AbortSignal): Promise<void> {
  try {
    const { marathon } = await context.clusters.reach(clusterId);
    for await (const event of marathon.events(signal)) {
      await noteEvent(context, clusterId, event.type === "connected" ? "connected" : "event").catch(() => undefined);
      if (event.type === "connected") {
        await sweepEnvironments(context, clusterId).catch((error: unknown) =>
          context.log.info({ reason: describeError(error) }, "The pass after connecting did not work; it comes again."),
        );
        continue;
      }
      for (const appId of event.appIds.filter((id) => id.startsWith(appPrefix))) {
        await ringApp(context, clusterId, appId).catch((error: unknown) =>
          context.log.info({ reason: describeError(error) }, "An event of Marathon's was lost; the next pass sees to it."),
        );
      }
    }
  } catch (error) {
    context.log.info(
      { clusterId, reason: describeError(error) },
      "The events of a cluster are not followed; the passes see to everything.",
    );
  }
}

async function ringApp(context: WorkerContext, clusterId: string | null, appId: string): Promise<void> {
  const environment = await context.database.environment.findFirst({
    where: { appId, clusterId, destroyedAt: null },
    select: { id: true },
  });
  if (environment === null || context.wakers.wake(environment.id)) return;
  await enqueue(context.database, { task: "reconcile-environment", payload: { environmentId: environment.id } });
}
