import type { Transaction } from "#lib/platform/database/client.ts";

import type { PullHearsay } from "../inbound-hooks/hint.ts";

/**
 * Keeps what a webhook says of a pull request: its title, and that it is closed, which the remote's list of refs does not tell. Neither makes
 * anything run. Nothing where the project follows none.
 */
export async function noteHearsay(tx: Transaction, projectId: string, { number, title, closed }: PullHearsay, now: Date): Promise<void> {
  const follows = await tx.project.count({ where: { id: projectId, pullRequests: true } });
  if (follows === 0) return;
  const told = { title, closedAt: closed ? now : null };
  await tx.pullRequest.upsert({
    where: { projectId_number: { projectId, number } },
    create: { projectId, number, ...told },
    update: told,
    select: { id: true },
  });
}
