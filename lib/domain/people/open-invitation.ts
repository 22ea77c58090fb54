import { BerthError } from "#lib/core/errors.ts";
import { hashToken } from "#lib/platform/crypto/tokens.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { type Bucket, addressOf, forgetAttempts, takeAttempt } from "../access/attempts.ts";
import type { Actor } from "../access/policy.ts";

/** What somebody with the link may know: for whom it is, and who made it. */
export interface OpenInvitation {
  readonly name: string;
  readonly email: string;
  readonly invitedBy: string;
  readonly expiresAt: Date;
}

/** Who may have a password at all at this installation. */
export type PasswordUsers = "everybody" | "admins";

interface Found extends OpenInvitation {
  readonly id: string;
  readonly isAdmin: boolean;
  readonly personId: string;
}

interface Row extends Found {
  readonly usedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly disabledAt: Date | null;
}

/** Attempts with links are counted by address; as many people may sit behind one. */
function bucketFor(ip: string | null): Bucket {
  return { queue: "strangers", account: "an invitation", address: addressOf(ip), limits: { here: 20, address: 50 } };
}

/** The page of a link: for whom it is. Throws like `openInvitation`. */
export async function getInvitation(
  database: Database,
  actor: Actor | null,
  code: string,
  ip: string | null,
  whom: PasswordUsers,
): Promise<OpenInvitation> {
  const { name, email, invitedBy, expiresAt } = await openInvitation(database, actor, code, ip, whom);
  return { name, email, invitedBy, expiresAt };
}

/**
 * The invitation behind a code, as long as it is open and nobody else holds it.
 * Throws `gone` for whatever is unknown, used, expired, revoked, or made for somebody who is disabled; `invitation_foreign` when
 * somebody else is signed in; `view_only` through another's eyes; `password_not_used` where a password would be of no use;
 * `rate_limited` after too many codes that were none.
 */
export async function openInvitation(
  database: Database,
  actor: Actor | null,
  code: string,
  ip: string | null,
  whom: PasswordUsers,
): Promise<Found> {
  const bucket = bucketFor(ip);
  await takeAttempt(database, bucket);
  const row = await readInvitation(database, code);
  if (row === null || !isOpen(row)) throw new BerthError("gone");
  await forgetAttempts(database, bucket);
  if (actor !== null && actor.viewing !== null) throw new BerthError("view_only");
  if (actor !== null && actor.id !== row.personId) throw new BerthError("invitation_foreign");
  if (whom === "admins" && !row.isAdmin) throw new BerthError("password_not_used");
  return row;
}

/** Whether the invitation is still good; ask again under the person's lock before it is used. */
export async function isStillOpen(tx: Transaction, code: string): Promise<boolean> {
  const row = await readInvitation(tx, code);
  return row !== null && isOpen(row);
}

async function readInvitation(database: Pick<Database, "invitation">, code: string): Promise<Row | null> {
  const row = await database.invitation.findUnique({
    where: { hash: hashToken(code) },
    select: {
      id: true,
      personId: true,
      createdByName: true,
      expiresAt: true,
      usedAt: true,
      revokedAt: true,
      person: { select: { name: true, email: true, isAdmin: true, disabledAt: true } },
    },
  });
  if (row === null) return null;
  const { person, createdByName, ...rest } = row;
  return { ...rest, ...person, invitedBy: createdByName };
}

function isOpen({ usedAt, revokedAt, disabledAt, expiresAt }: Row): boolean {
  return usedAt === null && revokedAt === null && disabledAt === null && expiresAt.getTime() > Date.now();
}
