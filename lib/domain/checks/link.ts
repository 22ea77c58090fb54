import { randomUUID } from "node:crypto";

import type { Transaction } from "#lib/platform/database/client.ts";

import type { PlannedCheck } from "./plan.ts";

interface Wanted {
  readonly projectId: string;
  readonly deploymentId: string;
  readonly image: { readonly id: string; readonly digest: string };
  readonly wanted: readonly PlannedCheck[];
}

/** The runs of the wanted checks for an image, made where there are none yet, and written down as this deployment's. */
export async function linkChecks(tx: Transaction, { projectId, deploymentId, image, wanted }: Wanted) {
  await tx.checkRun.createMany({
    data: wanted.map(({ key, name, command, timeoutSeconds }) => ({
      projectId,
      imageId: image.id,
      digest: image.digest,
      key,
      name,
      command: [...command],
      timeoutSeconds,
      logId: randomUUID(),
    })),
    skipDuplicates: true,
  });
  const runs = await tx.checkRun.findMany({
    where: { projectId, digest: image.digest, key: { in: wanted.map(({ key }) => key) } },
    select: { id: true, key: true, name: true, status: true, errorText: true, endedAt: true },
  });
  await tx.deploymentCheck.createMany({ data: runs.map(({ id }) => ({ deploymentId, checkRunId: id })), skipDuplicates: true });
  const order = new Map(wanted.map(({ key }, position) => [key, position]));
  return runs.toSorted((one, other) => (order.get(one.key) ?? 0) - (order.get(other.key) ?? 0));
}
