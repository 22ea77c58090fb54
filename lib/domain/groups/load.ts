import type { Transaction } from "#lib/platform/database/client.ts";

export interface LockedGroup {
  readonly id: string;
  readonly name: string;
  readonly claim: string | null;
}

/** The group with this id, locked until the transaction ends, so that it is not deleted meanwhile; null when there is none. */
export async function lockGroup(tx: Transaction, id: string): Promise<LockedGroup | null> {
  const [row] = await tx.$queryRaw<LockedGroup[]>`SELECT id, name, claim FROM person_group WHERE id = ${id}::uuid FOR UPDATE`;
  return row ?? null;
}
