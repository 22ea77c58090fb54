import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { systemActor } from "../access/policy.ts";
import { writeAudit } from "../audit/write.ts";
import type { MovedRef } from "./store.ts";

/**
 * Says which tags name another commit than before, where something was made of the earlier one. Nothing follows from it by itself: what was
 * tested under a name goes on running until somebody redeploys. Answers the ids of those tags.
 */
export async function reportMovedTags(tx: Transaction, projectId: string, moved: readonly MovedRef[]): Promise<Set<string>> {
  const tags = moved.filter((ref) => ref.kind === "tag" && ref.previous !== ref.commit);
  const reported = new Set<string>();
  if (tags.length === 0) return reported;
  const environments = await tx.environment.findMany({
    where: { projectId, refId: { in: tags.map(({ id }) => id) } },
    select: { id: true, refId: true, destroyedAt: true },
  });
  for (const tag of tags) {
    const used = environments.filter(({ refId }) => refId === tag.id);
    if (used.length === 0) continue;
    reported.add(tag.id);
    const message = `Tag ${tag.name} moved from ${tag.previous.slice(0, 12)} to ${tag.commit.slice(0, 12)}; what runs stays until somebody redeploys`;
    await appendEvent(tx, { kind: "ref.tag_moved", projectId, message, detail: { ref: tag.name, from: tag.previous, to: tag.commit } });
    for (const { id } of used.filter(({ destroyedAt }) => destroyedAt === null))
      await appendEvent(tx, { kind: "environment.tag-moved", projectId, environmentId: id, message });
    await writeAudit(tx, systemActor, {
      action: "ref.tag_moved",
      objectType: "ref",
      objectId: tag.id,
      objectName: tag.name,
      projectId,
      outcome: "allowed",
      before: { commit: tag.previous },
      after: { commit: tag.commit },
    });
  }
  return reported;
}
