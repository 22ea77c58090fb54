import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type EnvironmentPolicyVerb, environmentVerbs, may } from "#lib/domain/access/policy.ts";
import { setRoles } from "#lib/domain/members/commands/set-roles.ts";
import { setDefaultPermissions, setProjectPermissions } from "#lib/domain/permissions/commands/set.ts";
import { getDefaultPermissions, getProjectPermissions } from "#lib/domain/permissions/queries.ts";
import { type Matrix, makeMatrix, roles, stageKinds } from "#lib/domain/permissions/words.ts";

import { type PeopleStage, type Someone, openPeopleStage } from "./stage.ts";

let stage: PeopleStage;

beforeAll(async () => {
  stage = await openPeopleStage();
});

afterAll(async () => {
  await stage.end();
});

/** Saves a project's own matrix as the admin, on what counts now. */
async function setOwn(project: string, matrix: Matrix | null) {
  const ada = await stage.ada.actor();
  const { fingerprint } = await getProjectPermissions(stage.context, ada, project);
  return setProjectPermissions.run(stage.context, ada, { project, matrix, fingerprint });
}

async function grantsOf(who: Someone, projectId: string): Promise<Record<string, string[]>> {
  const stages = (await who.actor()).grants.get(projectId) ?? new Map<string, ReadonlySet<string>>();
  return Object.fromEntries([...stages].map(([kind, verbs]) => [kind, [...verbs].toSorted()]));
}

