import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { may } from "#lib/domain/access/policy.ts";
import { setRoles } from "#lib/domain/members/commands/set-roles.ts";
import { listMembers } from "#lib/domain/members/queries.ts";

import { type PeopleStage, openPeopleStage } from "./stage.ts";

let stage: PeopleStage;

beforeAll(async () => {
  stage = await openPeopleStage();
});

afterAll(async () => {
  await stage.end();
});

describe("roles in a project", () => {
  it("add up: one's own and those of several groups", async () => {
    const project = await stage.project();
    const tessa = await stage.someone("Tessa");
    const [testers, operators] = [await stage.group("Testers", tessa), await stage.group("Operators", tessa)];
    const ada = await stage.ada.actor();
    const at = (stageKind: "review" | "uat" | "production") => ({ type: "environment", projectId: project.id, stageKind }) as const;

    await stage.give(tessa, project.slug, "developer");
    let actor = await tessa.actor();
    expect([may(actor, "configure", at("review")), may(actor, "verdict", at("uat")), may(actor, "scale", at("production"))]).toEqual([
      true,
      false,
      false,
    ]);
    await setRoles.run(stage.context, ada, { project: project.slug, group: testers, roles: ["tester"] });
    actor = await tessa.actor();
    expect([may(actor, "configure", at("review")), may(actor, "verdict", at("uat")), may(actor, "scale", at("production"))]).toEqual([
      true,
      true,
      false,
    ]);
    await setRoles.run(stage.context, ada, { project: project.slug, group: operators, roles: ["ops"] });
    actor = await tessa.actor();
    expect([may(actor, "configure", at("review")), may(actor, "verdict", at("uat")), may(actor, "scale", at("production"))]).toEqual([
      true,
      true,
      true,
    ]);
    // And stay apart: what a group gave goes with the group, not with the person's own role.
    await stage.give(tessa, project.slug);
    actor = await tessa.actor();
    expect([may(actor, "configure", at("review")), may(actor, "verdict", at("uat")), may(actor, "scale", at("production"))]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it("that are taken away are gone with the next request, of a session and of a token alike", async () => {
    const project = await stage.project();
    const deva = await stage.someone("Deva");
    await stage.give(deva, project.slug, "developer");
    const token = await stage.token(deva);
    const object = { type: "project", projectId: project.id } as const;
    expect([may(await deva.actor(), "push", object), may((await token.actor()) ?? (await stage.ada.actor()), "push", object)]).toEqual([
      true,
      true,
    ]);
    await stage.give(deva, project.slug);
    const byToken = await token.actor();
    expect(byToken).not.toBeNull();
    expect(may(await deva.actor(), "view", object)).toBe(false);
    expect(byToken !== null && may(byToken, "view", object)).toBe(false);
  });

  it("are replaced whole, whoever asks twice, and audited as they were and as they are", async () => {
    const project = await stage.project();
    const tessa = await stage.someone("Tessa");
    await stage.give(tessa, project.slug, "tester", "developer", "tester");
    await Promise.all([
      stage.give(tessa, project.slug, "ops"),
      stage.give(tessa, project.slug, "ops"),
      stage.give(tessa, project.slug, "ops"),
    ]);
    expect(await stage.worker.membership.findMany({ where: { projectId: project.id } })).toEqual([
      { projectId: project.id, personId: tessa.id, role: "ops" },
    ]);
    const [first, second] = await stage.worker.auditEntry.findMany({
      where: { projectId: project.id, action: "member.set-roles" },
      orderBy: { seq: "asc" },
    });
    expect(first).toMatchObject({ objectId: tessa.id, before: { roles: [] }, after: { roles: ["developer", "tester"] }, actorName: "Ada" });
    expect(second).toMatchObject({ before: { roles: ["developer", "tester"] }, after: { roles: ["ops"] } });
  });

  it("are given by admins alone, and nobody else learns who exists", async () => {
    const project = await stage.project();
    const deva = await stage.someone("Deva");
    await stage.give(deva, project.slug, "developer", "ops");
    const actor = await deva.actor();
    for (const who of [{ person: deva.id }, { email: stage.ada.email }, { email: "nobody@example.org" }, { group: "No such group" }]) {
      await expect(setRoles.run(stage.context, actor, { project: project.slug, ...who, roles: ["ops"] })).rejects.toMatchObject({
        code: "forbidden",
      });
    }
    const other = await stage.project();
    await expect(setRoles.run(stage.context, actor, { project: other.slug, person: deva.id, roles: ["ops"] })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("need a person who exists: the refusal says to create him first", async () => {
    const project = await stage.project();
    const ada = await stage.ada.actor();
    await expect(
      setRoles.run(stage.context, ada, { project: project.slug, email: "Nobody@Example.org", roles: ["ops"] }),
    ).rejects.toMatchObject({ code: "invalid_input", detail: expect.stringContaining("Create the person first") });
    await expect(
      setRoles.run(stage.context, ada, { project: project.slug, email: stage.ada.email.toUpperCase(), roles: ["ops"] }),
    ).resolves.toMatchObject({ after: ["ops"] });
  });
});

describe("the list of members", () => {
  it("shows own roles, roles by group and admins as such; e-mail addresses only to who administers", async () => {
    const project = await stage.project();
    const [deva, tessa] = [await stage.someone("Deva"), await stage.someone("Tessa")];
    await stage.give(deva, project.slug, "developer");
    const group = await stage.group("Testers", tessa, deva);
    await setRoles.run(stage.context, await stage.ada.actor(), { project: project.slug, group, roles: ["tester"] });

    const asAdmin = await listMembers(stage.context, await stage.ada.actor(), project.slug);
    expect(
      asAdmin.members.map(({ name, admin, roles, groups }) => ({ name, admin, roles, by: groups.flatMap((each) => each.roles) })),
    ).toEqual([
      { name: "Ada", admin: true, roles: [], by: [] },
      { name: "Deva", admin: false, roles: ["developer"], by: ["tester"] },
      { name: "Tessa", admin: false, roles: [], by: ["tester"] },
    ]);
    expect(asAdmin.members.map(({ email }) => email)).toEqual([stage.ada.email, deva.email, tessa.email]);
    expect(asAdmin.groups).toMatchObject([{ id: group, roles: ["tester"], people: 2 }]);

    const asMember = await listMembers(stage.context, await deva.actor(), project.slug);
    expect(asMember.members.map(({ name }) => name)).toEqual(["Ada", "Deva", "Tessa"]);
    expect(JSON.stringify(asMember)).not.toContain("@example.org");
    // A search would tell as much as a list.
    expect((await listMembers(stage.context, await deva.actor(), project.slug, { search: "@example" })).members).toEqual([]);
    expect((await listMembers(stage.context, await stage.ada.actor(), project.slug, { search: "@example" })).total).toBe(3);
    expect(asMember.otherGroups).toEqual([]);
  });

  it("shows who may not sign in to those alone who administer", async () => {
    const project = await stage.project();
    const [deva, gone] = [await stage.someone("Deva"), await stage.someone("Gone")];
    await stage.give(deva, project.slug, "developer");
    await stage.give(gone, project.slug, "tester");
    await stage.worker.person.update({ where: { id: gone.id }, data: { disabledAt: new Date() } });
    const asAdmin = await listMembers(stage.context, await stage.ada.actor(), project.slug);
    expect(asAdmin.members.map(({ name, disabled }) => [name, disabled])).toEqual([
      ["Ada", false],
      ["Deva", false],
      ["Gone", true],
    ]);
    const asMember = await listMembers(stage.context, await deva.actor(), project.slug);
    expect([asMember.total, asMember.members.map(({ name }) => name)]).toEqual([2, ["Ada", "Deva"]]);
  });

  it("counts those who may not sign in among a group's people for those alone who administer", async () => {
    const project = await stage.project();
    const [dora, gone] = [await stage.someone("Dora"), await stage.someone("Gone")];
    const group = await stage.group("Testers", dora, gone);
    await setRoles.run(stage.context, await stage.ada.actor(), { project: project.slug, group, roles: ["tester"] });
    await stage.worker.person.update({ where: { id: gone.id }, data: { disabledAt: new Date() } });
    const counts = async (who: typeof dora) =>
      (await listMembers(stage.context, await who.actor(), project.slug)).groups.map(({ people }) => people);
    expect([await counts(stage.ada), await counts(dora)]).toEqual([[2], [1]]);
  });

  it("does not exist for who is not in the project", async () => {
    const [project, other] = [await stage.project(), await stage.project()];
    const deva = await stage.someone("Deva");
    await stage.give(deva, other.slug, "developer");
    await expect(listMembers(stage.context, await deva.actor(), project.slug)).rejects.toMatchObject({ code: "not_found" });
  });

  it("takes a search for what it is: text", async () => {
    const project = await stage.project();
    await stage.give(await stage.someone("100% Sure_Thing"), project.slug, "ops");
    const names = async (search: string) =>
      (await listMembers(stage.context, await stage.ada.actor(), project.slug, { search })).members.map(({ name }) => name);
    expect(await names("%")).toEqual(["100% Sure_Thing"]);
    expect(await names("e_T")).toEqual(["100% Sure_Thing"]);
    expect(await names(String.raw`\ ' " ; --`)).toEqual([]);
  });

  it("of ten thousand comes in pages of fifty, each in well under a second", async () => {
    const project = await stage.project();
    await stage.worker.$executeRaw`
      WITH people AS (
        INSERT INTO person (id, email, name) SELECT gen_random_uuid(), 'crowd' || n || '@example.org', 'Crowd ' || lpad(n::text, 5, '0') FROM generate_series(1, 10000) n RETURNING id)
      INSERT INTO membership (project_id, person_id, role) SELECT ${project.id}::uuid, id, 'tester' FROM people`;
    const ada = await stage.ada.actor();
    const began = performance.now();
    const first = await listMembers(stage.context, ada, project.slug);
    const last = await listMembers(stage.context, ada, project.slug, { page: first.pages });
    const found = await listMembers(stage.context, ada, project.slug, { search: "crowd 07777" });
    const meanMs = (performance.now() - began) / 3;
    expect(first).toMatchObject({ total: 10_001, pages: 201 });
    expect(first.members).toHaveLength(50);
    expect(last.members.map(({ name }) => name)).toEqual(["Crowd 10000"]);
    expect(found.members.map(({ name }) => name)).toEqual(["Crowd 07777"]);
    expect(meanMs).toBeLessThan(800);
    // Beyond the end there is nothing, and the list still knows how long it is.
    expect(await listMembers(stage.context, ada, project.slug, { page: 9_999 })).toMatchObject({ members: [], total: 10_001 });
    console.info(`a page of ten thousand members: ${meanMs.toFixed(0)} ms`);
  });
});
