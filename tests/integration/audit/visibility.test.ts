import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { isBerthError } from "#lib/core/errors.ts";
import { actorOfPerson } from "#lib/domain/access/authenticate.ts";
import { revokeToken } from "#lib/domain/access/commands/tokens.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { exportAudit } from "#lib/domain/audit/export.ts";
import { getAuditEntry, listAudit, listProjectAudit } from "#lib/domain/audit/queries.ts";
import type { AuditRow } from "#lib/domain/audit/rows.ts";
import { writeAudit } from "#lib/domain/audit/write.ts";
import { destroy } from "#lib/domain/environments/commands/destroy.ts";
import { createProject } from "#lib/domain/projects/commands/create.ts";
import { type Stage, admin, openStage } from "#tests/integration/domain/stage.ts";

const kinds = ["review", "demo", "staging", "uat", "production"] as const;
const roles = ["developer", "tester", "ops"] as const;
type Role = (typeof roles)[number];

let stage: Stage;
let ada: Actor;
/** Entry by what it is about. */
const written = new Map<string, string>();
const places = new Map<string, { projectId: string; slug: string; environments: Map<string, { id: string; name: string }> }>();

async function someone(role: Role | null, projectId: string | null, name: string = role ?? "nobody"): Promise<Actor> {
  const person = await stage.worker.person.create({ data: { email: `${name}-${randomUUID()}@example.org`, name } });
  if (role !== null && projectId !== null) await stage.worker.membership.create({ data: { projectId, personId: person.id, role } });
  const actor = await actorOfPerson(stage.context.database, person.id);
  expect(actor).not.toBeNull();
  return actor!;
}

async function write(key: string, record: Omit<Parameters<typeof writeAudit>[2], "outcome">): Promise<void> {
  await writeAudit(stage.context.database, ada, { outcome: "allowed", ...record, detail: { key } });
  const { seq } = await stage.worker.auditEntry.findFirstOrThrow({ orderBy: { seq: "desc" }, select: { seq: true } });
  written.set(key, String(seq));
}

beforeAll(async () => {
  stage = await openStage();
  const person = await stage.worker.person.create({ data: { email: "ada@example.org", name: "Ada", isAdmin: true } });
  ada = { ...admin, id: person.id, sourceIp: "192.0.2.7", requestId: "request-of-ada" };
  for (const key of ["harbour", "lighthouse"]) {
    const { id: projectId, slug } = await createProject.run(stage.context, ada, { name: `${key} project` });
    const environments = new Map<string, { id: string; name: string }>();
    for (const kind of kinds) {
      const { id: stageId } = await stage.worker.stage.findFirstOrThrow({ where: { projectId, kind } });
      const name = `${kind}/secret-of-${key}-${kind}`;
      const environment = await stage.worker.environment.create({
        data: {
          projectId,
          stageId,
          name,
          slug: `${key}-${kind}`,
          host: `${key}-${kind}.test`,
          appId: `/berth/${key}/${kind}`,
          instances: 1,
          runtimeLogId: randomUUID(),
        },
      });
      environments.set(kind, { id: environment.id, name });
      await write(`${key} environment ${kind}`, { action: "environment.redeploy", objectType: "environment", objectId: environment.id });
      await write(`${key} stage ${kind}`, { action: "stage.update", objectType: "stage", objectId: stageId });
      await write(`${key} variable ${kind}`, {
        action: "variable.set",
        objectType: "variable",
        objectId: randomUUID(),
        objectName: `KEY_${kind}`,
        projectId,
        stageKind: kind,
      });
      await write(`${key} link ${kind}`, {
        action: "share_link.create",
        objectType: "share_link",
        objectId: randomUUID(),
        objectName: "for somebody outside",
        projectId,
        environmentId: environment.id,
        stageKind: kind,
      });
    }
    places.set(key, { projectId, slug, environments });
    await write(`${key} project`, { action: "project.sync", objectType: "project", objectId: projectId });
    await write(`${key} variable`, {
      action: "variable.set",
      objectType: "variable",
      objectId: randomUUID(),
      objectName: "KEY",
      projectId,
    });
    await write(`${key} credential`, { action: "project.set-credential", objectType: "project", objectId: projectId, projectId });
    await write(`${key} permissions`, { action: "permissions.set", objectType: "permissions", objectId: null, projectId });
  }
  await write("platform", { action: "person.update", objectType: "person", objectId: person.id });
});
afterAll(() => stage.end());

