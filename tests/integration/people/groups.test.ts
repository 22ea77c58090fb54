import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { actorOfPerson } from "#lib/domain/access/authenticate.ts";
import { type Actor, may } from "#lib/domain/access/policy.ts";
import { createGroup, deleteGroup, updateGroup } from "#lib/domain/groups/commands/edit.ts";
import { addGroupMember, removeGroupMember } from "#lib/domain/groups/commands/members.ts";
import { getGroup, listGroups } from "#lib/domain/groups/queries.ts";
import { getPerson } from "#lib/domain/people/queries.ts";
import type { Database } from "#lib/platform/database/client.ts";

import { type Stage, openStage } from "../domain/stage.ts";
import { cast, endings } from "./cast.ts";

let stage: Stage;
let database: Database;
let ada: { id: string; email: string; actor: Actor };

beforeAll(async () => {
  stage = await openStage();
  database = stage.context.database;
  ada = await cast(database, "Ada", { isAdmin: true });
});

afterAll(async () => {
  await stage.end();
});

const nobody = "00000000-0000-4000-8000-000000000000";
const newName = () => `Group ${randomUUID().slice(0, 8)}`;
const newGroup = async (claim?: string) =>
  (await createGroup.run(stage.context, ada.actor, { name: newName(), ...(claim === undefined ? {} : { claim }) })).id;

describe("a group", () => {
  it("has a name and a claim of its own", async () => {
    const [name, claim] = [newName(), newName()];
    const { id } = await createGroup.run(stage.context, ada.actor, { name, claim });
    await expect(createGroup.run(stage.context, ada.actor, { name })).rejects.toMatchObject({ code: "already_exists" });
    await expect(createGroup.run(stage.context, ada.actor, { name: newName(), claim })).rejects.toMatchObject({ code: "already_exists" });
    const other = await newGroup();
    await expect(updateGroup.run(stage.context, ada.actor, { group: other, name })).rejects.toMatchObject({ code: "already_exists" });
    await expect(updateGroup.run(stage.context, ada.actor, { group: other, claim })).rejects.toMatchObject({ code: "already_exists" });
    await expect(updateGroup.run(stage.context, ada.actor, { group: id, name, claim })).resolves.toBeDefined();
  });

  it("is made once, however many make it at the same moment", async () => {
    const name = newName();
    const attempts = [1, 2, 3, 4].map(() => createGroup.run(stage.context, ada.actor, { name }));
    expect(await endings(attempts)).toEqual(["already_exists", "already_exists", "already_exists", "done"]);
  });

  it("gives its members its roles from the moment they are in until they are out", async () => {
    const project = await stage.project();
    const group = await newGroup();
    const deva = await cast(database, "Deva");
    await database.groupMembership.create({ data: { projectId: project.id, groupId: group, role: "developer" } });
    const review = { type: "environment", projectId: project.id, stageKind: "review" } as const;
    const mayDeploy = async () => {
      const actor = await actorOfPerson(database, deva.id);
      return actor !== null && may(actor, "deploy", review);
    };
    expect(await mayDeploy()).toBe(false);
    await addGroupMember.run(stage.context, ada.actor, { group, email: deva.email.toUpperCase() });
    expect(await mayDeploy()).toBe(true);
    expect((await getPerson(stage.context, ada.actor, deva.id)).projects).toMatchObject([
      { slug: project.slug, roles: [{ role: "developer", group: { id: group } }] },
    ]);
    expect((await getGroup(stage.context, ada.actor, group, {})).projects).toMatchObject([{ slug: project.slug, roles: ["developer"] }]);
    await removeGroupMember.run(stage.context, ada.actor, { group, person: deva.id });
    expect(await mayDeploy()).toBe(false);
  });

  it("takes its roles with it when it is deleted", async () => {
    const project = await stage.project();
    const group = await newGroup();
    const deva = await cast(database, "Deva");
    await addGroupMember.run(stage.context, ada.actor, { group, person: deva.id });
    await database.groupMembership.create({ data: { projectId: project.id, groupId: group, role: "ops" } });
    expect((await actorOfPerson(database, deva.id))?.grants.size).toBe(1);
    await deleteGroup.run(stage.context, ada.actor, { group });
    expect((await actorOfPerson(database, deva.id))?.grants.size).toBe(0);
    await expect(getGroup(stage.context, ada.actor, group, {})).rejects.toMatchObject({ code: "not_found" });
    expect(await database.auditEntry.findFirst({ where: { action: "group.delete", objectId: group } })).toMatchObject({
      detail: { members: 1, roles: 1 },
    });
  });
});

