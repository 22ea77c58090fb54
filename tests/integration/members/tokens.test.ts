import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { actorOfToken } from "#lib/domain/access/authenticate.ts";
import { endSession } from "#lib/domain/access/commands/sessions.ts";
import { createToken, revokeToken } from "#lib/domain/access/commands/tokens.ts";
import {
  type Actor,
  type PolicyObject,
  accountVerbs,
  allVerbs,
  environmentVerbs,
  may,
  platformVerbs,
  projectVerbs,
} from "#lib/domain/access/policy.ts";
import { getAccount, listTokens } from "#lib/domain/access/queries.ts";
import { stageKinds } from "#lib/domain/permissions/words.ts";
import { hashToken } from "#lib/platform/crypto/tokens.ts";

import { type PeopleStage, type Someone, openPeopleStage } from "./stage.ts";

const dayMs = 24 * 60 * 60_000;

let stage: PeopleStage;
let own: { id: string; slug: string };
let other: { id: string; slug: string };
let people: readonly Someone[];

beforeAll(async () => {
  stage = await openPeopleStage();
  [own, other] = [await stage.project(), await stage.project()];
  const [deva, tessa, olga] = [await stage.someone("Deva"), await stage.someone("Tessa"), await stage.someone("Olga")];
  await stage.give(deva, own.slug, "developer");
  await stage.give(tessa, own.slug, "tester");
  await stage.give(tessa, other.slug, "ops");
  await stage.give(olga, own.slug, "ops");
  people = [deva, tessa, olga, stage.ada];
});

afterAll(async () => {
  await stage.end();
});

/** Every question the policy knows about two projects, the platform and two accounts. */
function questions(personId: string): Array<{ verb: string; object: PolicyObject; ask: (actor: Actor) => boolean }> {
  const list: Array<{ verb: string; object: PolicyObject; ask: (actor: Actor) => boolean }> = [];
  for (const projectId of [own.id, other.id, randomUUID()]) {
    for (const stageKind of stageKinds) {
      const object = { type: "environment", projectId, stageKind } as const;
      for (const verb of environmentVerbs) list.push({ verb, object, ask: (actor) => may(actor, verb, object) });
    }
    const object = { type: "project", projectId } as const;
    for (const verb of projectVerbs) list.push({ verb, object, ask: (actor) => may(actor, verb, object) });
  }
  const platform = { type: "platform" } as const;
  for (const verb of platformVerbs) list.push({ verb, object: platform, ask: (actor) => may(actor, verb, platform) });
  for (const owner of [personId, randomUUID()]) {
    const object = { type: "account", personId: owner } as const;
    for (const verb of accountVerbs) list.push({ verb, object, ask: (actor) => may(actor, verb, object) });
  }
  return list;
}

async function asToken(token: string): Promise<Actor> {
  const actor = await actorOfToken(stage.context.database, token, { ip: null, requestId: null });
  if (actor === null) throw new Error("The token is refused");
  return actor;
}

