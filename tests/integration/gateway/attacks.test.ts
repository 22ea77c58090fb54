import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type App, type Stage, ask, createStage, eventually, known, sendRaw } from "./stage.ts";

const host = "issue-1--shop.preview.localhost";
const other = "issue-2--shop.preview.localhost";

let stage: Stage;
let app: App;

beforeAll(async () => {
  stage = await createStage();
  app = await stage.app((request, response) => {
    if (request.url === "/cookies") {
      response.setHeader("Set-Cookie", [
        "mine=1; Path=/",
        "wide=1; Domain=preview.localhost; Path=/",
        "berth_session=forged",
        "__Host-berth-session=forged; Secure; Path=/",
        "__Host-berthx=look-alike",
        "__Host-berth-pass=forged; Secure; Path=/",
        "__hOST-BERTH-PASS=forged; Secure; Path=/",
        " __Host-berth-state=forged; Secure; Path=/",
        "\t__Host-berth-pass=forged; Secure; Path=/",
        "BERTH-pass=forged",
        '"berth-pass=forged',
        "==berth-pass=forged",
        "=__Host-berth-session=forged",
        ...Array.from({ length: 200 }, (_, at) => `many${at}=1; domain=localhost`),
      ]);
      return void response.end();
    }
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ url: request.url, method: request.method, raw: request.rawHeaders }));
  });
  await stage.route({ host, targets: [app.target()] });
  await known(stage, host);
});
afterAll(() => stage.end());
beforeEach(() => {
  app.seen.length = 0;
});

const get = (hostHeader: string, more = "") =>
  sendRaw(stage.gateway.port, `GET / HTTP/1.1\r\nHost: ${hostHeader}\r\nConnection: close\r\n${more}\r\n`, 2_000);

describe("G01 every spelling of a host leads to the same environment", () => {
  test.each([host, host.toUpperCase(), `${host}:443`, `${host}.`, `${host}.:4000`])("%s", async (spelling) => {
    expect(await get(spelling)).toMatch(/^HTTP\/1.1 200/);
    expect(app.seen).toHaveLength(1);
    expect(app.seen[0]?.headers.host).toBe(spelling);
  });
});

describe("G02 a host that is no environment gets the constant 404 and opens nothing", () => {
  const strange = [
    `${host}.evil`,
    `x.${host}`,
    `${host}@evil`,
    `app@${host}`,
    `${host}/../y`,
    "",
    "127.0.0.1",
    "[::1]",
    `${"a".repeat(300)}.preview.localhost`,
    "preview.localhost",
    "localhost",
    `${host}:x`,
    `${host}..`,
    `${host} x`,
  ];
  test("whatever is asked for, the bytes are the same", async () => {
    const opened = app.sockets.size;
    const answers = await Promise.all(strange.map((name) => get(name, "Accept: text/html\r\n")));
    const bodies = new Set(answers.map((answer) => answer.replace(/^Date: .*\r\n/m, "")));
    expect(bodies.size).toBe(1);
    expect([...bodies][0]).toMatch(/^HTTP\/1.1 404 Not Found\r\n/);
    expect([app.seen.length, app.sockets.size]).toEqual([0, opened]);
  });
});

test("G02 a well-formed host that leads nowhere looks like one that is not for everybody", async () => {
  const opened = app.sockets.size;
  expect(await get(`evil${host}`)).toMatch(/^HTTP\/1.1 404 Not Found\r\n/);
  expect(await get(`evil${host}`, "Accept: text/html\r\n")).toMatch(/^HTTP\/1.1 302 Found\r\n/);
  expect([app.seen.length, app.sockets.size]).toEqual([0, opened]);
});

