import type { Transaction } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";

/**
 * Remembers who brought commits into Berth's own Git, the first time each comes: an author's address in a commit is only what somebody typed,
 * and nobody gives the verdict on his own work.
 */
export async function recordPushedCommits(
  tx: Pick<Transaction, "commitPush">,
  actor: Pick<Actor, "id" | "name">,
  projectId: string,
  commits: readonly string[],
): Promise<void> {
  const { id, name } = actor;
  if (id === null || commits.length === 0) return;
  await tx.commitPush.createMany({
    data: [...new Set(commits)].map((commit) => ({ projectId, commit, personId: id, personName: name })),
    skipDuplicates: true,
  });
}
