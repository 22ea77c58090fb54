import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { mailIsSet } from "../notifications/queries.ts";
import { sealSecret } from "../projects/credential.ts";

/**
 * Has the worker send an invitation's link to its person. The link is sealed for the worker and deleted with the mail: it stands nowhere in
 * clear. Throws `mail_not_set` where there is no mail server.
 */
export async function mailInvitation(tx: Transaction, personId: string, by: string, url: string): Promise<void> {
  if (!(await mailIsSet({ database: tx }))) throw new BerthError("mail_not_set");
  const secretId = await sealSecret(tx, `invitation:${personId}`, url);
  await tx.outgoingMessage.createMany({
    data: [{ channel: "mail", recipient: personId, personId, kind: "invitation", body: { by }, secretId }],
  });
}

/** Takes back invitations that were not sent yet. */
export async function withdrawInvitationMails(tx: Transaction, personId: string): Promise<void> {
  const waiting = await tx.outgoingMessage.findMany({
    where: { personId, kind: "invitation", state: "waiting" },
    select: { id: true, secretId: true },
  });
  if (waiting.length === 0) return;
  await tx.outgoingMessage.updateMany({
    where: { id: { in: waiting.map(({ id }) => id) } },
    data: { state: "dropped", endedAt: new Date(), secretId: null },
  });
  await tx.sealedSecret.deleteMany({ where: { id: { in: waiting.flatMap(({ secretId }) => (secretId === null ? [] : [secretId])) } } });
}
