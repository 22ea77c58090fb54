import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { newRandomId } from "#lib/platform/crypto/tokens.ts";

import { type AccessStage, cookie, host, missing, openAccess, opens, passCookie, sibling, stateCookie } from "./access-stage.ts";
import { addEnvironment, addPerson, addProject, addRole, addSession, addStage, addToken } from "./places.ts";
import { type App, ask, createStage, eventually, sendRaw } from "./stage.ts";

let stage: AccessStage;
let app: App;

beforeAll(async () => {
  const plain = await createStage();
  app = await plain.app((request, response) => response.end(JSON.stringify({ url: request.url, headers: request.headers })));
  stage = await openAccess(plain, app);
});
afterAll(() => stage.end());
beforeEach(() => {
  app.seen.length = 0;
});

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const without = ({ headers }: { headers: object }) => ({ ...headers, date: "" });

describe("whoever shows nothing", () => {
  test("gets, when a browser opens the address, the way to the sign-in, whether or not the host exists", async () => {
    for (const name of [host, missing]) {
      const answer = await stage.ask({ path: "/a/b?c=d", headers: opens }, name);
      expect(answer.status).toBe(302);
      const location = new URL(answer.headers.location ?? "");
      expect([location.origin, location.pathname]).toEqual(["http://localhost:3000", "/open"]);
      expect(location.searchParams.get("host")).toBe(name);
      expect(location.searchParams.get("path")).toBe("/a/b?c=d");
      expect(location.searchParams.get("state")).toMatch(/^[0-9a-f]{64}$/);
      const [state] = answer.headers["set-cookie"] ?? [];
      expect(state).toMatch(/^__Host-berth-state=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=900$/);
      expect(answer.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    }
    expect(app.seen).toHaveLength(0);
  });

  test("gets for everything else the same bytes for what exists and what does not", async () => {
    const requests = [
      {},
      { headers: { Accept: "application/json" } },
      { method: "POST", body: "x", headers: { Accept: "text/html" } },
      { headers: { Accept: "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" } },
      { headers: { Accept: "text/html", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" } },
      { headers: bearer("berth_pat_nobody_has_this_token") },
      { headers: cookie(passCookie, newRandomId()) },
      { path: "/.berth/status" },
      { path: "/.berth/enter", method: "POST" },
      { method: "OPTIONS", headers: { Origin: "http://localhost:3000", "Access-Control-Request-Method": "PUT" } },
    ];
    for (const request of requests) {
      const there = await stage.ask(request, host);
      const nowhere = await stage.ask(request, missing);
      expect(there.status).toBe(404);
      expect([there.status, there.text, without(there)]).toEqual([nowhere.status, nowhere.text, without(nowhere)]);
    }
    expect((await stage.ask({})).text).toMatch(/sign in to Berth, or send an API token/);
    expect(app.seen).toHaveLength(0);
  });

  test.each(["//evil.example/", "/\\evil.example", "/.berth/status", `/${"long".repeat(500)}`])(
    "is led back to the first page instead of %s",
    async (path) => {
      const { headers } = await stage.ask({ path, headers: opens });
      expect(new URL(headers.location ?? "").searchParams.get("path")).toBe("/");
    },
  );

  test("keeps one state over all tabs", async () => {
    const state = newRandomId();
    const answer = await stage.ask({ headers: { ...opens, ...cookie(stateCookie, state) } });
    expect(answer.headers["set-cookie"]?.[0]).toContain(`${stateCookie}=${state};`);
  });
});

describe("an API token", () => {
  test.each([
    ["Authorization: Bearer", (token: string) => bearer(token)],
    ["Authorization: Basic, as the password", (token: string) => ({ Authorization: `Basic ${btoa(`me:${token}`)}` })],
    ["X-Berth-Token", (token: string) => ({ "X-Berth-Token": token })],
  ])("as %s opens what its owner may view, and the app never sees it", async (_how, headers) => {
    const answer = await stage.ask({ headers: headers(stage.token) });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain("berth");
    expect(answer.text).not.toMatch(/authorization/i);
    expect((await stage.ask({ headers: headers(stage.token) }, missing)).status).toBe(404);
  });

  test("leaves the app its own Authorization", async () => {
    const answer = await stage.ask({ headers: { "X-Berth-Token": stage.token, Authorization: "Bearer of-the-app" } });
    expect(JSON.parse(answer.text)).toMatchObject({ headers: { authorization: "Bearer of-the-app" } });
  });

  test.each(["token", "access_token", "berth_token", "authorization", "x-berth-token"])(
    "is not accepted in the query as %s",
    async (name) => {
      expect((await stage.ask({ path: `/?${name}=${stage.token}` })).status).toBe(404);
    },
  );

  test("that is shown decides alone: a pass beside a wrong one does not help", async () => {
    const pass = await stage.pass();
    expect((await stage.ask({ headers: { ...cookie(passCookie, pass), ...bearer("berth_pat_wrong_wrong_wrong") } })).status).toBe(404);
    expect((await stage.ask({ headers: { ...cookie(passCookie, pass), Authorization: "Bearer of-the-app" } })).status).toBe(200);
  });

  test("shows when it was used last", async () => {
    await stage.ask({ headers: bearer(stage.token) });
    const { rows } = await stage.sql.query("SELECT last_used_at FROM api_token WHERE person_id = $1", [stage.tester]);
    expect(rows[0]).toMatchObject({ last_used_at: expect.any(Date) });
  });

  test("given twice under Berth's own header counts as none", async () => {
    const answer = await stage.ask({ headers: { "X-Berth-Token": stage.token } });
    expect(answer.status).toBe(200);
    const raw = `GET / HTTP/1.1\r\nHost: ${host}\r\nX-Berth-Token: ${stage.token}\r\nX-Berth-Token: ${stage.token}\r\nConnection: close\r\n\r\n`;
    expect(await sendRaw(stage.gateway.port, raw, 2_000)).toMatch(/^HTTP\/1.1 404 /);
  });
});

describe("B04 the host of an environment answers 404, and no byte of the app,", () => {
  test("to a member of another project, to one without a role, to one whose roles do not show the stage", async () => {
    const other = await addProject(stage.sql);
    const stranger = await addPerson(stage.sql);
    await addRole(stage.sql, other, stranger, "ops");
    const nobody = await addPerson(stage.sql);
    const production = await addStage(stage.sql, stage.projectId, "production", false);
    const name = "live--shop.preview.localhost";
    await stage.route({ host: name, targets: [app.target()], stageId: production });
    const developer = await addPerson(stage.sql);
    await addRole(stage.sql, stage.projectId, developer, "developer");
    for (const person of [stranger, nobody]) {
      const headers = bearer(await addToken(stage.sql, person));
      expect((await stage.ask({ headers })).status).toBe(404);
    }
    const { rows } = await stage.sql.query(
      "SELECT 1 FROM permission WHERE role = 'developer' AND stage_kind = 'production' AND verb = 'view'",
    );
    const headers = bearer(await addToken(stage.sql, developer));
    await eventually(async () =>
      expect((await stage.ask({ headers: bearer(await addToken(stage.sql, await addPerson(stage.sql, true))) }, name)).status).toBe(200),
    );
    expect((await stage.ask({ headers }, name)).status).toBe(rows.length === 0 ? 404 : 200);
    expect(app.seen.length).toBe(rows.length === 0 ? 1 : 2);
  });

  test("to a token that is limited to another project, and to a token of a disabled person", async () => {
    const other = await addProject(stage.sql);
    expect((await stage.ask({ headers: bearer(await addToken(stage.sql, stage.tester, { projects: [other] })) })).status).toBe(404);
    const own = await addToken(stage.sql, stage.tester, { projects: [stage.projectId] });
    expect((await stage.ask({ headers: bearer(own) })).status).toBe(200);
    const gone = await addPerson(stage.sql, true);
    const token = await addToken(stage.sql, gone);
    await stage.sql.query("UPDATE person SET disabled_at = now() WHERE id = $1", [gone]);
    expect((await stage.ask({ headers: bearer(token) })).status).toBe(404);
  });
});

describe("a pass", () => {
  test("of one environment is nothing on its sibling", async () => {
    const headers = cookie(passCookie, await stage.pass());
    expect((await stage.ask({ headers })).status).toBe(200);
    expect((await stage.ask({ headers }, sibling)).status).toBe(404);
  });

  test("is found beside one that somebody planted, and never reaches the app", async () => {
    const headers = { Cookie: `a=1; ${passCookie}=${newRandomId()}; ${passCookie}=${await stage.pass()}; b=2` };
    const answer = await stage.ask({ headers });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ headers: { cookie: "a=1; b=2" } });
  });

  test.each([
    ["the session has ended", "UPDATE session SET ended_at = now() WHERE id = $1"],
    ["the session has expired", "UPDATE session SET expires_at = now() WHERE id = $1"],
    ["the session was idle for more than eight hours", "UPDATE session SET last_seen_at = now() - interval '481 minutes' WHERE id = $1"],
    ["its person is disabled", "UPDATE person SET disabled_at = now() WHERE id = (SELECT person_id FROM session WHERE id = $1)"],
    ["its person has lost the role", "DELETE FROM membership WHERE person_id = (SELECT person_id FROM session WHERE id = $1)"],
    ["it is older than twelve hours", "UPDATE gateway_pass SET expires_at = now() WHERE session_id = $1"],
  ])("is worth nothing when %s", async (_why, sql) => {
    const person = await addPerson(stage.sql);
    await addRole(stage.sql, stage.projectId, person, "tester");
    const session = await addSession(stage.sql, person);
    const pass = await stage.pass(session);
    await stage.sql.query(sql, [session]);
    expect((await stage.ask({ headers: cookie(passCookie, pass) })).status).toBe(404);
  });

  test("is good for twelve hours at most, and no longer than the session", async () => {
    const person = await addPerson(stage.sql, true);
    const [long, short] = [await addSession(stage.sql, person), await addSession(stage.sql, person)];
    await stage.sql.query("UPDATE session SET expires_at = now() + interval '1 hour' WHERE id = $1", [short]);
    for (const session of [long, short]) await stage.pass(session);
    const { rows } = await stage.sql.query<{ minutes: number }>(
      `SELECT round(extract(epoch FROM expires_at - now()) / 60)::int AS minutes FROM gateway_pass WHERE session_id = ANY ($1)
       ORDER BY expires_at DESC`,
      [[long, short]],
    );
    expect(rows.map(({ minutes }) => minutes)).toEqual([720, 60]);
  });

  test("of an admin who looks through another's eyes shows what the other may view", async () => {
    const admin = await addPerson(stage.sql, true);
    const session = await addSession(stage.sql, admin);
    const pass = await stage.pass(session);
    const status = async () => (await stage.ask({ headers: cookie(passCookie, pass) })).status;
    expect(await status()).toBe(200);
    await stage.sql.query("UPDATE session SET view_as_person_id = $2 WHERE id = $1", [session, await addPerson(stage.sql)]);
    await eventually(async () => expect(await status()).toBe(404));
    await stage.sql.query("UPDATE session SET view_as_person_id = $2 WHERE id = $1", [session, stage.tester]);
    await eventually(async () => expect(await status()).toBe(200));
    await stage.sql.query("UPDATE session SET view_as_person_id = NULL, view_as_role = 'developer' WHERE id = $1", [session]);
    await stage.sql.query("DELETE FROM permission WHERE role = 'developer' AND stage_kind = 'staging'");
    await eventually(async () => expect(await status()).toBe(404));
    await stage.sql.query("UPDATE session SET view_as_role = 'tester' WHERE id = $1", [session]);
    await eventually(async () => expect(await status()).toBe(200));
  });

  test.each([
    ["a fetch from a sibling", { "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" }, "GET", 404],
    ["an image on another site", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" }, "GET", 404],
    ["a frame in a sibling", { "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" }, "GET", 404],
    ["a form of a sibling", { "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" }, "POST", 404],
    ["a write of a sibling without these headers", { Origin: `http://${sibling}` }, "POST", 404],
    [
      "a write from a page of its own",
      { "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" },
      "POST",
      200,
    ],
    ["a link on another site", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" }, "GET", 200],
    ["an address that was typed", { "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" }, "GET", 200],
  ] as const)("counts only when it is the person's own wish: %s", async (_what, sent, method, status) => {
    const pass = await stage.pass();
    expect((await stage.ask({ method, headers: { ...sent, ...cookie(passCookie, pass) } })).status).toBe(status);
    expect(app.seen).toHaveLength(status === 200 ? 1 : 0);
  });

  test("by Basic password, which browsers repeat by themselves, is no more than a cookie", async () => {
    const headers = { Authorization: `Basic ${btoa(`me:${stage.token}`)}`, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors" };
    expect((await stage.ask({ headers })).status).toBe(404);
  });
});

describe("a public stage", () => {
  test("answers everybody, and nobody any more when it is closed again", async () => {
    const name = "open--shop.preview.localhost";
    const stageId = await addStage(stage.sql, stage.projectId, "demo", true);
    await stage.route({ host: name, targets: [app.target()], stageId });
    const status = async () => (await ask(stage.gateway.port, name)).status;
    await eventually(async () => expect(await status()).toBe(200));
    expect((await ask(stage.gateway.port, name, { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } })).status).toBe(200);
    await stage.sql.query("UPDATE stage SET public = false WHERE id = $1", [stageId]);
    await eventually(async () => expect(await status()).toBe(404));
    await stage.sql.query("UPDATE stage SET public = true WHERE id = $1", [stageId]);
    await eventually(async () => expect(await status()).toBe(200));
  });

  test("is what the stage says: nobody else can call a route public", async () => {
    await stage.sql.query("UPDATE route SET public = true WHERE environment_id = $1", [stage.environment]);
    const { rows } = await stage.sql.query("SELECT public FROM route WHERE environment_id = $1", [stage.environment]);
    expect(rows).toEqual([{ public: false }]);
    const id = await addEnvironment(stage.sql, stage.stageId);
    await stage.sql.query(
      "INSERT INTO route (environment_id, host, project_name, environment_name, state, public) VALUES ($1, 'x', 'p', 'e', 'live', true)",
      [id],
    );
    expect((await stage.sql.query("SELECT public FROM route WHERE environment_id = $1", [id])).rows).toEqual([{ public: false }]);
  });
});
