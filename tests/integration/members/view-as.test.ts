import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { actorOfPerson, actorOfSession } from "#lib/domain/access/authenticate.ts";
import { endSession, signOut } from "#lib/domain/access/commands/sessions.ts";
import { endViewAs, viewAs } from "#lib/domain/access/commands/view-as.ts";
import { may } from "#lib/domain/access/policy.ts";
import { getAccount, listTokens, listViewable } from "#lib/domain/access/queries.ts";
import type { Command } from "#lib/domain/command.ts";
import { openEnvironment } from "#lib/domain/hand-off/commands/open.ts";
import { setProjectPermissions } from "#lib/domain/permissions/commands/set.ts";
import { getProjectPermissions } from "#lib/domain/permissions/queries.ts";
import { makeMatrix } from "#lib/domain/permissions/words.ts";

import { type PeopleStage, type Someone, openPeopleStage } from "./stage.ts";

let stage: PeopleStage;

beforeAll(async () => {
  stage = await openPeopleStage();
});

afterAll(async () => {
  await stage.end();
});

/** An admin with a session of his own, looking through other eyes. */
async function adminViewing(as: { person: string } | { role: string }): Promise<Someone> {
  const admin = await stage.someone("Alan", { isAdmin: true });
  await viewAs.run(stage.context, await admin.actor(), as);
  return admin;
}

/** They end the looking, or, `environment.open`, look: at what those eyes may view. */
const harmless = new Set([endViewAs.name, signOut.name, openEnvironment.name]);
const folder = join(import.meta.dirname, "../../../lib/domain");

/** Every command the product has, found where commands are kept. */
async function everyCommand(): Promise<Map<string, Command<unknown>>> {
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => /(^|\/)commands\/[^/]+\.ts$/.test(file) && !file.includes(".test."),
  );
  const commands = new Map<string, Command<unknown>>();
  for (const file of files) {
    const exported: unknown = await import(pathToFileURL(join(folder, file)).href);
    for (const value of Object.values(exported ?? {})) if (isCommand(value)) commands.set(value.name, value);
  }
  return commands;
}

function isCommand(value: unknown): value is Command<unknown> {
  return typeof value === "object" && value !== null && "run" in value && "name" in value && typeof value.run === "function";
}

describe("viewing as a person", () => {
  it("shows exactly that person's rights, and not one of the admin's", async () => {
    const [project, other] = [await stage.project(), await stage.project()];
    const tessa = await stage.someone("Tessa");
    await stage.give(tessa, project.slug, "tester", "developer");
    const actor = await (await adminViewing({ person: tessa.id })).actor();
    const herself = await actorOfPerson(stage.context.database, tessa.id);
    expect(actor).toMatchObject({ id: tessa.id, isAdmin: false, viewing: { as: { kind: "person", name: "Tessa" }, by: { name: "Alan" } } });
    expect(actor.grants).toEqual(herself?.grants);
    expect(may(actor, "view", { type: "project", projectId: other.id })).toBe(false);
    expect(may(actor, "manage_people", { type: "platform" })).toBe(false);
  });

  it("does not open that person's account: no tokens, no sessions", async () => {
    const tessa = await stage.someone("Tessa");
    await stage.token(tessa);
    const admin = await adminViewing({ person: tessa.id });
    await expect(getAccount(stage.context, await admin.actor())).rejects.toMatchObject({ code: "not_found" });
    await expect(listTokens(stage.context, await admin.actor())).rejects.toMatchObject({ code: "not_found" });
    expect(may(await admin.actor(), "manage_account", { type: "account", personId: tessa.id })).toBe(false);
  });

  it("ends with the admin's right to it, at once", async () => {
    const tessa = await stage.someone("Tessa");
    const admin = await adminViewing({ person: tessa.id });
    await stage.worker.person.update({ where: { id: admin.id }, data: { isAdmin: false } });
    expect(await admin.actor()).toMatchObject({ id: admin.id, isAdmin: false, viewing: null });
  });
});

describe("viewing as a role", () => {
  it("shows what the role gives in every project, also by a project's own matrix", async () => {
    const [project, own] = [await stage.project(), await stage.project()];
    const ada = await stage.ada.actor();
    const { fingerprint } = await getProjectPermissions(stage.context, ada, own.slug);
    const matrix = makeMatrix((role, kind) => (role === "tester" && kind === "production" ? ["scale"] : []));
    await setProjectPermissions.run(stage.context, ada, { project: own.slug, fingerprint, matrix });
    const somebody = await stage.someone("Somebody");
    await stage.give(somebody, project.slug, "tester");
    await stage.give(somebody, own.slug, "tester");
    const actor = await (await adminViewing({ role: "tester" })).actor();
    const theirs = (await somebody.actor()).grants;
    expect(actor.isAdmin).toBe(false);
    for (const { id } of [project, own]) expect(actor.grants.get(id)).toEqual(theirs.get(id));
    expect(actor.grants.get(own.id)).toEqual(new Map([["production", new Set(["view", "scale"])]]));
  });
});

