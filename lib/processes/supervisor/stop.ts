import { setTimeout as delay } from "node:timers/promises";

import { stopLabelledContainers } from "#lib/adapters/engine-local/engine-call.ts";
import type { ProcessRole } from "#lib/platform/database/roles.ts";

import type { Situation } from "./situation.ts";

/** How long each may take to end, in milliseconds; together below the twenty seconds that stopping may take. */
const grace: Readonly<Record<ProcessRole, number>> = { web: 2500, gateway: 2500, worker: 4000, scheduler: 2500 };
export const stopOrder: readonly ProcessRole[] = ["web", "gateway", "worker", "scheduler"];
const pendingMilliseconds = 5000;
const containerGraceSeconds = 2;
const postgresMilliseconds = 5000;
const registryMilliseconds = 2000;
const engineMilliseconds = 6000;

/**
 * Ends everything that was started, in the order in which nobody misses what is gone: web, gateway, worker, scheduler,
 * then the tasks' containers, registry, engine and PostgreSQL. Containers are stopped and kept: the next start finds their
 * environments wanted and brings them back. An engine that is not ours goes on, without our containers.
 */
export async function stopEverything(situation: Situation): Promise<void> {
  const { running } = situation;
  await Promise.race([Promise.allSettled(situation.pending), delay(pendingMilliseconds)]);
  for (const role of stopOrder) await running.children.get(role)?.stop(grace[role]);
  const engine = stopTasks(situation).then(() => running.engine?.own?.stop(engineMilliseconds));
  await Promise.allSettled([engine, running.registry?.stop(registryMilliseconds), running.postgres?.stop(postgresMilliseconds)]);
}

async function stopTasks({ running, instance, config }: Situation): Promise<void> {
  const { engine } = running;
  if (engine?.version === undefined || config.marathon.urls.length > 0) return;
  await stopLabelledContainers(engine.host, `berth.scheduler=${instance}`, containerGraceSeconds).catch(() => 0);
}

/** The second Ctrl-C: no grace. PostgreSQL recovers from its log at the next start, the engine ends by itself. */
export function killEverything({ running }: Situation): void {
  for (const child of running.children.values()) child.kill();
  void running.postgres?.stop(0);
  void running.registry?.stop(0);
  void running.engine?.own?.stop(engineMilliseconds);
}
