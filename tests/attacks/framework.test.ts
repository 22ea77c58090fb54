import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { performance } from "node:perf_hooks";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { pages } from "#lib/server/doors/pages.ts";
import { routes } from "#lib/server/doors/routes.ts";
import { type BuiltAction, builtActions, openStanding, send, sendAction, type Standing } from "#tests/integration/access/standing.ts";

let stage: Standing;
let actionIds: ReadonlyMap<string, BuiltAction>;
let cookie: string;

beforeAll(async () => {
  [stage, actionIds] = await Promise.all([openStanding(), builtActions()]);
  cookie = await stage.cookie(stage.who("admin"));
});
afterAll(() => stage?.end());

async function rows(): Promise<string> {
  const [row] = await stage.owner.$queryRaw<
    unknown[]
  >`SELECT (SELECT count(*) FROM deployment)::int AS deployments, (SELECT count(*) FROM project)::int AS projects,
    (SELECT count(*) FROM person)::int AS people, (SELECT md5(string_agg(p::text, '' ORDER BY id)) FROM project p) AS names`;
  return JSON.stringify(row);
}

const bearer = () => ({ authorization: `Bearer ${stage.who("admin").token}`, "content-type": "application/json" });

describe("N01", () => {
  const foreign = (): ReadonlyArray<Readonly<Record<string, string>>> => [
    {},
    { origin: "null" },
    { origin: "https://evil.example" },
    { origin: `${stage.origin}.evil` },
    { origin: stage.origin.replace("localhost", "dashboard.localhost") },
    { origin: `http://issue-1--shop.${stage.berth.previewHost}` },
    { origin: stage.origin.replace(/\d+$/, "1") },
    { origin: stage.origin, "sec-fetch-site": "same-site" },
    { origin: stage.origin, "sec-fetch-site": "cross-site" },
  ];

  test("every action that was built is refused from everywhere but the dashboard's own pages", { timeout: 120_000 }, async () => {
    const before = await rows();
    for (const [name, action] of actionIds)
      for (const headers of foreign()) {
        const { status } = await sendAction(
          stage.origin,
          action,
          { name: "Forged", project: "shop", confirm: "shop" },
          { cookie, ...headers },
        );
        expect(status, `${name} ${JSON.stringify(headers)}`).toBe(403);
      }
    console.info(`${actionIds.size} actions × ${foreign().length} origins`);
    expect(await rows()).toBe(before);
  });
});

/** What an address has to say to somebody who is not signed in: the way to the sign-in, or nothing of any page. */
const isShut = ({ status, headers, body }: { status: number; headers: Readonly<Record<string, unknown>>; body: string }) =>
  status === 401 ||
  status === 403 ||
  status === 404 ||
  status === 400 ||
  /\/sign-in/.test(String(headers["location"])) ||
  body.includes("NEXT_REDIRECT;replace;/sign-in") ||
  body.includes("/sign-in");