describe("a token", () => {
  it.each(allVerbs)("for %s alone may what its owner may, and of that only this and looking", async (verb) => {
    for (const who of people) {
      const byToken = await (await stage.token(who, { verbs: [verb] })).actor();
      const inPerson = await who.actor();
      for (const question of questions(who.id)) {
        const expected = question.ask(inPerson) && ["view", "see_health", verb].includes(question.verb);
        expect(byToken !== null && question.ask(byToken), `${who.name}: ${question.verb} on ${JSON.stringify(question.object)}`).toBe(
          expected,
        );
      }
    }
  });

  it("for one project may in it what its owner may, elsewhere nothing, and manages neither accounts nor the platform", async () => {
    for (const who of people) {
      const byToken = await (await stage.token(who, { projects: [own.slug] })).actor();
      const inPerson = await who.actor();
      for (const { verb, object, ask } of questions(who.id)) {
        const within = "projectId" in object ? object.projectId === own.id : verb === "see_health";
        expect(byToken !== null && ask(byToken), `${who.name}: ${verb} on ${JSON.stringify(object)}`).toBe(within && ask(inPerson));
      }
    }
  });

  it("is kept as a fingerprint, ends after 90 days when nothing is said, and after a year at most", async () => {
    const [deva] = people;
    const actor = (await deva?.actor()) ?? (await stage.ada.actor());
    const { id, token } = await createToken.run(stage.context, actor, { name: "laptop" });
    const row = await stage.worker.apiToken.findUniqueOrThrow({ where: { id } });
    expect(row.hash).toBe(hashToken(token));
    expect(JSON.stringify(row)).not.toContain(token);
    expect(Math.round(((row.expiresAt?.getTime() ?? 0) - Date.now()) / dayMs)).toBe(90);
    for (const expires of [
      366,
      new Date(Date.now() + 400 * dayMs).toISOString(),
      0,
      -1,
      1.5,
      "tomorrow",
      "2020-01-01T00:00:00Z",
      null,
      Infinity,
    ])
      await expect(createToken.run(stage.context, actor, { name: "x", expires })).rejects.toMatchObject({ code: "invalid_input" });
    await expect(createToken.run(stage.context, actor, { name: "x", expires: 365 })).resolves.toBeDefined();
    const entry = await stage.worker.auditEntry.findFirst({ where: { action: "token.create", objectId: id } });
    expect(entry).toMatchObject({ outcome: "allowed", after: { projects: "all", verbs: "all" } });
    expect(JSON.stringify(entry, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value))).not.toContain(token);
  });

  it("counts no more once it is revoked, expired or its owner is disabled", async () => {
    const eve = await stage.someone("Eve");
    const tokens = [await stage.token(eve), await stage.token(eve), await stage.token(eve)];
    const [revoked, expired, lasting] = tokens;
    if (revoked === undefined || expired === undefined || lasting === undefined) throw new Error("three tokens were made");
    await revokeToken.run(stage.context, await eve.actor(), { id: revoked.id });
    await stage.worker.apiToken.update({ where: { id: expired.id }, data: { expiresAt: new Date(Date.now() - 1000) } });
    expect(await revoked.actor()).toBeNull();
    expect(await expired.actor()).toBeNull();
    expect(await lasting.actor()).not.toBeNull();
    await stage.worker.person.update({ where: { id: eve.id }, data: { disabledAt: new Date() } });
    expect(await lasting.actor()).toBeNull();
  });

  it("shows when it was last used", async () => {
    const eve = await stage.someone("Eve");
    const token = await stage.token(eve);
    expect((await listTokens(stage.context, await eve.actor()))[0]?.lastUsedAt).toBeNull();
    await token.actor();
    expect(Date.now() - ((await listTokens(stage.context, await eve.actor()))[0]?.lastUsedAt?.getTime() ?? 0)).toBeLessThan(10_000);
  });
});

describe("a token that makes tokens", () => {
  it("hands on its own limits, and refuses what lies beyond them", async () => {
    const { token } = await createToken.run(stage.context, await stage.ada.actor(), {
      name: "maker",
      verbs: ["manage_account", "logs"],
      expires: 7,
    });
    const maker = await asToken(token);
    const silent = await createToken.run(stage.context, maker, { name: "child" });
    const child = await stage.worker.apiToken.findUniqueOrThrow({ where: { id: silent.id } });
    expect([child.allVerbs, child.verbs.toSorted()]).toEqual([false, ["logs", "manage_account"]]);
    expect(child.expiresAt?.getTime()).toBeLessThan(Date.now() + 7 * dayMs);
    const narrower = await createToken.run(stage.context, maker, { name: "child", verbs: ["logs"], projects: [own.slug] });
    expect(await stage.worker.apiToken.findUniqueOrThrow({ where: { id: narrower.id } })).toMatchObject({
      verbs: ["logs"],
      projectIds: [own.id],
      allProjects: false,
    });
    for (const beyond of [{ verbs: ["logs", "deploy"] }, { verbs: ["manage_people"] }, { expires: 8 }])
      await expect(createToken.run(stage.context, maker, { name: "child", ...beyond })).rejects.toMatchObject({ code: "forbidden" });
  });

  it("needs the right to manage the account: one without it, or for some projects, makes, lists and revokes none", async () => {
    const { token: narrow } = await createToken.run(stage.context, await stage.ada.actor(), { name: "narrow", projects: [own.slug] });
    const { token: reader, id } = await createToken.run(stage.context, await stage.ada.actor(), { name: "reader", verbs: ["view"] });
    for (const actor of [await asToken(narrow), await asToken(reader)]) {
      await expect(createToken.run(stage.context, actor, { name: "child" })).rejects.toMatchObject({ code: "forbidden" });
      await expect(revokeToken.run(stage.context, actor, { id })).rejects.toMatchObject({ code: "forbidden" });
      await expect(listTokens(stage.context, actor)).rejects.toMatchObject({ code: "forbidden" });
      await expect(getAccount(stage.context, actor)).rejects.toMatchObject({ code: "forbidden" });
    }
  });
});

