import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";

/** Any number, as long as nothing else takes it. */
const adminsLock = 7_301_101;

/** Ids of persons. */
export interface Admins {
  /** Everybody with the right who is not disabled, some perhaps with nothing but a token. */
  readonly all: ReadonlySet<string>;
  /** Those of them who can sign in now. */
  readonly signingIn: ReadonlySet<string>;
}

export const noAdmins: Admins = { all: new Set(), signingIn: new Set() };

/**
 * Holds back everybody else who takes rights away from admins until this transaction ends, and reads who the admins are.
 * Without it two admins who demote each other at the same moment would leave none.
 */
export async function lockAdmins(tx: Transaction): Promise<Admins> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${adminsLock})`;
  const rows = await tx.$queryRaw<Array<{ id: string; signsIn: boolean }>>`
    SELECT p.id, p.password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM identity i WHERE i.person_id = p.id) AS "signsIn"
    FROM person p WHERE p.is_admin AND p.disabled_at IS NULL`;
  return { all: new Set(rows.map(({ id }) => id)), signingIn: new Set(rows.filter(({ signsIn }) => signsIn).map(({ id }) => id)) };
}

/** Throws `last_admin` when without this person nobody would be an admin, or none who can sign in. */
export function refuseLastAdmin({ all, signingIn }: Admins, personId: string): void {
  for (const ids of [all, signingIn]) if (ids.size === 1 && ids.has(personId)) throw new BerthError("last_admin");
}

/** Throws `forbidden` for a token that was made for less than everything: it neither makes an admin nor gets hold of one. */
export function refuseLimited({ limits }: Pick<Actor, "limits">): void {
  if (limits !== null) throw new BerthError("forbidden", { detail: "A token with limits makes no admins and changes none." });
}
