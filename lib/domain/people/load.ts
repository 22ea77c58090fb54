import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

export interface LockedPerson {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly isAdmin: boolean;
  readonly disabledAt: Date | null;
  readonly hasPassword: boolean;
}

/**
 * The person with this id, locked until the transaction ends; null when there is none. Whoever changes a person's
 * password, invitations or sessions locks the person first: then such changes happen one after the other.
 */
export async function lockPerson(tx: Transaction, id: string): Promise<LockedPerson | null> {
  const [row] = await tx.$queryRaw<LockedPerson[]>`
    SELECT id, email, name, is_admin AS "isAdmin", disabled_at AS "disabledAt", password_hash IS NOT NULL AS "hasPassword" FROM person WHERE id = ${id}::uuid FOR UPDATE`;
  return row ?? null;
}

/**
 * What was looked up, or `not_found`. For `perform`, which runs after the right was checked: whoever lacks it learns
 * nothing about which ids there are.
 */
export function found<T>(row: T | null): T {
  if (row === null) throw new BerthError("not_found");
  return row;
}
