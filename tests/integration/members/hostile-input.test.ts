import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { changePassword } from "#lib/domain/access/commands/change-password.ts";
import { endSession } from "#lib/domain/access/commands/sessions.ts";
import { createToken, revokeToken } from "#lib/domain/access/commands/tokens.ts";
import { setRoles } from "#lib/domain/members/commands/set-roles.ts";
import { updateStage } from "#lib/domain/stages/commands/update.ts";

import { type PeopleStage, openPeopleStage } from "./stage.ts";

let stage: PeopleStage;
let project: { id: string; slug: string };

beforeAll(async () => {
  stage = await openPeopleStage();
  project = await stage.project();
});

afterAll(async () => {
  await stage.end();
});

const notAnId = [{ not: "" }, ["a"], null, "", 7, true, "a".repeat(10_240), undefined, "0"];
const extras = [
  { isAdmin: true },
  { role: "ops" },
  { ownerId: randomUUID() },
  { personId: randomUUID() },
  JSON.parse('{"__proto__": {"isAdmin": true}}'),
  { constructor: { prototype: { isAdmin: true } } },
];

/** Own properties as JSON gives them, also one called __proto__. */
function withExtra(input: object, extra: object): unknown {
  return JSON.parse(`${JSON.stringify(input).slice(0, -1)},${JSON.stringify(extra).slice(1)}`);
}

async function counts(): Promise<number[]> {
  const { worker } = stage;
  return Promise.all([
    worker.membership.count(),
    worker.groupMembership.count(),
    worker.apiToken.count(),
    worker.session.count({ where: { endedAt: null } }),
  ]);
}

describe("fields that nobody asked for", () => {
  it.each(extras)("are refused and nothing is written: %j", async (extra) => {
    const ada = await stage.ada.actor();
    const before = await counts();
    const stageRow = await stage.worker.stage.findFirstOrThrow({ where: { projectId: project.id } });
    for (const [command, input] of [
      [setRoles, { project: project.slug, person: stage.ada.id, roles: ["ops"] }],
      [createToken, { name: "x" }],
      [revokeToken, { id: randomUUID() }],
      [endSession, { id: ada.sessionId }],
      [changePassword, { current: "x", password: "a long enough password" }],
      [updateStage, { stage: stageRow.id, public: true }],
    ] as const) {
      await expect(command.run(stage.context, ada, withExtra(input, extra)), command.name).rejects.toMatchObject({ code: "invalid_input" });
    }
    expect(await counts()).toEqual(before);
    expect((await stage.worker.stage.findUniqueOrThrow({ where: { id: stageRow.id } })).public).toBe(false);
  });
});

describe("an id that is none", () => {
  it.each(notAnId.map((id) => ({ id })))("is refused as input, never looked up: %j", async ({ id }) => {
    const ada = await stage.ada.actor();
    const before = await counts();
    for (const [command, input] of [
      [setRoles, { project: project.slug, person: id, roles: ["ops"] }],
      [setRoles, { project: project.slug, person: stage.ada.id, roles: [id] }],
      [setRoles, { project: project.slug, person: stage.ada.id, roles: id }],
      [createToken, { name: "x", verbs: [id] }],
      [revokeToken, { id }],
      [endSession, { id }],
      [updateStage, { stage: id, public: true }],
    ] as const) {
      await expect(command.run(stage.context, ada, input), `${command.name} ${JSON.stringify(input)}`).rejects.toMatchObject({
        code: "invalid_input",
      });
    }
    expect(await counts()).toEqual(before);
  });

  it.each(notAnId.filter((id) => id !== "0").map((id) => ({ id })))("is no name of a token or a project either: %j", async ({ id }) => {
    const ada = await stage.ada.actor();
    const before = await counts();
    for (const input of [
      { name: id },
      { name: "x", projects: [id] },
      ...(id === undefined || Array.isArray(id) ? [] : [{ name: "x", projects: id }]),
    ])
      await expect(createToken.run(stage.context, ada, input)).rejects.toMatchObject({ code: "invalid_input" });
    expect(await counts()).toEqual(before);
  });

  it("names one person or one group, never both and never nobody", async () => {
    const ada = await stage.ada.actor();
    for (const who of [{}, { person: stage.ada.id, email: stage.ada.email }, { email: stage.ada.email, group: "Testers" }])
      await expect(setRoles.run(stage.context, ada, { project: project.slug, ...who, roles: ["ops"] })).rejects.toMatchObject({
        code: "invalid_input",
      });
  });
});

describe("a stage that answers everybody", () => {
  it("is opened by admins alone, audited as it was and as it is", async () => {
    const row = await stage.worker.stage.findFirstOrThrow({ where: { projectId: project.id, kind: "review" } });
    const olga = await stage.someone("Olga");
    await stage.give(olga, project.slug, "ops", "developer");
    await expect(updateStage.run(stage.context, await olga.actor(), { stage: row.id, public: true })).rejects.toMatchObject({
      code: "forbidden",
    });
    const eve = await stage.someone("Eve");
    await expect(updateStage.run(stage.context, await eve.actor(), { stage: row.id, public: true })).rejects.toMatchObject({
      code: "not_found",
    });
    await updateStage.run(stage.context, await stage.ada.actor(), { stage: row.id, public: true });
    expect(await stage.worker.stage.findUniqueOrThrow({ where: { id: row.id } })).toMatchObject({ public: true, instances: row.instances });
    expect(await stage.worker.auditEntry.findFirst({ where: { objectId: row.id, outcome: "allowed" } })).toMatchObject({
      before: { public: false },
      after: { public: true },
    });
  });
});
