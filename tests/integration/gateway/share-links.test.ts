import { randomUUID } from "node:crypto";

import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { actorOfPerson } from "#lib/domain/access/authenticate.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import type { CommandContext } from "#lib/domain/command.ts";
import { openEnvironment } from "#lib/domain/hand-off/commands/open.ts";
import { createShareLink } from "#lib/domain/share-links/commands/create.ts";
import { revokeShareLink } from "#lib/domain/share-links/commands/revoke.ts";
import { listShareLinks } from "#lib/domain/share-links/queries.ts";
import { type Database, openDatabase } from "#lib/platform/database/client.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";

import { sha256 } from "./access-stage.ts";
import { addEnvironment, addPerson, addProject, addRole, addSession, addStage } from "./places.ts";

let database: TestDatabase;
let sql: Client;
let web: { database: Database; close(): Promise<void> };
let context: CommandContext;
let projectId: string;
let environment: string;
let host: string;
/** May deploy to the review stage; may only see it; belongs to another project. */
let developer: Actor;
let tester: Actor;
let stranger: Actor;

async function somebody(project: string, role: string): Promise<Actor> {
  const id = await addPerson(sql);
  await addRole(sql, project, id, role);
  const actor = await actorOfPerson(web.database, id);
  if (actor === null) throw new Error("nobody");
  return { ...actor, sessionId: await addSession(sql, id) };
}

beforeAll(async () => {
  database = await createTestDatabase();
  sql = new Client({ connectionString: database.url });
  await sql.connect();
  web = openDatabase(database.roles.web, { connections: 4, onError: () => undefined });
  context = {
    database: web.database,
    settings: {
      dashboardOrigin: "https://berth.example.org",
      previewDomain: "preview.example.org",
      previewOrigin: "https://preview.example.org:8443",
      allowFileRepositories: false,
    },
  };
  projectId = await addProject(sql);
  const stageId = await addStage(sql, projectId, "review", false);
  developer = await somebody(projectId, "developer");
  tester = await somebody(projectId, "tester");
  stranger = await somebody(await addProject(sql), "developer");
  environment = await addEnvironment(sql, stageId);
});
afterAll(async () => {
  await web.close();
  await sql.end();
  await database.drop();
});
beforeEach(async () => {
  await sql.query("DELETE FROM share_link");
  host = `issue-${randomUUID().slice(0, 8)}--shop.preview.example.org`;
  await sql.query("UPDATE environment SET host = $2 WHERE id = $1", [environment, host]);
});

const make = (actor: Actor, more: object = {}) => createShareLink.run(context, actor, { environment, note: "A customer", ...more });

