import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { actorOfSession, actorOfToken } from "#lib/domain/access/authenticate.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { signIn } from "#lib/domain/access/sign-in.ts";
import { acceptInvitation, acceptInvitationInBrowser } from "#lib/domain/people/accept-invitation.ts";
import { createPerson } from "#lib/domain/people/commands/create.ts";
import { invitePerson, revokeInvitation } from "#lib/domain/people/commands/invite.ts";
import { updatePerson } from "#lib/domain/people/commands/update.ts";
import { getInvitation } from "#lib/domain/people/open-invitation.ts";
import { hashToken } from "#lib/platform/crypto/tokens.ts";
import type { Database } from "#lib/platform/database/client.ts";

import { type Stage, openStage } from "../domain/stage.ts";
import { cast, endings, giveToken, nowhere, signedIn } from "./cast.ts";

let stage: Stage;
let database: Database;
let ada: { id: string; email: string; actor: Actor };
let counter = 0;

beforeAll(async () => {
  stage = await openStage();
  database = stage.context.database;
  ada = await cast(database, "Ada", { isAdmin: true });
});

afterAll(async () => {
  await stage.end();
});

const password = "tern gull skerry";

async function invite(): Promise<{ id: string; email: string; code: string }> {
  const email = `invited-${(counter += 1)}@example.org`;
  const { id, invitationUrl } = await createPerson.run(stage.context, ada.actor, { email, name: "Ina" });
  return { id, email, code: codeIn(invitationUrl) };
}

function codeIn(url: string | null): string {
  const code = /^http:\/\/localhost:3000\/invite\/([\w-]+)$/.exec(url ?? "")?.[1];
  if (code === undefined) throw new Error(`No code in ${url}`);
  return code;
}

const accept = (code: string, actor: Actor | null = null, more: object = {}) =>
  acceptInvitation(database, actor, { code, name: "Ina Ern", password, ...more }, { ip: "192.0.2.7", requestId: "r" }, "everybody");

