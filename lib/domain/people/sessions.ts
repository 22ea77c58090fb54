import type { Transaction } from "#lib/platform/database/client.ts";

/** Signs a person out everywhere. Lock the person before. @returns how many sessions ended */
export async function endSessions(tx: Transaction, personId: string): Promise<number> {
  const { count } = await tx.session.updateMany({ where: { personId, endedAt: null }, data: { endedAt: new Date() } });
  return count;
}