describe("N02", () => {
  test("no way around a page shows more of it than the page does", { timeout: 120_000 }, async () => {
    const { spots } = stage.world.projects.own;
    const paths = [
      "/",
      "/p/shop",
      "/p/shop/settings",
      "/p/shop/refs",
      "/p/shop/members",
      `/deployments/${spots.review.deploymentId}`,
      "/p/shop/e/review/issue-1",
      "/people",
      "/audit",
      "/new",
      "/account",
      "/health",
    ];
    const tester = await stage.cookie(stage.who("removed member"));
    const wrong: string[] = [];
    for (const path of paths) {
      const ways: ReadonlyArray<readonly [string, Readonly<Record<string, string>>]> = [
        [path, { rsc: "1" }],
        [`${path}?_rsc=abc`, { rsc: "1" }],
        [`${path}.rsc`, {}],
        [`${path}.txt`, {}],
        [`${path};x`, {}],
        [`/_next/data/build${path === "/" ? "/index" : path}.json`, {}],
        [path, { rsc: "1", "next-router-prefetch": "1" }],
        [path, { rsc: "1", "next-router-segment-prefetch": "/_tree" }],
        [path, { rsc: "1", "next-router-segment-prefetch": "/_index" }],
        [`${path === "/" ? "" : path}.segments/_tree.segment.rsc`, {}],
        [path.replace("shop", "%73hop"), { rsc: "1" }],
        [path, { "x-middleware-subrequest": "middleware:middleware:middleware", rsc: "1" }],
        [
          path,
          {
            rsc: "1",
            "next-router-state-tree": encodeURIComponent(
              '["",{"children":["(berth)",{"children":["new",{"children":["__PAGE__",{}]}]}]},null,null,true]',
            ),
          },
        ],
      ];
      for (const [address, headers] of ways) {
        const stranger = await send(stage.origin, address, { headers });
        // The frame of a page tells nothing; names of things would.
        if (/OF_ENVIRONMENT|issue-1|admin@example|somebody@example|New project/.test(stranger.body) && !isShut(stranger))
          wrong.push(`stranger ${address} ${JSON.stringify(headers)}`);
        const outsider = await send(stage.origin, address, { headers: { ...headers, cookie: tester } });
        if (/"issue-1"|issue-1--shop|somebody@example|OF_ENVIRONMENT/.test(outsider.body.replaceAll(address, "")))
          wrong.push(`outsider ${address} ${JSON.stringify(headers)}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("N03", () => {
  test("two thousand mutilated action bodies end no process and keep nobody waiting", { timeout: 240_000 }, async () => {
    const before = await stage.berth.pid("web");
    const { id = "", path = "/" } = actionIds.get("access#signIn") ?? {};
    const pieces = [
      '"$K1"',
      '"$@1"',
      '"$F1"',
      '"$Q1"',
      '"$W1"',
      '"$undefined"',
      '"$1:__proto__:constructor"',
      '"$1:constructor:constructor"',
      '"$B1"',
      '"$n9999999999999999999"',
      '"$D2026"',
      "{}",
      "[[[[[]]]]]",
      '{"__proto__":{"x":1}}',
      "null",
      '"$0"',
      '["$0","$1"]',
    ];
    const rounds = 2_000;
    let mistakes = 0;
    let slowest = 0;
    for (let round = 0; round < rounds; round += 20) {
      const burst = Array.from({ length: 20 }, async () => {
        const part = () => pieces[randomInt(pieces.length)] ?? "null";
        const boundary = "----mutilated";
        const body = Array.from(
          { length: randomInt(1, 6) },
          (_, index) =>
            `--${boundary}\r\nContent-Disposition: form-data; name="${randomInt(3) === 0 ? "1_name" : index}"\r\n\r\n[${part()},${part()}]\r\n`,
        ).join("");
        const started = performance.now();
        const reply = await send(stage.origin, path, {
          method: "POST",
          headers: { "content-type": `multipart/form-data; boundary=${boundary}`, "next-action": id, origin: stage.origin },
          body: `${body}--${boundary}--\r\n`,
        }).catch(() => ({ status: 0 }));
        slowest = Math.max(slowest, performance.now() - started);
        if (reply.status >= 500) mistakes += 1;
      });
      await Promise.all(burst);
    }
    console.info(`${rounds} mutilated bodies: ${mistakes} answered 5xx, slowest ${Math.round(slowest)} ms`);
    expect(await stage.berth.pid("web")).toBe(before);
    // Twenty at a time: what one of them waits is the time of all twenty.
    expect(slowest).toBeLessThan(5_000);
    expect((await send(stage.origin, "/api/health")).status).toBe(200);
  });
});

describe("N04", () => {
  test.each([
    ["a body of 1 MiB and one byte", () => JSON.stringify({ name: "x".repeat(1024 * 1024 - 10) }).padEnd(1024 * 1024 + 1)],
    ["ten thousand levels", () => `{"name":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
    ["1e999", () => '{"name":"x","port":1e999}'],
    ["NaN", () => '{"name":"x","port":NaN}'],
    ["-0", () => '{"name":"x","port":-0}'],
    ["a huge integer", () => `{"name":"x","port":${"9".repeat(400)}}`],
    ["a number for a name", () => '{"name":7}'],
    ["no JSON", () => "name=x"],
    ["nothing", () => ""],
  ])("%s is refused", async (_what, body) => {
    const before = await rows();
    const reply = await send(stage.origin, "/api/v1/projects/shop", { method: "PATCH", headers: bearer(), body: body() });
    expect([400, 413]).toContain(reply.status);
    expect(await rows()).toBe(before);
  });

  test("a year beyond all calendars is refused", async () => {
    const reply = await send(stage.origin, "/api/v1/tokens", {
      method: "POST",
      headers: bearer(),
      body: JSON.stringify({ name: "Far", expires: "+275760-09-13T00:00:00.000Z" }),
    });
    expect(reply.status).toBe(400);
  });
});

describe("N05", () => {
  test.each(["HEAD", "OPTIONS", "PROPFIND", "LOCK", "TRACE", "FOO"])(
    "%s changes nothing and opens nothing to other origins",
    async (method) => {
      const before = await rows();
      for (const path of [
        "/",
        "/p/shop",
        "/api/v1/projects",
        "/api/v1/projects/shop",
        "/stream/projects/x",
        "/git/shop.git/info/refs",
        "/api/health",
      ]) {
        const reply = await send(stage.origin, path, {
          method,
          headers: { cookie, origin: "https://evil.example", "access-control-request-method": "DELETE" },
        }).catch(() => null);
        if (reply === null) continue;
        expect(
          Object.keys(reply.headers).filter((name) => name.startsWith("access-control-")),
          `${method} ${path}`,
        ).toEqual([]);
        // HEAD has no body, and what no other method changes no other method tells.
        expect(method === "HEAD" || method === "OPTIONS" ? reply.body : "", path).not.toContain("shop");
      }
      expect(await rows()).toBe(before);
    },
  );

  test("a method an address does not know is refused by name", async () => {
    const { token } = stage.who("admin");
    const reply = await send(stage.origin, "/api/v1/projects/shop", { method: "PUT", headers: { authorization: `Bearer ${token}` } });
    expect([reply.status, reply.headers["allow"]]).toEqual([405, expect.stringContaining("PATCH")]);
  });
});

describe("N07", () => {
  test("a stranger gets the sign-in, whether Berth is up, and nothing else", { timeout: 60_000 }, async () => {
    const filled = (path: string) =>
      path
        .replace("[slug]", "shop")
        .replace("[stage]", "review")
        .replace("[ref]", "issue-1")
        .replaceAll(/\[[^\]]+\]/g, "x");
    const openOnes = ["/sign-in", "/setup", "/invite/[code]", "/api/health", "/icon.svg", "/api/auth/[...nextauth]", "/open/unknown"];
    for (const path of [...Object.keys(pages), ...Object.keys(routes)].filter((each) => !openOnes.includes(each))) {
      const reply = await send(stage.origin, filled(path));
      expect([401, 302, 303, 307, 404, 405], path).toContain(reply.status);
      expect(reply.body, path).not.toMatch(/issue-1--shop|OF_ENVIRONMENT|admin@example/);
    }
  });

  test.each([
    "/.env",
    "/.git/config",
    "/.git/HEAD",
    "/metrics",
    "/server-status",
    "/package.json",
    "/package-lock.json",
    "/.next/BUILD_ID",
    "/_next/../package.json",
    "/_next/static/../../package.json",
    "/_next/static/%2e%2e/%2e%2e/package.json",
    "/_next/server/server-reference-manifest.json",
    "/api/v1/openapi.json",
    "/api/v1/projects",
    "/_next/image?url=http%3A%2F%2F127.0.0.1%3A22&w=64&q=75",
  ])("%s holds nothing for a stranger", async (path) => {
    const reply = await send(stage.origin, path);
    expect([400, 401, 404, 307, 308]).toContain(reply.status);
    expect(reply.body).not.toMatch(/"dependencies"|\[core\]|BERTH_/);
  });

  test("no source map is served", async () => {
    const { body } = await send(stage.origin, "/sign-in");
    const scripts = [...new Set([...body.matchAll(/\/_next\/static\/[^"'\\ ]+?\.js/g)].map(([path]) => path))];
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      expect((await send(stage.origin, `${script}.map`)).status).toBe(404);
      expect((await send(stage.origin, script)).body).not.toContain("sourceMappingURL");
    }
  });
});

describe("N08", () => {
  test("fifty identical wishes at once have one effect", { timeout: 90_000 }, async () => {
    const at = "/api/v1/projects/shop/environments";
    const body = JSON.stringify({ stage: "review", ref: "issue-2" });
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => send(stage.origin, at, { method: "POST", headers: bearer(), body })),
    );
    const ids = new Set(replies.filter(({ status }) => status === 202).map((reply) => String(JSON.parse(reply.body).id)));
    expect(ids.size).toBe(1);
    for (const { status } of replies) expect([202, 409, 429, 503]).toContain(status);
    const [id = ""] = ids;
    expect(await stage.owner.deployment.count({ where: { environmentId: id, status: "queued" } })).toBeLessThanOrEqual(1);
    const people = await Promise.all(
      Array.from({ length: 50 }, () =>
        send(stage.origin, "/api/v1/people", {
          method: "POST",
          headers: bearer(),
          body: JSON.stringify({ email: "once@example.org", name: "Once" }),
        }),
      ),
    );
    expect(people.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await stage.owner.person.count({ where: { email: "once@example.org" } })).toBe(1);
  });
});

test("what Node lets through of a broken request is answered or closed, and Berth lives on", async () => {
  const { port } = new URL(stage.origin);
  for (const text of [
    "GET / HTTP/1.1\r\n\r\n",
    "GET http://evil/ HTTP/1.1\r\nHost: evil\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nHost: y\r\nContent-Length: 0\r\n\r\n",
    "\0\0\0\r\n\r\n",
  ])
    await new Promise<void>((done) => {
      const socket = connect(Number(port), "127.0.0.1", () => socket.end(text));
      socket
        .on("data", () => undefined)
        .once("close", () => done())
        .once("error", () => done());
      socket.setTimeout(5_000, () => socket.destroy());
    });
  expect((await send(stage.origin, "/api/health")).status).toBe(200);
  expect(await readFile(`${stage.berth.home}/running.json`, "utf8")).toContain("dashboardUrl");
});
