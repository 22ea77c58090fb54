import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { gatewayCookies } from "#lib/gateway/cookies.ts";
import { newRandomId } from "#lib/platform/crypto/tokens.ts";

import {
  type AccessStage,
  cookie,
  host,
  missing,
  openAccess,
  opens,
  passCookie,
  sha256,
  sibling,
  stateCookie,
  valueOf,
} from "./access-stage.ts";
import { addHandOff, addPerson, addRole, addShareLink } from "./places.ts";
import { type App, ask, createStage, eventually, startTestGateway } from "./stage.ts";

let stage: AccessStage;
let app: App;

beforeAll(async () => {
  const plain = await createStage();
  app = await plain.app((request, response) => response.end(request.url));
  stage = await openAccess(plain, app);
});
afterAll(() => stage.end());

const enter = (code: string, state: string | null, name = host, path = "/page") =>
  stage.ask(
    {
      path: `/.berth/enter?code=${code}&path=${encodeURIComponent(path)}`,
      headers: { ...opens, ...(state === null ? {} : cookie(stateCookie, state)) },
    },
    name,
  );

async function handOff(): Promise<{ code: string; state: string }> {
  const state = newRandomId();
  return { state, code: await addHandOff(stage.sql, stage.session, stage.environment, sha256(state)) };
}

describe("the code of a hand-off", () => {
  test("becomes a pass of this host alone, and leads to the page that was wanted", async () => {
    const { code, state } = await handOff();
    const answer = await enter(code, state);
    expect([answer.status, answer.headers.location]).toEqual([303, "/page"]);
    expect(answer.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    expect(answer.headers["set-cookie"]).toHaveLength(1);
    expect(answer.headers["set-cookie"]?.[0]).toMatch(
      /^__Host-berth-pass=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=43\d{3}$/,
    );
    const pass = valueOf(answer, passCookie);
    expect((await stage.ask({ path: "/page", headers: { ...opens, ...cookie(passCookie, pass) } })).text).toBe("/page");
  });

  test("works once, also when a hundred try at the same moment", async () => {
    const { code, state } = await handOff();
    const answers = await Promise.all(Array.from({ length: 50 }, () => enter(code, state)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 303).map(({ status }) => status))).toEqual(new Set([400]));
    expect((await enter(code, state)).text).toContain("used up");
  });

  test("is nothing in another browser, after a minute, for another environment, or when the session has ended", async () => {
    const one = await handOff();
    expect((await enter(one.code, newRandomId())).status).toBe(400);
    expect((await enter(one.code, one.state, sibling)).status).toBe(400);
    expect((await enter(one.code, one.state, missing)).status).toBe(400);
    expect((await enter(one.code, one.state)).status).toBe(303);
    const two = await handOff();
    await stage.sql.query("UPDATE hand_off SET expires_at = now() WHERE hash = $1", [sha256(two.code)]);
    expect((await enter(two.code, two.state)).status).toBe(400);
    const person = await addPerson(stage.sql);
    await addRole(stage.sql, stage.projectId, person, "tester");
    const three = await handOff();
    await stage.sql.query("DELETE FROM hand_off WHERE hash = $1", [sha256(three.code)]);
    expect((await enter(three.code, three.state)).status).toBe(400);
  });

  test("is refused without setting anything where the host leads nowhere, with the same page", async () => {
    const { code, state } = await handOff();
    const [there, nowhere] = [await enter(newRandomId(), state), await enter(code, state, missing)];
    expect([there.status, there.text]).toEqual([nowhere.status, nowhere.text]);
    expect(nowhere.headers["set-cookie"]).toBeUndefined();
  });

  test("leads to a page that explains it when the browser keeps no cookies, instead of round and round", async () => {
    const { code } = await handOff();
    const answer = await enter(code, null);
    expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
    expect(answer.text).toContain("did not keep the cookie");
    expect(answer.text).toContain('href="/page"');
  });

  test.each([
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "\\\\evil",
    "javascript:alert(1)",
    "/.berth/enter?code=x",
    "",
    "/a\nb",
  ])("G15 leads to the first page instead of %j", async (path) => {
    const { code, state } = await handOff();
    expect((await enter(code, state, host, path)).headers.location).toBe("/");
  });

  test("is not needed again by whoever has a pass: the same address once more only leads on", async () => {
    const pass = await stage.pass();
    const answer = await stage.ask({ path: "/.berth/enter?code=used&path=/x", headers: { ...opens, ...cookie(passCookie, pass) } });
    expect([answer.status, answer.headers.location, answer.headers["set-cookie"]]).toEqual([303, "/x", undefined]);
  });

  test("never reaches an app that is live: the address is the gateway's", async () => {
    const before = app.seen.length;
    for (const path of ["/.berth/enter", "/.berth/enter?code=x"])
      expect((await stage.ask({ path, headers: opens }, "known--shop.preview.localhost")).status).not.toBe(200);
    expect(app.seen).toHaveLength(before);
    expect((await stage.ask({ path: "/.berth/entering" }, "known--shop.preview.localhost")).text).toBe("/.berth/entering");
  });
});

