import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import type { Actor } from "#lib/domain/access/policy.ts";
import { getGroup, listGroups } from "#lib/domain/groups/queries.ts";
import { listPeople } from "#lib/domain/people/list.ts";
import { getPerson } from "#lib/domain/people/queries.ts";
import type { Reader } from "#lib/domain/projects/head.ts";
import { openDatabase } from "#lib/platform/database/client.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";

import { cast, giveToken, signedIn } from "./cast.ts";

let test: TestDatabase;
let web: ReturnType<typeof openDatabase>;
let reader: Reader;
let ada: { id: string; email: string; actor: Actor };

const many = 10_000;

beforeAll(async () => {
  test = await createTestDatabase();
  web = openDatabase(test.roles.web, { connections: 4, onError: () => undefined });
  const settings = { dashboardOrigin: "http://localhost:3000", previewDomain: "", previewOrigin: "", allowFileRepositories: false };
  reader = { database: web.database, settings };
  ada = await cast(web.database, "Ada", { isAdmin: true });
  const admin = openDatabase(test.adminUrl, { connections: 1, onError: () => undefined });
  await admin.database.$executeRaw`
    INSERT INTO person (id, email, name, password_hash, disabled_at)
    SELECT gen_random_uuid(), 'p' || n || '@example.org', 'Person ' || lpad(n::text, 5, '0'),
      CASE WHEN n % 10 = 0 THEN NULL ELSE 'x' END, CASE WHEN n % 100 = 1 THEN now() END
    FROM generate_series(1, ${many}) n`;
  await admin.database.$executeRaw`
    INSERT INTO project (id, slug, name, repository_kind) SELECT gen_random_uuid(), 'shop-' || n, 'Shop ' || n, 'builtin' FROM generate_series(1, 20) n`;
  await admin.database
    .$executeRaw`INSERT INTO membership (project_id, person_id, role) SELECT pr.id, p.id, 'tester' FROM person p, project pr`;
  await admin.database.$executeRaw`
    INSERT INTO session (id, id_hash, person_id, expires_at) SELECT gen_random_uuid(), p.id::text || n, p.id, now() + interval '1 day'
    FROM person p, generate_series(1, 3) n`;
  await admin.database.$executeRaw`INSERT INTO person_group (id, name) VALUES (gen_random_uuid(), 'Everybody')`;
  await admin.database.$executeRaw`INSERT INTO group_member (group_id, person_id) SELECT g.id, p.id FROM person_group g, person p`;
  await admin.database.$executeRaw`ANALYZE`;
  await admin.close();
});

afterAll(async () => {
  await web.close();
  await test.drop();
});

/** How many statements were sent, and how long it took in milliseconds. */
async function cost<T>(read: () => Promise<T>): Promise<{ result: T; statements: number; ms: number }> {
  const query = vi.spyOn(web.pool, "query");
  const begun = performance.now();
  const result = await read();
  const ms = performance.now() - begun;
  const statements = query.mock.calls.length;
  query.mockRestore();
  return { result, statements, ms };
}