const harbour = () => places.get("harbour")!;
const keysOf = (rows: readonly AuditRow[]) => rows.map((row) => row.detail?.["key"]).filter((key) => typeof key === "string");

/** From the matrix as it stands in the database: what a role should find. */
async function expectedFor(role: Role): Promise<Set<string>> {
  const rows = await stage.worker.permission.findMany({ where: { role } });
  const has = (kind: string, verb: string) => rows.some((row) => row.stageKind === kind && row.verb === verb);
  const expected = new Set(["harbour project"]);
  for (const kind of kinds) {
    if (has(kind, "view")) expected.add(`harbour environment ${kind}`).add(`harbour stage ${kind}`);
    if (has(kind, "deploy")) expected.add(`harbour link ${kind}`);
    if (has(kind, "configure")) expected.add(`harbour variable ${kind}`).add("harbour variable");
  }
  return expected;
}

describe("entries of the audit log", () => {
  it.each(roles)("are for a %s those of the stages the matrix lets him view, on every way to them", async (role) => {
    const actor = await someone(role, harbour().projectId);
    const expected = await expectedFor(role);
    const hidden = [...written.keys()].filter((key) => !expected.has(key));
    expect(hidden.length).toBeGreaterThan(15);
    const list = await listAudit(stage.context, actor, {}, { perPage: 200 });
    expect(new Set(keysOf(list.rows))).toEqual(expected);
    const own = await listProjectAudit(stage.context, actor, harbour().slug, {}, { perPage: 200 });
    expect(new Set(keysOf(own.rows))).toEqual(expected);
    let file = "";
    for await (const piece of exportAudit(stage.context, actor, {}, "ndjson", async () => actor)) file += piece;
    for (const kind of kinds) {
      const name = `secret-of-harbour-${kind}`;
      const allowed = expected.has(`harbour environment ${kind}`);
      expect(JSON.stringify(list).includes(name), name).toBe(allowed);
      expect(file.includes(name), name).toBe(allowed);
      const filtered = await listAudit(stage.context, actor, { environment: `${kind}/${name}` });
      expect(filtered.rows.length > 0, name).toBe(allowed);
      const byText = await listAudit(stage.context, actor, { text: name });
      expect(byText.rows.length > 0, name).toBe(allowed);
    }
    for (const [key, seq] of written) {
      const found = await getAuditEntry(stage.context, actor, seq).then(
        (row) => row.detail?.["key"],
        (error: unknown) => isBerthError(error) && error.code,
      );
      expect(found, key).toBe(expected.has(key) ? key : "not_found");
    }
    expect(file).not.toContain("lighthouse");
    expect(JSON.stringify(list)).not.toContain("lighthouse");
    expect((await listAudit(stage.context, actor, { project: places.get("lighthouse")!.slug })).rows).toEqual([]);
    await expect(listProjectAudit(stage.context, actor, places.get("lighthouse")!.slug, {})).rejects.toMatchObject({ code: "not_found" });
    // Where a colleague sat is not everybody's to know.
    expect(JSON.stringify(list)).not.toContain("192.0.2.7");
  });

  it("are for an admin all there are, with where they came from", async () => {
    const list = await listAudit(stage.context, ada, {}, { perPage: 200 });
    expect(new Set(keysOf(list.rows))).toEqual(new Set(written.keys()));
    expect(list.rows.every((row) => row.requestId === "request-of-ada")).toBe(true);
  });

  it("are for somebody without a project his own acts, and nothing else", async () => {
    const actor = await someone(null, null);
    expect((await listAudit(stage.context, actor, {})).rows).toEqual([]);
    await writeAudit(stage.context.database, actor, {
      action: "password.change",
      objectType: "person",
      objectId: actor.id,
      outcome: "allowed",
    });
    const { rows } = await listAudit(stage.context, actor, {});
    expect(rows).toMatchObject([{ action: "password.change", veiled: false, object: { name: "nobody" } }]);
  });

  it("with a token for one project are those of that project, and not one's own account", async () => {
    const actor = { ...ada, limits: { projects: new Set([harbour().projectId]), verbs: null } };
    const list = await listAudit(stage.context, actor, {}, { perPage: 200 });
    expect(list.mayVerify).toBe(false);
    expect(keysOf(list.rows).length).toBeGreaterThan(10);
    expect(keysOf(list.rows).every((key) => String(key).startsWith("harbour"))).toBe(true);
  });

  it("tell a curious person nothing of what he tried at: a hidden thing and no thing look the same", async () => {
    const eve = await someone("developer", harbour().projectId, "Eve");
    const token = await stage.worker.apiToken.create({ data: { personId: ada.id!, name: "deploy key of Ada", hash: "h", hint: "abcd" } });
    const hidden = harbour().environments.get("production")!.id;
    for (const environment of [hidden, randomUUID()])
      await expect(destroy.run(stage.context, eve, { environment })).rejects.toMatchObject({ code: "not_found" });
    for (const id of [token.id, randomUUID()])
      await expect(revokeToken.run(stage.context, eve, { id })).rejects.toMatchObject({ code: "not_found" });
    const { rows } = await listAudit(stage.context, eve, { outcome: "denied" });
    expect(rows).toHaveLength(4);
    const shape = (row: AuditRow | undefined) => JSON.stringify({ ...row, seq: "", at: "" });
    expect(shape(rows[0])).toBe(shape(rows[1]));
    expect(shape(rows[2])).toBe(shape(rows[3]));
    expect(JSON.stringify(rows)).not.toMatch(/secret-of|deploy key|production/);
    expect((await listAudit(stage.context, eve, { environment: hidden })).rows).toEqual([]);
    expect((await listAudit(stage.context, eve, { text: "secret-of-harbour-production" })).rows).toEqual([]);
    const seen = await listAudit(stage.context, ada, { who: "Eve", outcome: "denied" });
    expect(seen.rows.map((row) => row.object.name)).toContain("production/secret-of-harbour-production");
  });

  it("that a tester of the stage may read include what others were refused there", async () => {
    const developer = await someone("developer", harbour().projectId, "Devon");
    const environment = harbour().environments.get("staging")!.id;
    await expect(destroy.run(stage.context, developer, { environment })).rejects.toMatchObject({ code: "forbidden" });
    const tester = await someone("tester", harbour().projectId);
    const { rows } = await listAudit(stage.context, tester, { who: "Devon" });
    expect(rows).toMatchObject([
      { action: "environment.destroy", outcome: "denied", reason: "forbidden", environment: { id: environment } },
    ]);
  });

  it("end with the role", async () => {
    const actor = await someone("developer", harbour().projectId);
    await stage.worker.membership.deleteMany({ where: { personId: actor.id! } });
    const now = await actorOfPerson(stage.context.database, actor.id!);
    expect((await listAudit(stage.context, now!, {})).rows).toEqual([]);
  });

  it("come page by page in both directions, none twice and none left out", async () => {
    const all = (await listAudit(stage.context, ada, {}, { perPage: 200 })).rows.map((row) => row.seq);
    const down: string[] = [];
    let page = await listAudit(stage.context, ada, {}, { perPage: 7 });
    expect(page.newer).toBeNull();
    for (;;) {
      down.push(...page.rows.map((row) => row.seq));
      if (page.older === null) break;
      page = await listAudit(stage.context, ada, {}, { perPage: 7, before: page.older });
    }
    expect(down).toEqual(all);
    const up = page.rows.map((row) => row.seq);
    while (page.newer !== null) {
      page = await listAudit(stage.context, ada, {}, { perPage: 7, after: page.newer });
      up.unshift(...page.rows.map((row) => row.seq));
    }
    expect(up).toEqual(all);
  });

  it("are narrowed by every part of the filter", async () => {
    const count = async (filter: Parameters<typeof listAudit>[2]) =>
      (await listAudit(stage.context, ada, filter, { perPage: 200 })).rows.length;
    expect(await count({ action: "stage" })).toBe(10);
    expect(await count({ action: "stage.update" })).toBe(10);
    expect(await count({ action: "stage.create" })).toBe(0);
    expect(await count({ project: harbour().slug, action: "environment.redeploy" })).toBe(5);
    expect(await count({ who: "ada@example.org", action: "person" })).toBe(1);
    expect(await count({ who: "%" })).toBe(0);
    expect(await count({ text: "KEY_review" })).toBe(2);
    const today = new Date().toISOString().slice(0, 10);
    expect(await count({ from: today, to: today, action: "stage" })).toBe(10);
    expect(await count({ to: "2020-01-01" })).toBe(0);
    expect(await count({ from: "2999-01-01" })).toBe(0);
  });
});
