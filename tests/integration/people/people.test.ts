import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { actorOfSession, actorOfToken } from "#lib/domain/access/authenticate.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { signIn } from "#lib/domain/access/sign-in.ts";
import { createPerson } from "#lib/domain/people/commands/create.ts";
import { invitePerson, revokeInvitation } from "#lib/domain/people/commands/invite.ts";
import { revokePersonToken, signOutPerson } from "#lib/domain/people/commands/shut-out.ts";
import { updatePerson } from "#lib/domain/people/commands/update.ts";
import { listPeople } from "#lib/domain/people/list.ts";
import { getPerson } from "#lib/domain/people/queries.ts";
import type { Database } from "#lib/platform/database/client.ts";

import { type Stage, openStage } from "../domain/stage.ts";
import { cast, endings, giveToken, nowhere, signedIn } from "./cast.ts";

let stage: Stage;
let database: Database;
let ada: { id: string; email: string; actor: Actor };

beforeAll(async () => {
  stage = await openStage();
  database = stage.context.database;
});

beforeEach(async () => {
  await database.person.updateMany({ where: { isAdmin: true }, data: { isAdmin: false } });
  ada = await cast(database, "Ada", { isAdmin: true });
});

afterAll(async () => {
  await stage.end();
});

const password = "tern gull skerry";

describe("somebody who is added", () => {
  it("with a password can sign in at once, under the address in lower case", async () => {
    const { id, invitationUrl } = await createPerson.run(stage.context, ada.actor, { email: " Mara@Example.ORG ", name: "Mara", password });
    expect(invitationUrl).toBeNull();
    const { sessionId } = await signIn(database, { email: "mara@example.org", password }, nowhere);
    expect(await actorOfSession(database, sessionId, nowhere)).toMatchObject({ id, email: "mara@example.org", isAdmin: false });
  });

  it("may be called what people are called, in any script", async () => {
    for (const [number, name] of ["Noor بنت سالم", "علی‌رضا", "שרה", "Zoë 🌊", "李小龍"].entries()) {
      const { id } = await createPerson.run(stage.context, ada.actor, { email: `name-${number}@example.org`, name });
      expect(await database.person.findUnique({ where: { id }, select: { name: true } })).toEqual({ name });
    }
  });

  it("is refused when somebody has that address, also when two admins add him at the same moment", async () => {
    const input = { email: "twice@example.org", name: "Twice" };
    const attempts = [1, 2, 3].map(() => createPerson.run(stage.context, ada.actor, input));
    expect(await endings(attempts)).toEqual(["already_exists", "already_exists", "done"]);
    expect(await database.person.count({ where: { email: input.email } })).toBe(1);
  });

  it.each([
    [{ email: "nobody", name: "N" }, "invalid_input"],
    [{ email: "a@example.org, b@example.org", name: "N" }, "invalid_input"],
    [{ email: "c@example.org", name: "  " }, "invalid_input"],
    [{ email: "c@example.org", name: "N\u202Eimda" }, "invalid_input"],
    [{ email: "c@example.org", name: "N", role: "admin" }, "invalid_input"],
    [{ email: "c@example.org", name: "N", isAdmin: "yes" }, "invalid_input"],
    [{ email: { not: "" }, name: "N" }, "invalid_input"],
    [{ email: "c@example.org", name: "N", password: "short" }, "password_weak"],
    [{ email: "carla@example.org", name: "N", password: "carla@example.org" }, "password_weak"],
  ])("is refused as %j", async (input, code) => {
    const before = await database.person.count();
    await expect(createPerson.run(stage.context, ada.actor, input)).rejects.toMatchObject({ code });
    expect(await database.person.count()).toBe(before);
  });
});