describe("G03 forms and methods for other servers are refused", () => {
  const keep = `Host: ${host}\r\nConnection: close\r\n\r\n`;
  test.each([
    [`GET / HTTP/1.1\r\nHost: ${other}\r\n${keep}`, 400],
    [`GET / HTTP/1.1\r\nHost: ${host}\r\n${keep}`, 400],
    [`GET http://${host}/ HTTP/1.1\r\n${keep}`, 400],
    [`GET http://evil/ HTTP/1.1\r\n${keep}`, 400],
    ["GET / HTTP/1.0\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\n\r\n", 400],
    [`CONNECT ${host}:80 HTTP/1.1\r\n${keep}`, 405],
    [`TRACE / HTTP/1.1\r\n${keep}`, 405],
    [`OPTIONS * HTTP/1.1\r\n${keep}`, 400],
    [`GET //evil/ HTTP/1.1\r\n${keep}`, 200],
    [`GET / HTTP/1.0\r\n${keep}`, 200],
  ])("%j is answered %i", async (bytes, status) => {
    expect(await sendRaw(stage.gateway.port, bytes, 2_000)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(app.seen).toHaveLength(status === 200 ? 1 : 0);
  });

  test.each([
    `GET / HTTP/1.1\r\nHost: ${host}\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `POST / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc`,
  ])("upgrades too: %j", async (bytes) => {
    expect(await sendRaw(stage.gateway.port, bytes, 2_000)).toMatch(/^HTTP\/1.1 400 /);
    expect(app.seen).toHaveLength(0);
  });
});

describe("G04 ambiguous framing never becomes two requests", () => {
  const head = (lines: string) => `POST /g04 HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n\r\n`;
  const inner = `GET /smuggled HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  test.each([
    ["length and coding", head("Content-Length: 4\r\nTransfer-Encoding: chunked") + `0\r\n\r\n${inner}`],
    ["unknown coding", head("Transfer-Encoding: xchunked") + `0\r\n\r\n${inner}`],
    ["coding then identity", head("Transfer-Encoding: chunked, identity") + `0\r\n\r\n${inner}`],
    ["hidden coding", head("Transfer-Encoding : chunked") + `0\r\n\r\n${inner}`],
    ["two lengths", head("Content-Length: 0\r\nContent-Length: 60") + inner],
    ["length list", head("Content-Length: 0, 60") + inner],
    ["signed length", head("Content-Length: +60") + inner],
    ["bare line feeds", `POST /g04 HTTP/1.1\nHost: ${host}\nContent-Length: 0\n\n${inner}`],
    ["folded header", head("Content-Length: 0\r\nX: a\r\n Transfer-Encoding: chunked") + inner],
    ["bad chunk size", head("Transfer-Encoding: chunked") + `zz\r\n${inner}`],
    ["chunk without end", head("Transfer-Encoding: chunked") + `1\r\nabc\r\n0\r\n\r\n${inner}`],
    ["nul", head("X: a\0b") + inner],
    ["control character in the path", `GET /a\x01b HTTP/1.1\r\nHost: ${host}\r\n\r\n${inner}`],
  ])("%s", async (_name, bytes) => {
    const received = await sendRaw(stage.gateway.port, bytes, 1_000);
    expect(app.seen.map(({ url }) => url)).not.toContain("/smuggled");
    expect(app.seen.length).toBeLessThan(2);
    expect(received.match(/HTTP\/1\.1 2/g) ?? []).toHaveLength(0);
  });

  test("a megabyte of chunk extension ends the connection", async () => {
    const received = await sendRaw(
      stage.gateway.port,
      `${head("Transfer-Encoding: chunked")}1;${"x".repeat(1_000_000)}\r\na\r\n0\r\n\r\n`,
      2_000,
    );
    expect(received).not.toMatch(/HTTP\/1\.1 2/);
  });

  test("an expectation nobody knows is refused", async () => {
    expect(await sendRaw(stage.gateway.port, head("Expect: miracles\r\nContent-Length: 0"), 500)).toMatch(/^HTTP\/1.1 4/);
    expect(app.seen).toHaveLength(0);
  });

  test("a head beyond 16 KiB is refused", async () => {
    expect(await sendRaw(stage.gateway.port, `GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${"x".repeat(17_000)}\r\n\r\n`, 1_000)).toMatch(
      /^HTTP\/1.1 431 /,
    );
    expect(app.seen).toHaveLength(0);
  });

  test("pipelined requests are answered in order, each once", async () => {
    const one = (path: string) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const received = await sendRaw(stage.gateway.port, one("/1") + one("/2") + one("/3"), 500);
    expect([...received.matchAll(/"url":"(\/\d)"/g)].map((match) => match[1])).toEqual(["/1", "/2", "/3"]);
    expect(app.seen).toHaveLength(3);
  });
});

test("G05 forged identities do not reach the app", async () => {
  const forged = {
    "X-Forwarded-For": "1.2.3.4",
    "X-Forwarded-Host": "evil",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "1",
    Forwarded: "for=1.2.3.4",
    "X-Real-IP": "1.2.3.4",
    "X-WEBAUTH-USER": "admin",
    X_Forwarded_User: "admin",
    "X-Original-URL": "/admin",
    "X-Middleware-Subrequest": "x",
  };
  await ask(stage.gateway.port, host, { headers: forged });
  const { headers } = app.seen[0] ?? {};
  expect(headers).toMatchObject({ host, "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http", "x-forwarded-host": host });
  expect(JSON.stringify(app.seen[0]?.rawHeaders)).not.toMatch(/1\.2\.3\.4|admin|evil/);
});

test("G09 an environment that is not live answers 503, to be asked again, never to be stored", async () => {
  for (const state of ["building", "starting", "failed", "stopped"]) {
    const name = `${state}--shop.preview.localhost`;
    await stage.route({ host: name, state, targets: [app.target()], note: "step <3>", environment: "review/<b>" });
    await known(stage, name);
    const page = await ask(stage.gateway.port, name, { headers: { Accept: "text/html" } });
    expect([page.status, page.headers["retry-after"], page.headers["cache-control"]]).toEqual([503, "2", "no-store"]);
    expect(page.text).toContain("review/&lt;b&gt;");
    expect(page.text).not.toContain("<b>review/<b>");
    const problem = await ask(stage.gateway.port, name, { method: "POST", body: "x" });
    expect([problem.status, problem.headers["content-type"]]).toEqual([503, "application/problem+json"]);
    expect(JSON.parse(problem.text)).toMatchObject({ status: 503, code: `environment_${state}` });
  }
  expect(app.seen).toHaveLength(0);
});

test("G10 what belongs to the platform is not forwarded", async () => {
  const answer = await ask(stage.gateway.port, host, {
    headers: {
      Cookie: "theme=dark; __Host-berth-session=s3cret; next-auth.session-token=s3cret",
      Authorization: "Bearer berth_s3cret",
      "X-Berth-Token": "berth_s3cret",
    },
  });
  expect(answer.text).toContain("theme=dark");
  expect(answer.text).not.toContain("s3cret");
});

test("G11 cookies of a preview stay with the preview", async () => {
  const cookies = (await ask(stage.gateway.port, host, { path: "/cookies" })).headers["set-cookie"] ?? [];
  expect(cookies.slice(0, 2)).toEqual(["mine=1; Path=/", "wide=1; Path=/"]);
  expect(cookies).toHaveLength(202);
  expect(cookies.join("\n")).not.toMatch(/domain|forged|berth/i);
});

test("G16 the same path under two hosts is two answers, under load, each from its own app", async () => {
  const hosts = Array.from({ length: 8 }, (_, at) => `env-${at}--shop.preview.localhost`);
  for (const name of hosts) {
    const own = await stage.app((_request, response) => response.setHeader("Cache-Control", "public, max-age=3600").end(name));
    await stage.route({ host: name, targets: [own.target()] });
    await known(stage, name);
  }
  const wrong: string[] = [];
  const drive = async (turn: number): Promise<void> => {
    for (let at = 0; at < 100; at++) {
      const name = hosts[(turn * 7 + at * 3) % hosts.length] ?? "";
      const answer = await ask(stage.gateway.port, name, { path: "/same" });
      if (answer.text !== name) wrong.push(`${name}: ${answer.status} ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, turn) => drive(turn)));
  expect(wrong).toEqual([]);
});

test("G08 an address that passes to another task carries nothing over: the former connection is not used again", async () => {
  const first = "former--shop.preview.localhost";
  const second = "latter--shop.preview.localhost";
  const shared = await stage.app((_request, response) => response.end("ok"));
  const id = await stage.route({ host: first, targets: [shared.target("task-one")] });
  await known(stage, first);
  await ask(stage.gateway.port, first);
  const former = [...shared.sockets];
  expect(former.length).toBeGreaterThan(0);
  await stage.sql.query("BEGIN");
  await stage.sql.query("DELETE FROM route WHERE environment_id = $1", [id]);
  await stage.route({ host: second, targets: [shared.target("task-two")] });
  await stage.sql.query("COMMIT");
  await eventually(() => expect(former.every((socket) => socket.destroyed)).toBe(true));
  expect((await ask(stage.gateway.port, second)).text).toBe("ok");
  expect((await ask(stage.gateway.port, first)).status).toBe(404);
});