describe("the matrix of a project", () => {
  it("replaces the default whole while the project has its own, and not a cell of another project", async () => {
    const [project, other] = [await stage.project(), await stage.project()];
    const tessa = await stage.someone("Tessa");
    await stage.give(tessa, project.slug, "tester");
    await stage.give(tessa, other.slug, "tester");
    const usual = await grantsOf(tessa, project.id);
    expect(usual["uat"]).toEqual(["logs", "promote", "verdict", "view"]);

    await setOwn(
      project.slug,
      makeMatrix((role, kind) => (role === "tester" && kind === "production" ? ["view", "scale"] : [])),
    );
    expect(await grantsOf(tessa, project.id)).toEqual({ production: ["scale", "view"] });
    expect(await grantsOf(tessa, other.id)).toEqual(usual);
    await setOwn(project.slug, null);
    expect(await grantsOf(tessa, project.id)).toEqual(usual);
    expect(await stage.worker.projectPermission.count({ where: { projectId: project.id } })).toBe(0);
  });

  it("may grant nothing at all: the project is then gone for its members", async () => {
    const project = await stage.project();
    const deva = await stage.someone("Deva");
    await stage.give(deva, project.slug, "developer");
    await setOwn(
      project.slug,
      makeMatrix(() => []),
    );
    expect(may(await deva.actor(), "view", { type: "project", projectId: project.id })).toBe(false);
  });

  it.each(roles.flatMap((role) => stageKinds.flatMap((kind) => environmentVerbs.map((verb) => ({ role, kind, verb })))))(
    "grants $role exactly $verb in $kind when that is its one tick, with view",
    async ({ role, kind, verb }) => {
      const project = await cellProject();
      const matrix = makeMatrix((row, column): EnvironmentPolicyVerb[] => (row === role && column === kind ? [verb] : []));
      await setOwn(project.slug, matrix);
      for (const [holder, who] of project.people) {
        expect(await grantsOf(who, project.id)).toEqual(holder === role ? { [kind]: [...new Set([verb, "view"])].toSorted() } : {});
      }
    },
  );

  it("is changed only by whoever read what counts: the second of two is told", async () => {
    const project = await stage.project();
    const ada = await stage.ada.actor();
    const { fingerprint, matrix } = await getProjectPermissions(stage.context, ada, project.slug);
    const input = { project: project.slug, fingerprint, matrix };
    const first = await setProjectPermissions.run(stage.context, ada, input);
    expect(first.changes).toEqual([]);
    await expect(setProjectPermissions.run(stage.context, ada, input)).rejects.toMatchObject({ code: "conflict" });
    await expect(setProjectPermissions.run(stage.context, ada, { ...input, matrix: null })).rejects.toMatchObject({ code: "conflict" });
    await expect(setProjectPermissions.run(stage.context, ada, { ...input, fingerprint: first.fingerprint })).resolves.toBeDefined();
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        setProjectPermissions.run(stage.context, ada, { ...input, fingerprint: first.fingerprint, matrix: null }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("says what changes, for how many people, and is audited as it was and as it is", async () => {
    const project = await stage.project();
    const [tessa, tom, deva] = [await stage.someone("Tessa"), await stage.someone("Tom"), await stage.someone("Deva")];
    await stage.give(tessa, project.slug, "tester", "developer");
    await stage.give(deva, project.slug, "developer");
    const group = await stage.group("Testers", tom, tessa);
    await setRoles.run(stage.context, await stage.ada.actor(), { project: project.slug, group, roles: ["tester"] });
    const { matrix } = await getProjectPermissions(stage.context, await stage.ada.actor(), project.slug);
    const written = await setOwn(project.slug, {
      ...matrix,
      tester: { ...matrix.tester, uat: ["verdict", "deploy"], production: ["logs"] },
    });
    expect(written).toMatchObject({
      changes: ["tester · UAT: + deploy, − logs, − promote", "tester · production: + view, + logs"],
      completed: ["tester · UAT: + view", "tester · production: + view"],
      people: 2,
    });
    expect(await stage.worker.auditEntry.findFirst({ where: { projectId: project.id, action: "permissions.set" } })).toMatchObject({
      outcome: "allowed",
      before: { own: false, "tester uat": ["view", "logs", "verdict", "promote"], "tester production": [] },
      after: { own: true, "tester uat": ["view", "deploy", "verdict"], "tester production": ["view", "logs"] },
    });
  });

  it("is for admins: refused to who is in the project, absent for who is not", async () => {
    const project = await stage.project();
    const [deva, eve] = [await stage.someone("Deva"), await stage.someone("Eve")];
    await stage.give(deva, project.slug, "developer", "tester", "ops");
    const { fingerprint, matrix } = await getProjectPermissions(stage.context, await stage.ada.actor(), project.slug);
    for (const [who, code] of [
      [deva, "forbidden"],
      [eve, "not_found"],
    ] as const) {
      const actor = await who.actor();
      await expect(getProjectPermissions(stage.context, actor, project.slug)).rejects.toMatchObject({ code });
      await expect(setProjectPermissions.run(stage.context, actor, { project: project.slug, fingerprint, matrix })).rejects.toMatchObject({
        code,
      });
      await expect(getDefaultPermissions(stage.context, actor)).rejects.toMatchObject({ code: "forbidden" });
      await expect(setDefaultPermissions.run(stage.context, actor, { fingerprint, matrix })).rejects.toMatchObject({ code: "forbidden" });
    }
  });
});

describe("the platform's default", () => {
  it("reaches every project without its own, with the next request, and can be put back", async () => {
    const [project, own] = [await stage.project(), await stage.project()];
    const olga = await stage.someone("Olga");
    await stage.give(olga, project.slug, "ops");
    await stage.give(olga, own.slug, "ops");
    const ada = await stage.ada.actor();
    const before = await getDefaultPermissions(stage.context, ada);
    await setOwn(own.slug, before.matrix);
    const written = await setDefaultPermissions.run(stage.context, ada, {
      fingerprint: before.fingerprint,
      matrix: { ...before.matrix, ops: { ...before.matrix.ops, production: ["view"] } },
    });
    expect((await grantsOf(olga, project.id))["production"]).toEqual(["view"]);
    expect((await grantsOf(olga, own.id))["production"]).toContain("scale");
    await setDefaultPermissions.run(stage.context, ada, { fingerprint: written.fingerprint, matrix: before.matrix });
    expect((await getDefaultPermissions(stage.context, ada)).fingerprint).toBe(before.fingerprint);
    expect((await grantsOf(olga, project.id))["production"]).toContain("scale");
  });
});

const cell = { review: [], demo: [], staging: [], uat: [], production: [] };
const whole = { developer: cell, tester: cell, ops: cell };

describe("a matrix that is not one", () => {
  it.each([
    ["no matrix", undefined],
    ["a row too few", { developer: cell, tester: cell }],
    ["a row too many", { ...whole, admin: cell }],
    ["a column too few", { ...whole, ops: { review: [], demo: [], staging: [], uat: [] } }],
    ["a column too many", { ...whole, ops: { ...cell, moon: [] } }],
    ["a verb nobody knows", { ...whole, ops: { ...cell, uat: ["administer"] } }],
    ["a verb that is an object", { ...whole, ops: { ...cell, uat: [{ not: "" }] } }],
    ["text for a list", { ...whole, ops: { ...cell, uat: "view" } }],
    ["ten thousand verbs", { ...whole, ops: { ...cell, uat: Array.from({ length: 10_000 }, () => "view") } }],
    [
      "a prototype",
      JSON.parse(
        `{"__proto__": {}, "developer": ${JSON.stringify(cell)}, "tester": ${JSON.stringify(cell)}, "ops": ${JSON.stringify(cell)}}`,
      ),
    ],
  ])("is refused as input and changes nothing: %s", async (_name, matrix) => {
    const project = await stage.project();
    const ada = await stage.ada.actor();
    const { fingerprint } = await getProjectPermissions(stage.context, ada, project.slug);
    await expect(setProjectPermissions.run(stage.context, ada, { project: project.slug, matrix, fingerprint })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await expect(setDefaultPermissions.run(stage.context, ada, { matrix, fingerprint })).rejects.toMatchObject({ code: "invalid_input" });
    expect((await getProjectPermissions(stage.context, ada, project.slug)).own).toBe(false);
  });
});

let cells: { id: string; slug: string; people: ReadonlyArray<readonly [string, Someone]> } | undefined;

/** One project with one person in each role, for all cells. */
async function cellProject() {
  if (cells !== undefined) return cells;
  const project = await stage.project();
  const people: Array<readonly [string, Someone]> = [];
  for (const role of roles) {
    const who = await stage.someone(`Only ${role}`);
    await stage.give(who, project.slug, role);
    people.push([role, who]);
  }
  return (cells = { ...project, people });
}
