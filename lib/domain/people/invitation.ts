import { hashToken, newRandomId } from "#lib/platform/crypto/tokens.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import type { Settings } from "../command.ts";
import { mailInvitation, withdrawInvitationMails } from "./mail-invitation.ts";

const invitationLifeMs = 7 * 24 * 60 * 60_000;

/** A link as it is shown once, to be passed on by the admin who asked for it. */
export interface NewInvitation {
  readonly id: string;
  readonly url: string;
  readonly expiresAt: Date;
}

/** Makes a link with which one person sets a password; his older links are dead from now on; mailed on wish. Lock the person before. */
export async function makeInvitation(
  tx: Transaction,
  personId: string,
  actor: Actor,
  settings: Settings,
  { mail = false }: { readonly mail?: boolean | undefined } = {},
): Promise<NewInvitation> {
  await revokeInvitations(tx, personId);
  const code = newRandomId();
  const expiresAt = new Date(Date.now() + invitationLifeMs);
  const { id } = await tx.invitation.create({
    data: { personId, hash: hashToken(code), createdByName: actor.name, expiresAt },
    select: { id: true },
  });
  const url = `${settings.dashboardOrigin}/invite/${code}`;
  if (mail) await mailInvitation(tx, personId, actor.name, url);
  return { id, url, expiresAt };
}

/** Ends the open links of a person. Lock the person before. @returns how many there were */
export async function revokeInvitations(tx: Transaction, personId: string): Promise<number> {
  await withdrawInvitationMails(tx, personId);
  const now = new Date();
  const { count } = await tx.invitation.updateMany({
    where: { personId, usedAt: null, revokedAt: null, expiresAt: { gt: now } },
    data: { revokedAt: now },
  });
  return count;
}