describe("a member", () => {
  it("who came by a claim is not taken out by hand, and leaves with the claim", async () => {
    const group = await newGroup(newName());
    const [byClaim, byHand] = [await cast(database, "Cara"), await cast(database, "Hanna")];
    await database.groupMember.create({ data: { groupId: group, personId: byClaim.id, byClaim: true } });
    await addGroupMember.run(stage.context, ada.actor, { group, person: byHand.id });
    await expect(removeGroupMember.run(stage.context, ada.actor, { group, person: byClaim.id })).rejects.toMatchObject({
      code: "conflict",
    });
    expect((await getGroup(stage.context, ada.actor, group, {})).members.rows.map((row) => row.byClaim)).toEqual([true, false]);
    await updateGroup.run(stage.context, ada.actor, { group, name: newName() });
    expect((await getGroup(stage.context, ada.actor, group, {})).members.total).toBe(2);
    expect(await updateGroup.run(stage.context, ada.actor, { group, claim: null })).toMatchObject({ left: 1 });
    expect((await getGroup(stage.context, ada.actor, group, {})).members.rows.map((row) => row.id)).toEqual([byHand.id]);
  });

  it("who came by a claim and is added by hand stays without it", async () => {
    const group = await newGroup(newName());
    const cara = await cast(database, "Cara");
    await database.groupMember.create({ data: { groupId: group, personId: cara.id, byClaim: true } });
    await addGroupMember.run(stage.context, ada.actor, { group, person: cara.id });
    await updateGroup.run(stage.context, ada.actor, { group, claim: null });
    expect((await getGroup(stage.context, ada.actor, group, {})).members.total).toBe(1);
  });

  it("is added once, however often and whenever; a group that goes meanwhile is no mistake of Berth's", async () => {
    const group = await newGroup();
    const deva = await cast(database, "Deva");
    const input = { group, person: deva.id };
    expect(await endings([1, 2, 3].map(() => addGroupMember.run(stage.context, ada.actor, input)))).toEqual(["done", "done", "done"]);
    expect((await getGroup(stage.context, ada.actor, group, {})).members.total).toBe(1);
    const outcomes = await endings([
      deleteGroup.run(stage.context, ada.actor, { group }),
      addGroupMember.run(stage.context, ada.actor, input),
      addGroupMember.run(stage.context, ada.actor, input),
    ]);
    expect(outcomes.filter((outcome) => outcome !== "done" && outcome !== "not_found")).toEqual([]);
    expect(await database.groupMember.count({ where: { groupId: group } })).toBe(0);
  });

  it.each([
    [{ person: nobody }, "not_found"],
    [{ email: "nobody@example.org" }, "invalid_input"],
    [{ email: "no address" }, "invalid_input"],
    [{}, "invalid_input"],
    [{ person: nobody, email: "a@example.org" }, "invalid_input"],
    [{ person: nobody, byClaim: true }, "invalid_input"],
  ])("named as %j is refused", async (who, code) => {
    await expect(addGroupMember.run(stage.context, ada.actor, { group: await newGroup(), ...who })).rejects.toMatchObject({ code });
  });
});

it("groups are a matter of admins: everybody else is refused, whether there is such a group or not", async () => {
  const group = await newGroup();
  const deva = await cast(database, "Deva");
  const attempts = [group, nobody].flatMap((id): Array<Promise<unknown>> => [
    getGroup(stage.context, deva.actor, id, {}),
    updateGroup.run(stage.context, deva.actor, { group: id, name: newName() }),
    deleteGroup.run(stage.context, deva.actor, { group: id }),
    addGroupMember.run(stage.context, deva.actor, { group: id, person: deva.id }),
    addGroupMember.run(stage.context, deva.actor, { group: id, email: "nobody@example.org" }),
    removeGroupMember.run(stage.context, deva.actor, { group: id, person: deva.id }),
  ]);
  attempts.push(listGroups(stage.context, deva.actor, {}), createGroup.run(stage.context, deva.actor, { name: newName() }));
  expect(new Set(await endings(attempts))).toEqual(new Set(["forbidden"]));
  expect(await database.groupMember.count({ where: { personId: deva.id } })).toBe(0);
});
