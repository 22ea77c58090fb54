import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { type FreezeWindow, type Frozen, frozenAt } from "./states.ts";

/** More windows than this a project cannot have. */
export const windowsAtMost = 100;

const selection = {
  id: true,
  stageId: true,
  title: true,
  kind: true,
  startsAt: true,
  endsAt: true,
  cron: true,
  durationMinutes: true,
  timeZone: true,
} as const;

/** Whether a stage is frozen at an instant: by a window of its own or one of the whole project. Null: it is not. */
export async function freezeOf(
  tx: Transaction | Database,
  { projectId, stageId, at }: { projectId: string; stageId: string; at: Date },
): Promise<Frozen | null> {
  return frozenAt(await windowsOf(tx, { projectId, stageId }), at);
}

/** The same for many stages of a project in one question. */
export async function freezesOf(
  tx: Transaction | Database,
  { projectId, stageIds, at }: { projectId: string; stageIds: readonly string[]; at: Date },
): Promise<Map<string, Frozen>> {
  const windows = await tx.freezeWindow.findMany({ where: { projectId }, select: selection, take: windowsAtMost });
  const found = new Map<string, Frozen>();
  for (const stageId of stageIds) {
    const frozen = frozenAt(
      windows.filter((window) => window.stageId === null || window.stageId === stageId),
      at,
    );
    if (frozen !== null) found.set(stageId, frozen);
  }
  return found;
}

async function windowsOf(
  tx: Transaction | Database,
  { projectId, stageId }: { projectId: string; stageId: string },
): Promise<FreezeWindow[]> {
  return tx.freezeWindow.findMany({
    where: { projectId, OR: [{ stageId: null }, { stageId }] },
    select: selection,
    take: windowsAtMost,
  });
}