describe("while it lasts", () => {
  it("every command of the product is refused, whatever is asked, but those that end it or only look", async () => {
    const commands = await everyCommand();
    expect(commands.size).toBeGreaterThan(20);
    const tessa = await stage.someone("Tessa");
    const audited = await stage.worker.auditEntry.count();
    const admins = [
      await adminViewing({ person: tessa.id }),
      await adminViewing({ person: stage.ada.id }),
      await adminViewing({ role: "ops" }),
    ];
    for (const admin of admins) {
      for (const [name, command] of commands) {
        if (harmless.has(name)) continue;
        await expect(command.run(stage.context, await admin.actor(), {}), name).rejects.toMatchObject({ code: "view_only" });
      }
    }
    // Their beginnings and nothing else: nothing was done.
    expect(await stage.worker.auditEntry.count()).toBe(audited + admins.length);
  });

  it("lets nobody else be signed out: signing out ends the admin's own session, and none of the person's", async () => {
    const tessa = await stage.someone("Tessa");
    const admin = await adminViewing({ person: tessa.id });
    const theirs = (await tessa.actor()).sessionId;
    await expect(endSession.run(stage.context, await admin.actor(), { id: theirs })).rejects.toMatchObject({ code: "view_only" });
    await signOut.run(stage.context, await admin.actor(), {});
    expect(await actorOfSession(stage.context.database, admin.sessionId, { ip: null, requestId: null })).toBeNull();
    expect((await tessa.actor()).id).toBe(tessa.id);
  });

  it("can be ended, which gives back one's own eyes in this session; a second end is no mistake", async () => {
    const tessa = await stage.someone("Tessa");
    const admin = await adminViewing({ person: tessa.id });
    await endViewAs.run(stage.context, await admin.actor(), {});
    expect(await admin.actor()).toMatchObject({ id: admin.id, isAdmin: true, viewing: null });
    await endViewAs.run(stage.context, await admin.actor(), {});
  });

  it("beginning and end are audited under the admin's name", async () => {
    const tessa = await stage.someone("Tessa");
    const admin = await adminViewing({ person: tessa.id });
    await endViewAs.run(stage.context, await admin.actor(), {});
    const entries = await stage.worker.auditEntry.findMany({ where: { actorId: admin.id }, orderBy: { seq: "asc" } });
    expect(entries.map(({ action, actorName, objectId, outcome }) => ({ action, actorName, objectId, outcome }))).toEqual([
      { action: "view-as.begin", actorName: "Alan", objectId: tessa.id, outcome: "allowed" },
      { action: "view-as.end", actorName: "Alan", objectId: tessa.id, outcome: "allowed" },
    ]);
  });
});

describe("looking through another's eyes", () => {
  it("is for admins in a browser: refused to everybody else and to every token", async () => {
    const [tessa, deva] = [await stage.someone("Tessa"), await stage.someone("Deva")];
    await expect(viewAs.run(stage.context, await deva.actor(), { person: tessa.id })).rejects.toMatchObject({ code: "forbidden" });
    await expect(viewAs.run(stage.context, await deva.actor(), { role: "ops" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(listViewable(stage.context, await deva.actor(), "")).rejects.toMatchObject({ code: "forbidden" });
    const token = await (await stage.token(stage.ada)).actor();
    if (token === null) throw new Error("the token is refused");
    await expect(viewAs.run(stage.context, token, { person: tessa.id })).rejects.toMatchObject({ code: "forbidden" });
    await expect(endViewAs.run(stage.context, token, {})).rejects.toMatchObject({ code: "forbidden" });
  });

  it("needs one person or one role, who is somebody else and may sign in", async () => {
    const tessa = await stage.someone("Tessa");
    const ada = await stage.ada.actor();
    for (const input of [
      {},
      { person: tessa.id, role: "ops" },
      { role: "admin" },
      { person: stage.ada.id },
      { person: { not: "" } },
      { person: "" },
    ])
      await expect(viewAs.run(stage.context, ada, input)).rejects.toMatchObject({ code: "invalid_input" });
    await expect(viewAs.run(stage.context, ada, { person: crypto.randomUUID() })).rejects.toMatchObject({ code: "not_found" });
    await stage.worker.person.update({ where: { id: tessa.id }, data: { disabledAt: new Date() } });
    await expect(viewAs.run(stage.context, ada, { person: tessa.id })).rejects.toMatchObject({ code: "conflict" });
    expect((await stage.ada.actor()).viewing).toBeNull();
  });
});