describe("an invitation", () => {
  it("is a code of 256 bits of which only the hash is kept, good for seven days", async () => {
    const { id, code } = await invite();
    expect(Buffer.from(code, "base64url").length).toBeGreaterThanOrEqual(32);
    const row = await database.invitation.findFirstOrThrow({ where: { personId: id } });
    expect(row.hash).toBe(hashToken(code));
    expect(row.expiresAt.getTime() - Date.now()).toBeGreaterThan(6.99 * 24 * 60 * 60_000);
    expect(row.expiresAt.getTime() - Date.now()).toBeLessThan(7.01 * 24 * 60 * 60_000);
    const everything = await database.auditEntry.findMany({ where: { objectId: id } });
    expect(JSON.stringify(everything.map((entry) => ({ ...entry, seq: 0 })))).not.toContain(code);
  });

  it("shows for whom it is and who made it, and nothing more", async () => {
    const { email, code } = await invite();
    const shown = await getInvitation(database, null, code, null, "everybody");
    expect(Object.keys(shown).toSorted()).toEqual(["email", "expiresAt", "invitedBy", "name"]);
    expect(shown).toMatchObject({ name: "Ina", email, invitedBy: "Ada" });
  });

  it("sets name and password; the e-mail address and the rights stay those in the database", async () => {
    const { id, email, code } = await invite();
    expect(await accept(code)).toEqual({ id, email, name: "Ina Ern" });
    expect(await database.person.findUnique({ where: { id } })).toMatchObject({ email, name: "Ina Ern", isAdmin: false });
    await expect(signIn(database, { email, password }, nowhere)).resolves.toBeDefined();
    expect(await database.auditEntry.findFirst({ where: { action: "invitation.accept", objectId: id } })).toMatchObject({
      actorId: id,
      outcome: "allowed",
      sourceIp: "192.0.2.7",
      before: { name: "Ina" },
      after: { name: "Ina Ern" },
    });
  });

  it.each([{ role: "admin" }, { isAdmin: true }, { email: "other@example.org" }, { personId: "x" }])(
    "refuses %j in the request and stays open",
    async (more) => {
      const { id, code } = await invite();
      await expect(accept(code, null, more)).rejects.toMatchObject({ code: "invalid_input" });
      expect(await database.person.findUnique({ where: { id } })).toMatchObject({ isAdmin: false, passwordHash: null });
      await expect(accept(code)).resolves.toBeDefined();
    },
  );

  it("stays open after a password that is too weak", async () => {
    const { code } = await invite();
    await expect(accept(code, null, { password: "password" })).rejects.toMatchObject({ code: "password_weak" });
    await expect(accept(code)).resolves.toBeDefined();
  });

  it("is gone after its use, and the first password stays", async () => {
    const { email, code } = await invite();
    await accept(code);
    await expect(accept(code, null, { password: "somebody else's" })).rejects.toMatchObject({ code: "gone" });
    await expect(getInvitation(database, null, code, null, "everybody")).rejects.toMatchObject({ code: "gone" });
    await expect(signIn(database, { email, password }, nowhere)).resolves.toBeDefined();
  });

  it("is used once, however many use it at the same moment", async () => {
    const { email, code } = await invite();
    const passwords = ["first long password", "second long password", "third long password", "fourth long password"];
    const attempts = passwords.map((wished) => accept(code, null, { password: wished }));
    expect(await endings(attempts)).toEqual(["done", "gone", "gone", "gone"]);
    const signIns = passwords.map((wished) => signIn(database, { email, password: wished }, nowhere));
    expect(await endings(signIns)).toEqual(["credentials_wrong", "credentials_wrong", "credentials_wrong", "done"]);
  });

  it("is gone when it has expired, was revoked or never was", async () => {
    const expired = await invite();
    await database.invitation.updateMany({ where: { personId: expired.id }, data: { expiresAt: new Date(Date.now() - 1) } });
    const revoked = await invite();
    await revokeInvitation.run(stage.context, ada.actor, { person: revoked.id });
    await expect(revokeInvitation.run(stage.context, ada.actor, { person: revoked.id })).rejects.toMatchObject({ code: "not_found" });
    for (const code of [expired.code, revoked.code, "never-was"]) {
      await expect(accept(code)).rejects.toMatchObject({ code: "gone" });
      await expect(getInvitation(database, null, code, null, "everybody")).rejects.toMatchObject({ code: "gone" });
    }
    expect(await database.person.count({ where: { id: { in: [expired.id, revoked.id] }, passwordHash: null } })).toBe(2);
  });

  it("is gone while its person is disabled", async () => {
    const { id, code } = await invite();
    await updatePerson.run(stage.context, ada.actor, { person: id, disabled: true });
    await expect(accept(code)).rejects.toMatchObject({ code: "gone" });
    await updatePerson.run(stage.context, ada.actor, { person: id, disabled: false });
    await expect(accept(code)).resolves.toBeDefined();
  });

  it.each([{ email: "corrected@example.org" }, { password: "set by an admin" }])("is gone when an admin changes %j", async (change) => {
    const { id, code } = await invite();
    await updatePerson.run(stage.context, ada.actor, { person: id, ...change });
    await expect(accept(code)).rejects.toMatchObject({ code: "gone" });
  });

  it("is nothing for another person, an admin included, and for nobody who looks through another's eyes", async () => {
    const { id, code } = await invite();
    const deva = await cast(database, "Deva");
    for (const other of [deva.actor, ada.actor]) {
      await expect(accept(code, other)).rejects.toMatchObject({ code: "invitation_foreign" });
      await expect(getInvitation(database, other, code, null, "everybody")).rejects.toMatchObject({ code: "invitation_foreign" });
    }
    const invitee = await database.person.findUniqueOrThrow({ where: { id } });
    const viewing = { by: { id: ada.id, name: "Ada" }, as: { kind: "person", id, name: invitee.name } } as const;
    const throughHisEyes = { ...ada.actor, id, isAdmin: false, viewing };
    await expect(accept(code, throughHisEyes)).rejects.toMatchObject({ code: "view_only" });
    expect(await database.person.findUnique({ where: { id } })).toMatchObject({ passwordHash: null });
    expect(await database.auditEntry.count({ where: { action: "invitation.accept", actorId: deva.id, outcome: "denied" } })).toBe(1);
    await expect(accept(code)).resolves.toBeDefined();
  });

  it("begins the invitee's session in his browser and ends the one the browser had", async () => {
    const { id, code } = await invite();
    const older = await signedIn(database, id);
    const actor = await actorOfSession(database, older, nowhere);
    const visitor = { ...nowhere, sessionId: older };
    const begun = await acceptInvitationInBrowser(database, actor, { code, name: "Ina", password }, visitor, "everybody");
    expect(await actorOfSession(database, begun.sessionId, nowhere)).toMatchObject({ id });
    expect(await actorOfSession(database, older, nowhere)).toBeNull();
  });

  it("is no way around an identity provider where passwords are for admins alone", async () => {
    const { id, code } = await invite();
    const input = { code, name: "Ina", password };
    await expect(acceptInvitationInBrowser(database, null, input, nowhere, "admins")).rejects.toMatchObject({ code: "password_not_used" });
    await expect(getInvitation(database, null, code, null, "admins")).rejects.toMatchObject({ code: "password_not_used" });
    expect(await database.session.count({ where: { personId: id } })).toBe(0);
    await database.person.update({ where: { id }, data: { isAdmin: true } });
    await expect(acceptInvitationInBrowser(database, null, input, nowhere, "admins")).resolves.toBeDefined();
  });

  it("is refused after too many codes that were none, from that address alone", async () => {
    const { code } = await invite();
    const from = (ip: string, tried: string) =>
      acceptInvitation(database, null, { code: tried, name: "Eve", password }, { ip, requestId: null }, "everybody");
    for (let attempt = 0; attempt < 20; attempt += 1)
      await expect(from("198.51.100.9", `guess-${attempt}`)).rejects.toMatchObject({ code: "gone" });
    await expect(from("198.51.100.9", code)).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 60 });
    await expect(from("198.51.100.10", code)).resolves.toBeDefined();
  });
});

