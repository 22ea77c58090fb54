import type { Database, StageKind } from "#lib/platform/database/client.ts";

/** More environments than this a stage of the board does not know of. */
const placesAtMost = 2_000;

/**
 * All stages of a project in order, each with the little that is needed to choose what is shown of its environments, the newest first. What is in
 * hidden stages is left out in the database.
 */
export async function readPlaces(database: Database, projectId: string, kinds: readonly StageKind[]) {
  return database.stage.findMany({
    where: { projectId, removedAt: null },
    orderBy: { position: "asc" },
    select: {
      id: true,
      name: true,
      title: true,
      kind: true,
      position: true,
      starts: true,
      refKind: true,
      refPattern: true,
      perRef: true,
      verdictRequired: true,
      environments: {
        where: { destroyedAt: null, stage: { kind: { in: [...kinds] } } },
        orderBy: { changedAt: "desc" },
        take: placesAtMost,
        select: { id: true, refId: true, desired: true },
      },
    },
  });
}

export type StagePlaces = Awaited<ReturnType<typeof readPlaces>>[number];
