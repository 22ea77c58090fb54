import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import type { Actor } from "../access/policy.ts";
import { endOpenDeployments } from "../deployments/end-open.ts";

/** Wishes an environment away; the worker takes down route, app and image in that order and then marks the row. */
export async function destroyEnvironment(
  tx: Transaction,
  actor: Actor,
  environment: { id: string; projectId: string },
  why: string,
): Promise<void> {
  await endOpenDeployments(tx, environment.id);
  await tx.environment.update({ where: { id: environment.id }, data: { desired: "destroyed", changedAt: new Date() } });
  await appendEvent(tx, {
    kind: "environment.destroying",
    projectId: environment.projectId,
    environmentId: environment.id,
    actorName: actor.name,
    message: why,
  });
  await enqueue(tx, { task: "reconcile-environment", payload: { environmentId: environment.id } });
}
