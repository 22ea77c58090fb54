import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { defineCommand } from "../../command.ts";
import { found } from "../../people/load.ts";
import { type LockedGroup, lockGroup } from "../load.ts";
import { groupClaim, groupName } from "../schema.ts";

const platform = { type: "platform" } as const;
const select = { id: true } as const;

export const createGroupInput = z.strictObject({ name: groupName, claim: groupClaim.optional() });

/** A new group, without members and roles. */
export const createGroup = defineCommand({
  name: "group.create",
  input: createGroupInput,
  load: (tx, { name, claim }) => takenBy(tx, { name, claim, except: null }),
  verb: "manage_people",
  object: () => platform,
  gate: refuseTaken,
  perform: (tx, _taken, { name, claim }) => tx.personGroup.create({ data: { name, claim: claim ?? null }, select: { id: true } }),
  subject: (_taken, { name, claim }, { id }) => ({
    objectType: "group",
    objectId: id,
    projectId: null,
    after: { name, claim: claim ?? null },
  }),
});

export const updateGroupInput = z.strictObject({
  group: z.uuid(),
  name: groupName.optional(),
  /** Null: no claim leads here any more. Whoever is a member by the old claim leaves. */
  claim: groupClaim.nullable().optional(),
});

/** Renames a group or changes the claim that leads to it. */
export const updateGroup = defineCommand({
  name: "group.update",
  input: updateGroupInput,
  async load(tx, { group, name, claim }) {
    const row = await lockGroup(tx, group);
    return { row, ...(await takenBy(tx, { name, claim: claim ?? undefined, except: group })) };
  },
  verb: "manage_people",
  object: () => platform,
  gate(loaded) {
    found(loaded.row);
    refuseTaken(loaded);
  },
  async perform(tx, { row }, { name, claim }) {
    const group = found(row);
    const data = { ...(name === undefined ? {} : { name }), ...(claim === undefined ? {} : { claim }) };
    await tx.personGroup.update({ where: { id: group.id }, data, select: { id: true } });
    const claimChanged = claim !== undefined && claim !== group.claim;
    const left = claimChanged ? (await tx.groupMember.deleteMany({ where: { groupId: group.id, byClaim: true } })).count : 0;
    return { id: group.id, left, ...changesOf(group, { ...group, ...data }) };
  },
  subject: (_loaded, _input, { id, left, before, after }) => ({
    objectType: "group",
    objectId: id,
    projectId: null,
    detail: { membersByClaimRemoved: left },
    before,
    after,
  }),
});

/** Removes a group: its members lose the roles they had by it. */
export const deleteGroup = defineCommand({
  name: "group.delete",
  input: z.strictObject({ group: z.uuid() }),
  load: (tx, { group }) => lockGroup(tx, group),
  verb: "manage_people",
  object: () => platform,
  async perform(tx, row) {
    const { id, name, claim } = found(row);
    const [members, roles] = [
      await tx.groupMember.count({ where: { groupId: id } }),
      await tx.groupMembership.count({ where: { groupId: id } }),
    ];
    await tx.personGroup.delete({ where: { id }, select: { id: true } });
    return { id, members, roles, before: { name, claim } };
  },
  subject: (_row, _input, { id, members, roles, before }) => ({
    objectType: "group",
    objectId: id,
    projectId: null,
    detail: { members, roles },
    before,
  }),
});

function changesOf(was: LockedGroup, is: LockedGroup) {
  const fields = (["name", "claim"] as const).filter((field) => was[field] !== is[field]);
  const of = (group: LockedGroup) => Object.fromEntries(fields.map((field) => [field, group[field]]));
  return { before: of(was), after: of(is) };
}

interface Taken {
  readonly nameTaken: boolean;
  readonly claimTaken: boolean;
}

async function takenBy(
  tx: Transaction,
  { name, claim, except }: { name: string | undefined; claim: string | undefined; except: string | null },
): Promise<Taken> {
  const others = except === null ? {} : { NOT: { id: except } };
  const byName = name === undefined ? null : await tx.personGroup.findFirst({ where: { name, ...others }, select });
  const byClaim = claim === undefined ? null : await tx.personGroup.findFirst({ where: { claim, ...others }, select });
  return { nameTaken: byName !== null, claimTaken: byClaim !== null };
}

function refuseTaken({ nameTaken, claimTaken }: Taken): void {
  if (nameTaken) throw new BerthError("already_exists", { fields: { name: "There is a group with this name." } });
  if (claimTaken) throw new BerthError("already_exists", { fields: { claim: "This claim leads to another group already." } });
}
