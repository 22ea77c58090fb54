import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { updateGroup } from "#lib/domain/groups/commands/edit.ts";
import { followClaim } from "#lib/domain/identities/groups.ts";
import { signInByIdentity } from "#lib/domain/identities/sign-in.ts";
import { unlinkIdentity } from "#lib/domain/people/commands/unlink.ts";
import { updatePerson } from "#lib/domain/people/commands/update.ts";
import { type PeopleStage, openPeopleStage, type Someone } from "#tests/integration/members/stage.ts";
import { endings } from "#tests/integration/people/cast.ts";

let stage: PeopleStage;
beforeAll(async () => {
  stage = await openPeopleStage();
});
afterAll(() => stage?.end());

const provider = "oidc:https://id.example.org";
const here = { ip: "192.0.2.7", userAgent: null, requestId: null };
const hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$TJnVQS0IUCU3CXlEDHHpdtiNnoRJSaMPlz3kV1ZQNA8";

/** How a sign-in ends that proves this address: "done", or the code of the refusal and the reason in the log. */
async function prove(
  who: Pick<Someone, "id" | "email">,
  given: { subject?: string; email?: string; from?: string; passwordUsers?: "everybody" | "admins" } = {},
): Promise<string[]> {
  const { subject = who.id, email = who.email, from = provider, passwordUsers = "everybody" } = given;
  const identity = { provider: from, subject, email, emailVerified: true, name: "", groups: null };
  const result = await endings([signInByIdentity(stage.context.database, identity, here, { signUpDomains: [], passwordUsers })]);
  const entry = await stage.worker.auditEntry.findFirst({ where: { action: "session.create" }, orderBy: { seq: "desc" } });
  return [...result, ...(entry?.outcome === "denied" ? [entry.reason ?? ""] : [])];
}

const identitiesOf = (personId: string) => stage.context.database.identity.count({ where: { personId } });

describe("a verified e-mail address", () => {
  test("leads to somebody who has no way to sign in yet, and to him alone by the same subject afterwards", async () => {
    const invited = await stage.someone("Invited");
    expect(await prove(invited)).toEqual(["done"]);
    expect(await prove(invited, { email: "elsewhere@example.org" })).toEqual(["done"]);
    expect(await prove(invited, { subject: "another" })).toEqual(["identity_unknown", "other_subject"]);
    expect(await prove(invited, { from: "github:https://github.com" })).toEqual(["identity_unknown", "signs_in_otherwise"]);
    expect(await identitiesOf(invited.id)).toBe(1);
  });

  test("leads to no admin, with a password or without", async () => {
    const admins = [await stage.someone("Admin", { isAdmin: true }), await stage.someone("Admin", { isAdmin: true })];
    await stage.context.database.person.update({ where: { id: admins[0]?.id ?? "" }, data: { passwordHash: hash } });
    for (const admin of admins) {
      expect(await prove(admin)).toEqual(["identity_unknown", "admins_are_not_linked"]);
      expect(await prove(admin, { passwordUsers: "admins" })).toEqual(["identity_unknown", "admins_are_not_linked"]);
      expect(await identitiesOf(admin.id)).toBe(0);
    }
  });

  test("leads to nobody who signs in by password, unless passwords are for admins alone", async () => {
    const mara = await stage.someone("Mara");
    await stage.context.database.person.update({ where: { id: mara.id }, data: { passwordHash: hash } });
    expect(await prove(mara)).toEqual(["identity_unknown", "signs_in_otherwise"]);
    expect(await identitiesOf(mara.id)).toBe(0);
    expect(await prove(mara, { passwordUsers: "admins" })).toEqual(["done"]);
  });

  test("is the one it is written as: signs that only look like letters lead to nobody", async () => {
    const kate = await stage.someone("Kate");
    expect(await prove(kate, { email: kate.email.replace("kate", "\u212Aate") })).toEqual(["email_unverified", "email_unverified"]);
    expect(await prove(kate, { email: kate.email.toUpperCase() })).toEqual(["done"]);
  });

  test("proved in two browsers at once makes one identity", async () => {
    const twice = await stage.someone("Twice");
    const identity = { provider, subject: twice.id, email: twice.email, emailVerified: true, name: "", groups: null };
    const attempts = [1, 2, 3].map(() =>
      signInByIdentity(stage.context.database, identity, here, { signUpDomains: [], passwordUsers: "everybody" }),
    );
    expect(await endings(attempts)).toEqual(["done", "done", "done"]);
    expect(await identitiesOf(twice.id)).toBe(1);
  });
});