describe("a token for somebody else", () => {
  it("is made by who manages people, never may more than that person, and is refused to everybody else without telling who exists", async () => {
    const [deva, tessa] = people;
    if (deva === undefined || tessa === undefined) throw new Error("there are people");
    for (const person of [deva.id, deva.email.toUpperCase()]) {
      const { token } = await createToken.run(stage.context, await stage.ada.actor(), { person, name: "robot" });
      expect(await asToken(token)).toMatchObject({ id: deva.id, isAdmin: false });
    }
    for (const person of [deva.id, deva.email, "nobody@example.org", randomUUID()])
      await expect(createToken.run(stage.context, await tessa.actor(), { person, name: "robot" })).rejects.toMatchObject({
        code: "forbidden",
      });
    await expect(
      createToken.run(stage.context, await stage.ada.actor(), { person: "nobody@example.org", name: "robot" }),
    ).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("is made for no other admin: it would outlive the rights of who made it", async () => {
    const mal = await stage.someone("Mal", { isAdmin: true });
    for (const person of [stage.ada.id, stage.ada.email])
      await expect(createToken.run(stage.context, await mal.actor(), { person, name: "ci" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(createToken.run(stage.context, await mal.actor(), { person: mal.email, name: "ci" })).resolves.toBeDefined();
    await stage.worker.person.update({ where: { id: mal.id }, data: { isAdmin: false } });
  });

  it("cannot be revoked, nor its session ended, by another who is no more than a person", async () => {
    const [deva, tessa] = people;
    if (deva === undefined || tessa === undefined) throw new Error("there are people");
    const token = await stage.token(deva);
    await expect(revokeToken.run(stage.context, await tessa.actor(), { id: token.id })).rejects.toMatchObject({ code: "not_found" });
    const session = (await deva.actor()).sessionId;
    await expect(endSession.run(stage.context, await tessa.actor(), { id: session })).rejects.toMatchObject({ code: "not_found" });
    expect(await token.actor()).not.toBeNull();
    expect((await deva.actor()).sessionId).toBe(session);
  });
});

describe("the list of one's tokens", () => {
  it("names a project only while it may be viewed", async () => {
    const eve = await stage.someone("Eve");
    await stage.give(eve, own.slug, "tester");
    await stage.give(eve, other.slug, "tester");
    await stage.token(eve, { projects: [own.slug, other.slug], verbs: ["view", "logs"] });
    await stage.give(eve, other.slug);
    const [token] = await listTokens(stage.context, await eve.actor());
    expect(token).toMatchObject({ projects: [{ slug: own.slug }], otherProjects: 1, verbs: ["view", "logs"] });
    expect(JSON.stringify(token)).not.toContain(other.slug);
  });

  it("of projects one may not view cannot even be asked for", async () => {
    const eve = await stage.someone("Eve");
    const unknown = createToken.run(stage.context, await eve.actor(), { name: "x", projects: ["no-such-project"] });
    await expect(unknown).rejects.toMatchObject({ code: "not_found" });
    await expect(createToken.run(stage.context, await eve.actor(), { name: "x", projects: [own.slug] })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