describe("a new link", () => {
  it("ends the older ones, and replaces a forgotten password, ending all sessions", async () => {
    const first = await invite();
    const second = codeIn((await invitePerson.run(stage.context, ada.actor, { person: first.id })).url);
    await expect(accept(first.code)).rejects.toMatchObject({ code: "gone" });
    await accept(second);
    const session = await signedIn(database, first.id);
    const third = codeIn((await invitePerson.run(stage.context, ada.actor, { person: first.id })).url);
    await accept(third, null, { password: "remembered this time" });
    expect(await actorOfSession(database, session, nowhere)).toBeNull();
    await expect(signIn(database, { email: first.email, password }, nowhere)).rejects.toMatchObject({ code: "credentials_wrong" });
    await expect(signIn(database, { email: first.email, password: "remembered this time" }, nowhere)).resolves.toBeDefined();
  });

  it("is used by its own person through REST, but not with a token that was made for something else", async () => {
    const { id, code } = await invite();
    const { id: tokenId, token } = await giveToken(database, id);
    await database.apiToken.update({ where: { id: tokenId }, data: { allVerbs: false, verbs: ["deploy"] } });
    await expect(accept(code, await actorOfToken(database, token, nowhere))).rejects.toMatchObject({ code: "forbidden" });
    await database.apiToken.update({ where: { id: tokenId }, data: { allVerbs: true } });
    await expect(accept(code, await actorOfToken(database, token, nowhere))).resolves.toMatchObject({ id });
  });

  it("leaves one open, however many admins ask at the same moment", async () => {
    const { id } = await invite();
    await Promise.all(Array.from({ length: 6 }, () => invitePerson.run(stage.context, ada.actor, { person: id })));
    expect(await database.invitation.count({ where: { personId: id, usedAt: null, revokedAt: null } })).toBe(1);
  });
});
