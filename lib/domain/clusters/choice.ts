import type { Transaction } from "#lib/platform/database/client.ts";

/** The cluster a new environment of a stage is made in: the stage's own choice, else the project's; null is the one of the settings. */
export async function chosenCluster(tx: Transaction, stageId: string): Promise<string | null> {
  const stage = await tx.stage.findUniqueOrThrow({
    where: { id: stageId },
    select: { ownCluster: true, clusterId: true, project: { select: { clusterId: true } } },
  });
  return stage.ownCluster ? stage.clusterId : stage.project.clusterId;
}