describe("whoever is no admin", () => {
  it("gets the same refusal for people who exist and for ids of nobody, and learns nothing from it", async () => {
    const deva = await cast(database, "Deva");
    const nobody = "00000000-0000-4000-8000-000000000000";
    const attempts: Array<() => Promise<unknown>> = [ada.id, nobody].flatMap((person) => [
      () => updatePerson.run(stage.context, deva.actor, { person, isAdmin: false }),
      () => updatePerson.run(stage.context, deva.actor, { person, email: ada.email }),
      () => invitePerson.run(stage.context, deva.actor, { person }),
      () => revokeInvitation.run(stage.context, deva.actor, { person }),
      () => signOutPerson.run(stage.context, deva.actor, { person }),
      () => revokePersonToken.run(stage.context, deva.actor, { person, token: nobody }),
      () => getPerson(stage.context, deva.actor, person),
    ]);
    attempts.push(
      () => createPerson.run(stage.context, deva.actor, { email: ada.email, name: "Ada" }),
      () => createPerson.run(stage.context, deva.actor, { email: "new@example.org", name: "New", password: "short" }),
      () => listPeople(stage.context, deva.actor, {}),
    );
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: "forbidden" });
    expect(await database.auditEntry.count({ where: { actorId: deva.id, outcome: "denied", reason: "forbidden" } })).toBe(14);
  });

  it("may not make himself an admin", async () => {
    const deva = await cast(database, "Deva");
    await expect(updatePerson.run(stage.context, deva.actor, { person: deva.id, isAdmin: true })).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("a change", () => {
  it("is audited with what was and what is, and never with the password", async () => {
    const mara = await cast(database, "Mara");
    await updatePerson.run(stage.context, ada.actor, { person: mara.id, name: "Mara Tern", isAdmin: true, password });
    const entry = await database.auditEntry.findFirstOrThrow({ where: { action: "person.update", objectId: mara.id } });
    expect(entry).toMatchObject({
      actorId: ada.id,
      before: { name: "Mara", isAdmin: false },
      after: { name: "Mara Tern", isAdmin: true },
      detail: { passwordSet: true },
    });
    const { passwordHash } = await database.person.findUniqueOrThrow({ where: { id: mara.id } });
    for (const secret of [password, passwordHash ?? "none"]) expect(JSON.stringify({ ...entry, seq: 0 })).not.toContain(secret);
  });

  it("to an address somebody has is refused", async () => {
    const mara = await cast(database, "Mara");
    await expect(updatePerson.run(stage.context, ada.actor, { person: mara.id, email: ada.email.toUpperCase() })).rejects.toMatchObject({
      code: "already_exists",
    });
    await expect(updatePerson.run(stage.context, ada.actor, { person: mara.id, email: mara.email })).resolves.toBeDefined();
  });

  it("of the password by an admin ends all sessions, and the old password is dead", async () => {
    const { id } = await createPerson.run(stage.context, ada.actor, { email: "old@example.org", name: "Old", password });
    const sessions = [await signedIn(database, id), await signedIn(database, id)];
    await updatePerson.run(stage.context, ada.actor, { person: id, password: "another long one" });
    for (const session of sessions) expect(await actorOfSession(database, session, nowhere)).toBeNull();
    await expect(signIn(database, { email: "old@example.org", password }, nowhere)).rejects.toMatchObject({ code: "credentials_wrong" });
    await expect(signIn(database, { email: "old@example.org", password: "another long one" }, nowhere)).resolves.toBeDefined();
  });
});

describe("somebody who is disabled", () => {
  it("loses sessions for good and tokens for as long as it lasts", async () => {
    const { id } = await createPerson.run(stage.context, ada.actor, { email: "away@example.org", name: "Away", password });
    const session = await signedIn(database, id);
    const { token } = await giveToken(database, id);
    expect(await actorOfToken(database, token, nowhere)).not.toBeNull();
    await updatePerson.run(stage.context, ada.actor, { person: id, disabled: true });
    expect(await actorOfSession(database, session, nowhere)).toBeNull();
    expect(await actorOfToken(database, token, nowhere)).toBeNull();
    await expect(signIn(database, { email: "away@example.org", password }, nowhere)).rejects.toMatchObject({ code: "credentials_wrong" });
    await updatePerson.run(stage.context, ada.actor, { person: id, disabled: false });
    expect(await actorOfSession(database, session, nowhere)).toBeNull();
    expect(await actorOfToken(database, token, nowhere)).toMatchObject({ id });
    await expect(signIn(database, { email: "away@example.org", password }, nowhere)).resolves.toBeDefined();
  });

  it("gets no new link", async () => {
    const mara = await cast(database, "Mara");
    await updatePerson.run(stage.context, ada.actor, { person: mara.id, disabled: true });
    await expect(invitePerson.run(stage.context, ada.actor, { person: mara.id })).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("the last admin who can sign in", () => {
  it.each([{ isAdmin: false }, { disabled: true }])("is not lost by %j, though others wait for their invitation", async (change) => {
    await cast(database, "Invited", { isAdmin: true, invited: true });
    const disabled = await cast(database, "Disabled", { isAdmin: true });
    await database.person.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } });
    await expect(updatePerson.run(stage.context, ada.actor, { person: ada.id, ...change })).rejects.toMatchObject({ code: "last_admin" });
  });

  it.each([{ isAdmin: false }, { disabled: true }])("is not lost by %j where it has nothing but a token", async (change) => {
    await database.person.update({ where: { id: ada.id }, data: { passwordHash: null } });
    await expect(updatePerson.run(stage.context, ada.actor, { person: ada.id, ...change })).rejects.toMatchObject({ code: "last_admin" });
  });

  it("is none any more when another can sign in through an identity provider", async () => {
    const olga = await cast(database, "Olga", { isAdmin: true, invited: true });
    await database.identity.create({ data: { provider: "oidc", subject: olga.id, personId: olga.id } });
    await expect(updatePerson.run(stage.context, ada.actor, { person: ada.id, isAdmin: false })).resolves.toBeDefined();
  });

  it("stays when two admins demote each other at the same moment", async () => {
    for (let round = 0; round < 5; round += 1) {
      await database.person.updateMany({ where: { isAdmin: true }, data: { isAdmin: false } });
      const [one, other] = [await cast(database, "One", { isAdmin: true }), await cast(database, "Other", { isAdmin: true })];
      const attempts = [
        updatePerson.run(stage.context, one.actor, { person: other.id, isAdmin: false }),
        updatePerson.run(stage.context, other.actor, { person: one.id, disabled: true }),
      ];
      // The second has lost his own right when his turn comes.
      expect(await endings(attempts)).toEqual(["done", "forbidden"]);
      expect(await database.person.count({ where: { isAdmin: true, disabledAt: null } })).toBe(1);
    }
  });

  it("stays when two admins give up their own rights at the same moment", async () => {
    for (let round = 0; round < 5; round += 1) {
      await database.person.updateMany({ where: { isAdmin: true }, data: { isAdmin: false } });
      const [one, other] = [await cast(database, "One", { isAdmin: true }), await cast(database, "Other", { isAdmin: true })];
      const attempts = [one, other].map(({ id, actor }) => updatePerson.run(stage.context, actor, { person: id, isAdmin: false }));
      expect(await endings(attempts)).toEqual(["done", "last_admin"]);
      expect(await database.person.count({ where: { isAdmin: true, disabledAt: null } })).toBe(1);
    }
  });

  it("is safe from an admin who lost the right while he waited, also when a third remains", async () => {
    const [one, other] = [await cast(database, "One", { isAdmin: true }), await cast(database, "Other", { isAdmin: true })];
    await updatePerson.run(stage.context, one.actor, { person: other.id, isAdmin: false });
    // His request began before: he comes with the rights he had then.
    await expect(updatePerson.run(stage.context, other.actor, { person: one.id, isAdmin: false })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(updatePerson.run(stage.context, other.actor, { person: other.id, isAdmin: true })).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("signing somebody out everywhere", () => {
  it("ends every session and leaves tokens; a token ends by itself", async () => {
    const mara = await cast(database, "Mara");
    const sessions = [await signedIn(database, mara.id), await signedIn(database, mara.id)];
    const { id, token } = await giveToken(database, mara.id);
    expect(await signOutPerson.run(stage.context, ada.actor, { person: mara.id })).toEqual({ ended: 2 });
    for (const session of sessions) expect(await actorOfSession(database, session, nowhere)).toBeNull();
    expect(await actorOfToken(database, token, nowhere)).not.toBeNull();
    await expect(revokePersonToken.run(stage.context, ada.actor, { person: ada.id, token: id })).rejects.toMatchObject({
      code: "not_found",
    });
    await revokePersonToken.run(stage.context, ada.actor, { person: mara.id, token: id });
    expect(await actorOfToken(database, token, nowhere)).toBeNull();
  });
});
