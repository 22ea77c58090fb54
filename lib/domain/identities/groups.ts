import type { Transaction } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { writeAudit } from "../audit/write.ts";

/**
 * Makes a person's memberships by claim equal to what his provider says now. Memberships that an admin gave stay as they are.
 * Call it with the person's row locked.
 */
export async function followClaim(tx: Transaction, actor: Actor, personId: string, said: readonly string[]): Promise<void> {
  // Held until the end: a claim that is moved meanwhile would leave a member by a claim that leads here no more.
  const wanted = await tx.$queryRaw<Array<{ id: string; name: string }>>`
    SELECT id, name FROM person_group WHERE claim = ANY(${[...said]}::text[]) ORDER BY id FOR SHARE`;
  const present = await tx.groupMember.findMany({
    where: { personId },
    select: { groupId: true, byClaim: true, group: { select: { name: true } } },
  });
  const lost = present.filter(({ byClaim, groupId }) => byClaim && wanted.every(({ id }) => id !== groupId));
  const gained = wanted.filter(({ id }) => present.every(({ groupId }) => groupId !== id));
  if (lost.length === 0 && gained.length === 0) return;
  await tx.groupMember.deleteMany({ where: { personId, byClaim: true, groupId: { in: lost.map(({ groupId }) => groupId) } } });
  await tx.groupMember.createMany({ data: gained.map(({ id }) => ({ groupId: id, personId, byClaim: true })), skipDuplicates: true });
  const before = present.map(({ group }) => group.name).toSorted();
  const kept = present.filter((row) => !lost.includes(row)).map(({ group }) => group.name);
  await writeAudit(tx, actor, {
    action: "group.follow-claim",
    objectType: "person",
    objectId: personId,
    outcome: "allowed",
    before: { groups: before },
    after: { groups: [...kept, ...gained.map(({ name }) => name)].toSorted() },
  });
}