describe("ten thousand people", () => {
  it("are listed page by page with two statements each, the last page as well as the first", async () => {
    const first = await cost(() => listPeople(reader, ada.actor, {}));
    expect(first.result).toMatchObject({ total: many + 1, pages: 201, page: 1 });
    expect(first.result.rows).toHaveLength(50);
    expect(first.result.rows[0]).toMatchObject({ name: "Ada", isAdmin: true, projects: 20, state: "active" });
    const last = await cost(() => listPeople(reader, ada.actor, { page: 201 }));
    expect(last.result.rows.map((row) => row.name)).toEqual([`Person ${many}`]);
    const beyond = await cost(() => listPeople(reader, ada.actor, { page: 99_999 }));
    expect(beyond.result.page).toBe(201);
    for (const { statements, ms } of [first, last, beyond]) {
      expect(statements).toBe(2);
      expect(ms).toBeLessThan(1_000);
    }
  });

  it("are searched by a part of name or address, and what looks like a pattern is only text", async () => {
    const search = async (text: string) => {
      const { result, statements, ms } = await cost(() => listPeople(reader, ada.actor, { search: text }));
      expect(statements).toBe(2);
      expect(ms).toBeLessThan(1_000);
      return result;
    };
    expect((await search("son 0123")).total).toBe(10);
    expect((await search(" P777@EXAMPLE ")).rows.map((row) => row.email)).toEqual(["p777@example.org"]);
    for (const pattern of ["%", "_", "Person_0", "'; --", "\\"]) expect((await search(pattern)).total).toBe(0);
  });

  it("are counted by kind, and each kind lists what was counted", async () => {
    const { counts } = await listPeople(reader, ada.actor, {});
    expect(counts).toEqual({ all: many + 1, active: 8_901, invited: 1_000, disabled: 100, admins: 1 });
    for (const filter of ["active", "invited", "disabled", "admins"] as const)
      expect((await listPeople(reader, ada.actor, { filter })).total).toBe(counts[filter]);
    const invited = await listPeople(reader, ada.actor, { filter: "invited" });
    expect(new Set(invited.rows.map((row) => row.state))).toEqual(new Set(["invited"]));
  });

  it("in one group are shown fifty at a time", async () => {
    const [row] = (await listGroups(reader, ada.actor, {})).rows;
    expect(row).toMatchObject({ name: "Everybody", members: many + 1 });
    const { result, statements } = await cost(() => getGroup(reader, ada.actor, row?.id ?? "", { page: 201 }));
    expect(result.members).toMatchObject({ total: many + 1, page: 201, pages: 201 });
    expect(result.members.rows).toHaveLength(1);
    expect(statements).toBeLessThanOrEqual(4);
  });

  it("take the same number of statements to look at one", async () => {
    const { result, statements } = await cost(() => getPerson(reader, ada.actor, ada.id));
    expect(result.projects).toHaveLength(20);
    expect(statements).toBeLessThanOrEqual(10);
  });
});

describe("what is told of people", () => {
  it("has these fields and no others", async () => {
    await giveToken(reader.database, ada.id);
    await signedIn(reader.database, ada.id);
    const [row] = (await listPeople(reader, ada.actor, {})).rows;
    expect(Object.keys(row ?? {}).toSorted()).toEqual(
      ["createdAt", "email", "id", "invitedUntil", "isAdmin", "lastSeenAt", "name", "projects", "state"].toSorted(),
    );
    const person = await getPerson(reader, ada.actor, ada.id);
    const details = ["createdAt", "disabledAt", "email", "groups", "id", "invitation", "isAdmin", "isSelf", "lastSeenAt", "name"];
    expect(Object.keys(person).toSorted()).toEqual([...details, "projects", "sessions", "signsInBy", "state", "tokens"].toSorted());
    const [token] = person.tokens;
    const tokenFields = ["createdAt", "ended", "expiresAt", "hint", "id", "lastUsedAt", "name", "projects", "verbs"];
    expect(Object.keys(token ?? {}).toSorted()).toEqual(tokenFields);
    expect(Object.keys(person.sessions[0] ?? {}).toSorted()).toEqual(["createdAt", "id", "lastSeenAt", "userAgent"]);
  });

  it("holds no password, no hash and no code", async () => {
    const told = JSON.stringify([await listPeople(reader, ada.actor, { search: "Ada" }), await getPerson(reader, ada.actor, ada.id)]);
    const { passwordHash, sessions, tokens } = await reader.database.person.findUniqueOrThrow({
      where: { id: ada.id },
      select: { passwordHash: true, sessions: { select: { idHash: true } }, tokens: { select: { hash: true } } },
    });
    const secrets = [passwordHash ?? "", ...sessions.map((row) => row.idHash), ...tokens.map((row) => row.hash)];
    expect(secrets.length).toBeGreaterThan(4);
    for (const secret of secrets) expect(told).not.toContain(secret);
    expect(told).not.toMatch(/hash|secret|argon/i);
  });
});