describe("a share link", () => {
  test("is shown once: the address is in the answer, its hash in the database, and neither in the audit log", async () => {
    const { id, url, expiresAt } = await make(developer);
    const code = new URL(url).searchParams.get("share") ?? "";
    expect(url).toBe(`https://${host}:8443/?share=${code}`);
    expect(code).toMatch(/^berth_share_[\w-]{43}$/);
    expect(Math.round((expiresAt.getTime() - Date.now()) / 3_600_000)).toBe(7 * 24);
    const { rows } = await sql.query("SELECT hash FROM share_link WHERE id = $1", [id]);
    expect(rows).toEqual([{ hash: sha256(code) }]);
    const audit = await sql.query("SELECT * FROM audit_entry WHERE object_id = $1", [id]);
    expect(audit.rows).toMatchObject([
      { action: "share_link.create", outcome: "allowed", actor_id: developer.id, environment_id: environment },
    ]);
    expect(JSON.stringify(audit.rows)).not.toContain(code);
    expect(JSON.stringify(await listShareLinks(context, developer, environment))).not.toContain(sha256(code));
  });

  test("is made, listed and revoked by whoever may deploy; who may only look is refused, and for others it does not exist", async () => {
    const { id } = await make(developer);
    await expect(make(tester)).rejects.toMatchObject({ code: "forbidden" });
    await expect(make(stranger)).rejects.toMatchObject({ code: "not_found" });
    await expect(listShareLinks(context, tester, environment)).rejects.toMatchObject({ code: "forbidden" });
    await expect(listShareLinks(context, stranger, environment)).rejects.toMatchObject({ code: "not_found" });
    await expect(listShareLinks(context, developer, randomUUID())).rejects.toMatchObject({ code: "not_found" });
    await expect(revokeShareLink.run(context, tester, { id })).rejects.toMatchObject({ code: "forbidden" });
    await expect(revokeShareLink.run(context, stranger, { id })).rejects.toMatchObject({ code: "not_found" });
    expect(await listShareLinks(context, developer, environment)).toMatchObject([{ id, note: "A customer", lastUsedAt: null }]);
    await revokeShareLink.run(context, await somebody(projectId, "developer"), { id });
    expect(await listShareLinks(context, developer, environment)).toEqual([]);
    await expect(revokeShareLink.run(context, developer, { id })).rejects.toMatchObject({ code: "not_found" });
  });

  test("leaves an entry in the audit log with each pass that is given for it, without its code, and none for a code that is none", async () => {
    const { id, url } = await make(developer);
    const code = new URL(url).searchParams.get("share") ?? "";
    const redeem = async (text: string) => {
      const gateway = new Client({ connectionString: database.roles.gateway });
      await gateway.connect();
      try {
        const values = [sha256(text), environment, sha256(randomUUID())];
        return (await gateway.query("SELECT berth_redeem_share_link($1, $2::uuid, $3) AS seconds", values)).rows[0]?.seconds;
      } finally {
        await gateway.end();
      }
    };
    expect(await redeem(code)).toBeGreaterThan(0);
    expect(await redeem(`${code}x`)).toBeNull();
    const { rows } = await sql.query("SELECT * FROM audit_entry WHERE action = 'share_link.use' AND object_id = $1", [id]);
    expect(rows).toMatchObject([
      {
        outcome: "allowed",
        actor_id: null,
        object_name: "A customer",
        environment_id: environment,
        project_id: projectId,
        stage_kind: "review",
      },
    ]);
    expect(JSON.stringify(rows)).not.toContain(code);
  });

  test("is revoked by its maker also when he may not deploy any more", async () => {
    const maker = await somebody(projectId, "developer");
    const { id } = await make(maker);
    await sql.query(`UPDATE membership SET role = 'tester' WHERE person_id = $1`, [maker.id]);
    const now = await actorOfPerson(web.database, maker.id ?? "");
    if (now === null) throw new Error("nobody");
    await expect(make(now)).rejects.toMatchObject({ code: "forbidden" });
    await expect(revokeShareLink.run(context, now, { id })).resolves.toEqual({ id });
  });

  test.each([
    [{ note: "" }, "note"],
    [{ note: "   " }, "note"],
    [{ note: "x".repeat(101) }, "note"],
    [{ expiresInHours: 0 }, "expiresInHours"],
    [{ expiresInHours: 721 }, "expiresInHours"],
    [{ expiresInHours: "soon" }, "expiresInHours"],
    [{ environment: { not: "" } }, "environment"],
    [{ hash: "x" }, "request"],
    [{ createdById: randomUUID() }, "request"],
  ])("is not made of %j", async (input, field) => {
    await expect(make(developer, input)).rejects.toMatchObject({ code: "invalid_input", fields: { [field]: expect.any(String) } });
  });

  test("is one of fifty at most, and none is made while looking through another's eyes or for what was destroyed", async () => {
    for (let count = 0; count < 50; count++) await make(developer);
    await expect(make(developer)).rejects.toMatchObject({ code: "conflict" });
    expect(await listShareLinks(context, developer, environment)).toHaveLength(50);
    await sql.query("UPDATE share_link SET expires_at = now()");
    const viewing = { by: { id: randomUUID(), name: "Ada" }, as: { kind: "role", role: "developer" } } as const;
    await expect(make({ ...developer, viewing })).rejects.toMatchObject({ code: "view_only" });
    const gone = await addEnvironment(sql, await addStage(sql, projectId, "demo", false));
    await sql.query("UPDATE environment SET destroyed_at = now() WHERE id = $1", [gone]);
    await expect(make(developer, { environment: gone })).rejects.toMatchObject({ code: "not_found" });
    await expect(listShareLinks(context, developer, gone)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("opening an environment", () => {
  const state = sha256("state");
  const open = (actor: Actor, more: object = {}) => openEnvironment.run(context, actor, { host, path: "/a?b=c", state, ...more });

  test("leads to the host of the row with a code that is kept as a hash, for a minute, for this session and browser", async () => {
    const { url } = await open(tester);
    const { origin, pathname, searchParams } = new URL(url);
    expect([origin, pathname, searchParams.get("path")]).toEqual([`https://${host}:8443`, "/.berth/enter", "/a?b=c"]);
    const { rows } = await sql.query(
      "SELECT environment_id, session_id, state_hash, round(extract(epoch FROM expires_at - now())) AS seconds FROM hand_off WHERE hash = $1",
      [sha256(searchParams.get("code") ?? "")],
    );
    expect(rows).toMatchObject([{ environment_id: environment, session_id: tester.sessionId, state_hash: state }]);
    expect(Number(rows[0]?.["seconds"])).toBeLessThanOrEqual(60);
    const audit = await sql.query("SELECT 1 FROM audit_entry WHERE action = 'environment.open' AND actor_id = $1", [tester.id]);
    expect(audit.rowCount).toBe(1);
  });

  test("is the same nothing for a host that leads nowhere and for one he may not view", async () => {
    for (const attempt of [() => open(stranger), () => open(tester, { host: "none--shop.preview.example.org" })]) {
      await expect(attempt()).rejects.toMatchObject({ code: "not_found" });
    }
    await sql.query("UPDATE environment SET destroyed_at = now() WHERE id = $1", [environment]);
    await expect(open(tester)).rejects.toMatchObject({ code: "not_found" });
    await sql.query("UPDATE environment SET destroyed_at = NULL WHERE id = $1", [environment]);
  });

  test("asks the rights of those through whose eyes an admin looks", async () => {
    const viewing = { by: { id: randomUUID(), name: "Ada" }, as: { kind: "person", id: stranger.id ?? "", name: "Grace" } } as const;
    await expect(open({ ...stranger, viewing })).rejects.toMatchObject({ code: "not_found" });
    await expect(open({ ...tester, viewing })).resolves.toHaveProperty("url");
  });

  test.each([
    { host: "EVIL.example" },
    { host: "a@b" },
    { host: "" },
    { host: { not: "" } },
    { path: "//evil.example" },
    { path: "/\\evil" },
    { path: "https://evil.example" },
    { state: "" },
    { state: "X".repeat(64) },
    { environment: randomUUID() },
  ])("refuses %j", async (input) => {
    await expect(open(tester, input)).rejects.toMatchObject({ code: "invalid_input" });
  });

  test("takes a session: a token opens no browser", async () => {
    await expect(open({ ...tester, sessionId: null })).rejects.toMatchObject({ code: "not_signed_in" });
  });
});