describe("G14 a share link", () => {
  const open = (code: string, name = host, path = "/page") => stage.ask({ path: `${path}?a=1&share=${code}&b=2`, headers: opens }, name);

  test("becomes a pass of this environment, and is out of the address at once", async () => {
    const code = await addShareLink(stage.sql, stage.tester, stage.environment);
    const answer = await open(code);
    expect([answer.status, answer.headers.location]).toEqual([303, "/page?a=1&b=2"]);
    expect(answer.headers).toMatchObject({ "referrer-policy": "no-referrer", "cache-control": "no-store" });
    const headers = cookie(passCookie, valueOf(answer, passCookie));
    expect((await stage.ask({ headers })).status).toBe(200);
    expect((await stage.ask({ headers }, sibling)).status).toBe(404);
    const { rows } = await stage.sql.query("SELECT last_used_at IS NOT NULL AS used FROM share_link WHERE hash = $1", [sha256(code)]);
    expect(rows).toEqual([{ used: true }]);
  });

  test.each([
    ["revoked", "UPDATE share_link SET revoked_at = now() WHERE hash = $1"],
    ["expired", "UPDATE share_link SET expires_at = now() WHERE hash = $1"],
    [
      "of somebody who is disabled",
      "UPDATE person SET disabled_at = now() WHERE id = (SELECT created_by_id FROM share_link WHERE hash = $1)",
    ],
    [
      "of somebody who may not see the environment any more",
      "DELETE FROM membership WHERE person_id = (SELECT created_by_id FROM share_link WHERE hash = $1)",
    ],
  ])("that is %s opens nothing, and what it opened is closed", async (_what, sql) => {
    const maker = await addPerson(stage.sql);
    await addRole(stage.sql, stage.projectId, maker, "tester");
    const { code, pass } = await stage.sharedPass(maker);
    expect((await stage.ask({ headers: cookie(passCookie, pass) })).status).toBe(200);
    await stage.sql.query(sql, [sha256(code)]);
    await eventually(async () => expect((await stage.ask({ headers: cookie(passCookie, pass) })).status).toBe(404));
    const answer = await open(code);
    expect([answer.status, answer.headers["set-cookie"]]).toEqual([404, undefined]);
    expect(answer.text).toContain("does not work any more");
  });

  test("says the same on another environment, on a host that leads nowhere, and when it never existed", async () => {
    const code = await addShareLink(stage.sql, stage.tester, stage.environment);
    const answers = await Promise.all([open(code, sibling), open(code, missing), open(`berth_share_${newRandomId()}`)]);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
  });

  test("counts for nothing in a Referer, in a cookie, or in a request that no person made", async () => {
    const code = await addShareLink(stage.sql, stage.tester, stage.environment);
    expect((await stage.ask({ headers: { Referer: `http://${host}/?share=${code}` } })).status).toBe(404);
    expect((await stage.ask({ headers: cookie(passCookie, code) })).status).toBe(404);
    expect((await stage.ask({ headers: { "X-Berth-Token": code } })).status).toBe(404);
    for (const headers of [{ "Sec-Fetch-Mode": "cors" }, { "Sec-Fetch-Mode": "no-cors" }])
      expect((await stage.ask({ path: `/?share=${code}`, headers })).status).toBe(404);
    expect((await stage.ask({ path: `/?share=${code}`, method: "POST" })).status).toBe(404);
  });

  test("leaves an app its own parameter of that name", async () => {
    const headers = { "X-Berth-Token": stage.token };
    expect((await stage.ask({ path: "/?share=yes&x=1", headers })).text).toBe("/?share=yes&x=1");
  });

  test("never reaches the app, also on a public stage", async () => {
    const code = await addShareLink(stage.sql, stage.tester, stage.environment);
    const answer = await open(code, "known--shop.preview.localhost");
    expect([answer.status, answer.headers.location]).toEqual([303, "/page?a=1&b=2"]);
  });
});

test("on plain http under a name that is no localhost the cookies go without prefix and Secure, or browsers would refuse them", () => {
  expect(gatewayCookies("http", "preview.example.org")).toEqual({
    pass: "berth-pass",
    state: "berth-state",
    attributes: "Path=/; HttpOnly; SameSite=Lax",
  });
  for (const [scheme, name] of [
    ["https", "preview.example.org"],
    ["http", "preview.localhost"],
  ] as const)
    expect(gatewayCookies(scheme, name)).toMatchObject({ pass: "__Host-berth-pass", attributes: "Path=/; HttpOnly; SameSite=Lax; Secure" });
});

test("codes are not exchanged, and nobody is let in, while the database is away", async () => {
  const lonely = await startTestGateway("postgresql://nobody:x@127.0.0.1:1/none");
  expect(
    (await ask(lonely.port, host, { path: `/.berth/enter?code=${newRandomId()}`, headers: cookie(stateCookie, newRandomId()) })).status,
  ).toBe(503);
  await lonely.stop();
});