describe("an identity", () => {
  test("that is unlinked leads here no more, its sessions end, and it is audited", async () => {
    const linked = await stage.someone("Linked");
    await prove(linked);
    await stage.context.database.person.update({ where: { id: linked.id }, data: { passwordHash: hash } });
    const input = { person: linked.id, provider: "oidc" };
    const { unlinked } = await unlinkIdentity.run(stage.context, await stage.ada.actor(), input);
    expect(unlinked).toBe(1);
    await expect(linked.actor()).rejects.toThrow("not signed in");
    expect(await prove(linked)).toEqual(["identity_unknown", "signs_in_otherwise"]);
    expect(await stage.worker.auditEntry.count({ where: { action: "identity.unlink", objectId: linked.id, outcome: "allowed" } })).toBe(1);
    await expect(unlinkIdentity.run(stage.context, await stage.ada.actor(), input)).rejects.toMatchObject({ code: "not_found" });
  });

  test("goes with the old address when an admin changes it, and so do the sessions", async () => {
    const moved = await stage.someone("Moved");
    await prove(moved);
    await updatePerson.run(stage.context, await stage.ada.actor(), { person: moved.id, email: `new-${moved.email}` });
    await expect(moved.actor()).rejects.toThrow("not signed in");
    expect(await prove(moved)).toEqual(["identity_unknown", "identity_unknown"]);
    expect(await prove(moved, { email: `new-${moved.email}` })).toEqual(["done"]);
  });

  test("is not taken from the last admin who can sign in, neither by unlinking nor by another address", async () => {
    await stage.context.database.person.updateMany({ where: { isAdmin: true, NOT: { id: stage.ada.id } }, data: { isAdmin: false } });
    await stage.context.database.identity.create({ data: { provider, subject: "ada", personId: stage.ada.id } });
    const ada = await stage.ada.actor();
    expect(
      await endings([
        unlinkIdentity.run(stage.context, ada, { person: ada.id, provider: "oidc" }),
        updatePerson.run(stage.context, ada, { person: ada.id, email: "other@example.org" }),
      ]),
    ).toEqual(["last_admin", "last_admin"]);
    expect(await identitiesOf(stage.ada.id)).toBe(1);
  });
});

test("a claim that is moved while somebody signs in by it leaves nobody in the group", async () => {
  const { database } = stage.context;
  const group = await database.personGroup.create({ data: { name: "Ops of old", claim: "ops-old" } });
  const person = await stage.someone("Claimant");
  const [actor, ada] = [await person.actor(), await stage.ada.actor()];
  const both: Array<Promise<unknown>> = [];
  await database.$transaction(async (tx) => {
    // Both come to a stop in the middle: the one has read the group, the other is about to put its members out.
    await tx.$executeRaw`LOCK TABLE group_member IN ACCESS EXCLUSIVE MODE`;
    const waiting = async () => {
      const [row] = await stage.worker.$queryRaw<Array<{ count: number }>>`
        SELECT count(DISTINCT pid)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return row?.count;
    };
    both.push(database.$transaction((other) => followClaim(other, actor, person.id, ["ops-old"])));
    await expect.poll(waiting, { timeout: 3_000 }).toBe(1);
    both.push(updateGroup.run(stage.context, ada, { group: group.id, claim: "ops-new" }));
    await expect.poll(waiting, { timeout: 3_000 }).toBe(2);
  });
  expect(await endings(both)).toEqual(["done", "done"]);
  expect(await database.groupMember.count({ where: { groupId: group.id } })).toBe(0);
});
