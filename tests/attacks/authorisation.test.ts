import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { doors } from "#lib/server/doors/table.ts";
import { expectedOf, type Matrix, readMatrix } from "#tests/integration/access/expected.ts";
import {
  actionCode,
  type BuiltAction,
  builtActions,
  openStanding,
  type Reply,
  send,
  sendAction,
  type Standing,
} from "#tests/integration/access/standing.ts";
import { targetAt, unknownTarget } from "#tests/integration/access/target.ts";
import { kinds, type Who } from "#tests/integration/access/world.ts";

const run = promisify(execFile);
let stage: Standing;
let matrix: Matrix;
let actionIds: ReadonlyMap<string, BuiltAction>;

beforeAll(async () => {
  [stage, actionIds] = await Promise.all([openStanding(), builtActions()]);
  matrix = await readMatrix(stage.owner);
});
afterAll(() => stage?.end());

const walkers = ["anonymous", "developer", "tester", "ops", "admin", "by group", "removed member", "disabled", "admin viewing as tester"];
const own = () => stage.world.projects.own;
const other = () => stage.world.projects.other;

/** REST with somebody's token. */
async function rest(
  who: Who,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return send(stage.origin, `/api/v1${path}`, {
    method,
    headers: {
      ...(who.token === null ? {} : { authorization: `Bearer ${who.token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const codeOf = (reply: Reply) => String(JSON.parse(reply.body).code);
/** What a refusal says, without the id of the request. */
const saidBy = ({ status, body }: Reply) => JSON.stringify({ status, ...JSON.parse(body), requestId: null });

/** What nobody in these tests may change. The worker takes down what a deleted project left, so that does not count. */
async function rows(): Promise<string> {
  const [row] = await stage.owner.$queryRaw<unknown[]>`SELECT (SELECT count(*) FROM deployment)::int AS deployments,
    (SELECT count(*) FROM environment)::int AS environments, (SELECT count(*) FROM variable v JOIN project p ON p.id = v.project_id WHERE p.deleted_at IS NULL)::int AS variables,
    (SELECT count(*) FROM membership)::int AS memberships, (SELECT md5(string_agg(p::text, '' ORDER BY id)) FROM project p) AS projects`;
  return JSON.stringify(row);
}

describe("B01", () => {
  const pagePaths = (slug: string, spot: { stageName: string; ref: string; deploymentId: string }): Readonly<Record<string, string>> => ({
    "/p/[slug]": `/p/${slug}`,
    "/p/[slug]/refs": `/p/${slug}/refs`,
    "/p/[slug]/variables": `/p/${slug}/variables`,
    "/p/[slug]/settings": `/p/${slug}/settings`,
    "/p/[slug]/e/[stage]/[ref]": `/p/${slug}/e/${spot.stageName}/${spot.ref}`,
    "/p/[slug]/e/[stage]/[ref]/history": `/p/${slug}/e/${spot.stageName}/${spot.ref}/history`,
    "/p/[slug]/e/[stage]/[ref]/timeline": `/p/${slug}/e/${spot.stageName}/${spot.ref}/timeline`,
    "/p/[slug]/e/[stage]/[ref]/variables": `/p/${slug}/e/${spot.stageName}/${spot.ref}/variables`,
    "/deployments/[id]": `/deployments/${spot.deploymentId}`,
  });
  const fixedPages = ["/people", "/groups", "/permissions", "/new", "/health", "/account"];

  const doorOf = (kind: string, name: string) => {
    const door = doors.find((each) => each.kind === kind && each.name === name);
    if (door === undefined) throw new Error(`${kind} ${name} is not declared`);
    return door;
  };
  const answerOf = ({ status, headers }: Reply) => {
    if (status === 404) return "not_found";
    if (status === 401 || /\/sign-in/.test(String(headers["location"]))) return "not_signed_in";
    if (status === 403) return "forbidden";
    return status < 400 ? "ok" : String(status);
  };

  test("every page and stream answers each role as the matrix says, over HTTP", { timeout: 240_000 }, async () => {
    const wrong: string[] = [];
    let cells = 0;
    for (const name of walkers) {
      const who = stage.who(name);
      const cookie = await stage.cookie(who);
      const ask = async (kind: "page" | "route", door: string, path: string, target: ReturnType<typeof targetAt>) => {
        const expected = expectedOf(matrix, doorOf(kind, door), who, target);
        const answer = answerOf(await send(stage.origin, path, { headers: cookie === "" ? {} : { cookie }, headOnly: kind === "route" }));
        cells += 1;
        if (expected === null ? answer !== "ok" : !expected.includes(answer))
          wrong.push(`${name} ${path}: ${answer}, not ${expected?.join(" or ") ?? "ok"}`);
      };
      for (const target of [
        ...kinds.map((kind) => targetAt(stage.world, "own", kind)),
        targetAt(stage.world, "other", "review"),
        unknownTarget("review"),
      ]) {
        for (const [door, path] of Object.entries(pagePaths(target.slug, target.spot))) await ask("page", door, path, target);
        await ask("route", "/stream/environments/[id]/log", `/stream/environments/${target.spot.environmentId}/log`, target);
        await ask("route", "/stream/deployments/[id]/log", `/stream/deployments/${target.spot.deploymentId}/log`, target);
        await ask("route", "/stream/projects/[id]", `/stream/projects/${target.projectId}`, target);
      }
      for (const page of fixedPages) await ask("page", page, page, targetAt(stage.world, "own", "review"));
    }
    console.info(`${cells} cells over HTTP: pages and streams`);
    expect(wrong).toEqual([]);
  });

  test("every action refuses each role by its built id what the matrix does not give, over HTTP", { timeout: 240_000 }, async () => {
    const fields: Readonly<Record<string, (target: ReturnType<typeof targetAt>) => Record<string, string>>> = {
      "environments#stop": ({ spot }) => ({ environment: spot.environmentId }),
      "environments#redeploy": ({ spot }) => ({ environment: spot.environmentId }),
      "environments#destroy": ({ spot }) => ({ environment: spot.environmentId }),
      "environments#preview": ({ slug, spot }) => ({ project: slug, stage: spot.stageName, ref: spot.ref }),
      "environments#cancelDeployment": ({ spot }) => ({ deployment: spot.deploymentId }),
      "variables#deleteVariable": ({ spot }) => ({ variable: spot.variableId }),
      "projects#deleteProject": ({ slug }) => ({ project: slug, confirm: slug }),
      "projects#updateProject": ({ slug }) => ({ project: slug, name: "Taken over" }),
      "projects#createProject": () => ({ name: "New" }),
      "people#createPerson": () => ({ email: "new@example.org", name: "New" }),
      "groups#createGroup": () => ({ name: "New" }),
      "audit#verifyAudit": () => ({}),
    };
    const before = await rows();
    const wrong: string[] = [];
    let cells = 0;
    for (const name of actionIds.keys())
      expect(
        doors.some((door) => door.kind === "action" && door.name === name),
        name,
      ).toBe(true);
    for (const name of walkers) {
      const who = stage.who(name);
      const cookie = await stage.cookie(who);
      const targets = [
        ...kinds.map((kind) => targetAt(stage.world, "own", kind)),
        targetAt(stage.world, "other", "review"),
        unknownTarget("review"),
      ];
      for (const [action, form] of Object.entries(fields))
        for (const target of targets) {
          const expected = expectedOf(matrix, doorOf("action", action), who, target);
          if (expected === null) continue;
          const reply = await sendAction(stage.origin, actionIds.get(action), form(target), {
            origin: stage.origin,
            ...(cookie === "" ? {} : { cookie }),
          });
          cells += 1;
          if (!expected.includes(actionCode(reply)))
            wrong.push(`${name} ${action} ${target.place} ${target.kind}: ${actionCode(reply)}, not ${expected.join(" or ")}`);
        }
    }
    console.info(`${cells} cells over HTTP: actions by their built ids`);
    expect(wrong).toEqual([]);
    expect(await rows()).toBe(before);
  });

  test("Git and the scheduler answer each role as declared", { timeout: 60_000 }, async () => {
    for (const name of [
      "anonymous",
      "developer",
      "tester",
      "ops",
      "admin",
      "token limited by verb",
      "token limited by project",
      "removed member",
      "disabled",
    ])
      for (const service of ["upload-pack", "receive-pack"] as const)
        for (const place of ["own", "other", "deleted"] as const) {
          const who = stage.who(name);
          const target = targetAt(stage.world, place, "review");
          const expected = expectedOf(matrix, doorOf("other", `git ${service}`), who, target);
          const authorization = `Basic ${Buffer.from(`x:${who.token ?? ""}`).toString("base64")}`;
          const headers = who.token === null ? {} : { authorization };
          const { status } = await send(stage.origin, `/git/${target.slug}.git/info/refs?service=git-${service}`, { headers });
          const code = { 200: "ok", 401: "not_signed_in", 403: "forbidden", 404: "not_found" }[status] ?? String(status);
          expect(expected ?? ["ok"], `${name} ${service} ${place}`).toContain(code);
        }
    for (const name of ["anonymous", "developer", "admin"]) {
      const { token } = stage.who(name);
      const headers = token === null ? {} : { authorization: `Bearer ${token}` };
      expect((await send(stage.berth.schedulerUrl, "/v2/apps", { headers })).status).toBe(401);
    }
  });
});

describe("B02", () => {
  test("an id or slug of another project answers in words and in time like one that does not exist", { timeout: 120_000 }, async () => {
    const who = stage.who("developer");
    const { slug, id, spots } = other();
    const nobodys = unknownTarget("review").spot.environmentId;
    const pairs: ReadonlyArray<readonly [string, string, string, unknown?, unknown?]> = [
      ["GET", `/environments/${spots.review.environmentId}`, `/environments/${nobodys}`],
      ["POST", `/environments/${spots.review.environmentId}/redeploy`, `/environments/${nobodys}/redeploy`],
      ["DELETE", `/environments/${spots.review.environmentId}`, `/environments/${nobodys}`],
      ["GET", `/deployments/${spots.review.deploymentId}`, `/deployments/${nobodys}`],
      ["POST", `/deployments/${spots.review.deploymentId}/cancel`, `/deployments/${nobodys}/cancel`],
      ["GET", `/deployments/${spots.review.deploymentId}/log`, `/deployments/${nobodys}/log`],
      ["DELETE", `/variables/${spots.review.variableId}`, `/variables/${nobodys}`],
      ["GET", `/projects/${slug}`, "/projects/no-such-thing"],
      ["PATCH", `/projects/${slug}`, "/projects/no-such-thing", { name: "X" }],
      ["POST", `/projects/${slug}/environments`, "/projects/no-such-thing/environments", { ref: "issue-1" }],
      ["POST", `/projects/${slug}/environments`, "/projects/no-such-thing/environments", { ref: "nowhere" }],
      [
        "PUT",
        "/projects/shop/variables",
        "/projects/shop/variables",
        { scope: "environment", environment: spots.review.environmentId, name: "X", value: "1" },
        { scope: "environment", environment: nobodys, name: "X", value: "1" },
      ],
      [
        "PUT",
        `/projects/${slug}/variables`,
        "/projects/no-such-thing/variables",
        { scope: "environment", environment: own().spots.review.environmentId, name: "X", value: "1" },
      ],
    ];
    const before = await rows();
    const slow: string[] = [];
    for (const [method, foreign, unknown, body, unknownBody] of pairs) {
      const times: [number[], number[]] = [[], []];
      for (let round = 0; round < 11; round += 1)
        for (const [side, path] of [foreign, unknown].entries()) {
          const started = performance.now();
          const reply = await rest(who, method, path, side === 0 ? body : (unknownBody ?? body));
          times[side === 0 ? 0 : 1].push(performance.now() - started);
          expect(reply.status, `${method} ${path}`).toBe(404);
        }
      expect(saidBy(await rest(who, method, foreign, body))).toBe(saidBy(await rest(who, method, unknown, unknownBody ?? body)));
      // The quick ones say how much work it is; the slow ones, what else the machine was doing.
      const usual = (list: number[]) => list.toSorted((one, two) => one - two)[2] ?? 0;
      if (Math.abs(usual(times[0]) - usual(times[1])) > 20) slow.push(`${method} ${foreign}: ${usual(times[0])} / ${usual(times[1])} ms`);
    }
    expect(slow).toEqual([]);
    const cookie = await stage.cookie(who);
    for (const path of [
      `/stream/projects/${id}`,
      `/stream/environments/${spots.review.environmentId}/log`,
      `/p/${slug}`,
      `/deployments/${spots.review.deploymentId}`,
    ])
      expect((await send(stage.origin, path, { headers: { cookie } })).status, path).toBe(404);
    expect(await rows()).toBe(before);
  });

  test("a foreign id is found in no query and no header either", async () => {
    const who = stage.who("developer");
    const { slug, id, spots } = other();
    const text = `project=${slug}&projectId=${id}&environment=${spots.review.environmentId}`;
    const { body } = await rest(who, "GET", `/projects?${text}`, undefined, {
      "x-project": slug,
      "x-berth-actor": "admin",
      "x-forwarded-user": "admin@example.org",
    });
    expect(body).not.toContain(slug);
    expect((await rest(who, "GET", `/projects/shop/environments?${text}`)).body).not.toContain(spots.review.environmentId);
  });
});

describe("B03", () => {
  test.each(["role", "ownerId", "projectId", "isProtected", "isAdmin", "constructor", "id"])(
    "a field %s that nobody asked for is refused",
    async (field) => {
      const before = await rows();
      const admin = stage.who("admin");
      for (const [method, path, body] of [
        ["PATCH", "/projects/shop", { name: "X" }],
        ["POST", "/projects", { name: "X" }],
        ["POST", "/projects/shop/environments", { ref: "issue-1" }],
        ["PUT", "/projects/shop/variables", { name: "X", value: "1" }],
        ["POST", "/people", { email: "x@example.org", name: "X" }],
      ] as const) {
        if (path === "/people" && field === "isAdmin") continue;
        const reply = await rest(admin, method, path, { ...body, [field]: "admin" });
        expect([reply.status, codeOf(reply)], `${method} ${path}`).toEqual([400, "invalid_input"]);
      }
      expect(await rows()).toBe(before);
    },
  );

  test("__proto__ reaches nothing", async () => {
    const headers = { authorization: `Bearer ${stage.who("developer").token}`, "content-type": "application/json" };
    for (const body of ['{"name":"X","__proto__":{"isAdmin":true}}', '{"__proto__":{"name":"X"}}']) {
      const reply = await send(stage.origin, "/api/v1/projects/shop", { method: "PATCH", headers, body });
      expect([400, 403]).toContain(reply.status);
    }
    expect((await rest(stage.who("developer"), "GET", "/people")).status).toBe(403);
  });
});

describe("B04", () => {
  test(
    "an environment's host answers whoever may view it, and everybody else like a host that leads nowhere",
    { timeout: 60_000 },
    async () => {
      const { berth, owner, world } = stage;
      for (const { slug, spots } of [own(), other()])
        for (const kind of kinds) {
          const { environmentId, host, name } = spots[kind];
          const data = { host, projectName: slug, environmentName: name, state: "stopped" };
          await owner.route.upsert({ where: { environmentId }, create: { environmentId, ...data }, update: data });
        }
      const port = new URL(berth.gatewayUrl).port;
      const knock = (who: Who, host: string) =>
        send(berth.gatewayUrl, "/", {
          headers: {
            host: `${host}:${port}`,
            accept: "application/json",
            ...(who.token === null ? {} : { authorization: `Bearer ${who.token}` }),
          },
        });
      await expect.poll(async () => (await knock(stage.who("admin"), own().spots.review.host)).status, { timeout: 10_000 }).toBe(503);
      for (const name of ["developer", "tester", "ops", "admin", "by group", "removed member", "disabled", "token limited by project"])
        for (const place of ["own", "other"] as const)
          for (const kind of kinds) {
            const who = stage.who(name);
            const target = targetAt(world, place, kind);
            const door = doors.find((each) => each.name === "gateway environment");
            const expected = door === undefined ? [] : expectedOf(matrix, door, who, target);
            const reply = await knock(who, target.spot.host);
            expect(reply.status, `${name} ${place} ${kind}`).toBe(expected === null ? 503 : 404);
            const nowhere = expected === null ? reply.body : (await knock(who, "nothing--nowhere.preview.localhost")).body;
            expect(reply.body).toBe(nowhere);
          }
    },
  );
});

describe("B10", () => {
  test.each(["schedule", "hook", "volume", "volumes", "network", "privileged", "command", "hostPath", "postDeploy"])(
    "nothing of the machine itself can be attached to a project, stage or environment: %s",
    async (field) => {
      const before = await rows();
      for (const name of ["developer", "ops", "admin"]) {
        const { environmentId } = own().spots.review;
        for (const [method, path, body] of [
          ["PATCH", "/projects/shop", {}],
          ["POST", "/projects/shop/environments", { ref: "issue-1" }],
          ["POST", "/projects", { name: "X" }],
        ] as const)
          expect((await rest(stage.who(name), method, path, { ...body, [field]: "/" })).status, `${name} ${path}`).toBe(400);
        expect((await rest(stage.who(name), "PUT", `/environments/${environmentId}/${field}`, {})).status).toBe(404);
      }
      expect(await rows()).toBe(before);
    },
  );
});

describe("B05", () => {
  test("a developer starts nothing on a stage he may not deploy to, by whichever door", async () => {
    const who = stage.who("developer");
    const { spots } = own();
    const before = await rows();
    const cookie = await stage.cookie(who);
    for (const [kind, status] of [
      ["staging", 403],
      ["uat", 404],
      ["production", 404],
    ] as const) {
      const { environmentId, deploymentId, stageName, ref, variableId } = spots[kind];
      expect((await rest(who, "POST", `/environments/${environmentId}/redeploy`)).status).toBe(status);
      expect((await rest(who, "POST", `/environments/${environmentId}/start`)).status).toBe(status);
      expect((await rest(who, "POST", "/projects/shop/environments", { stage: stageName, ref })).status).toBe(status);
      expect((await rest(who, "POST", `/deployments/${deploymentId}/cancel`)).status).toBe(status);
      expect((await rest(who, "DELETE", `/variables/${variableId}`)).status).toBe(status);
      expect(
        (await rest(who, "PUT", "/projects/shop/variables", { scope: "stage", stage: stageName, name: "X", value: "1", kind: "secret" }))
          .status,
      ).toBe(status);
      const reply = await sendAction(
        stage.origin,
        actionIds.get("environments#redeploy"),
        { environment: environmentId },
        { origin: stage.origin, cookie },
      );
      expect(actionCode(reply)).toBe(status === 403 ? "forbidden" : "not_found");
    }
    expect(await rows()).toBe(before);
  });

  test(
    "a right that goes between the click and the work ends the deployment, and says so in the audit log",
    { timeout: 60_000 },
    async () => {
      const { id: projectId, spots } = own();
      const { environmentId } = spots.demo;
      const person = await stage.owner.person.create({ data: { name: "Brief", email: "brief@example.org" } });
      await stage.owner.membership.create({ data: { projectId, personId: person.id, role: "developer" } });
      await stage.owner.membership.deleteMany({ where: { personId: person.id } });
      const id = await queue(person.id, projectId, environmentId);
      await expect.poll(() => statusOf(id), { timeout: 45_000, interval: 250 }).toEqual(["failed", "forbidden"]);
      expect(await stage.owner.auditEntry.findFirst({ where: { objectId: id } })).toMatchObject({
        action: "deployment.begin",
        outcome: "denied",
        reason: "forbidden",
        actorId: person.id,
      });
    },
  );
});

/** A deployment as a click leaves it behind, with the ring for the worker. */
async function queue(requestedById: string | null, projectId: string, environmentId: string): Promise<string> {
  const { _max } = await stage.owner.deployment.aggregate({ where: { environmentId }, _max: { number: true } });
  const { id } = await stage.owner.deployment.create({
    data: {
      projectId,
      environmentId,
      number: (_max.number ?? 0) + 1,
      status: "queued",
      trigger: "redeploy",
      commit: "1".repeat(40),
      refName: "refs/heads/master",
      requestedById,
      requestedByName: "Brief",
    },
    select: { id: true },
  });
  await stage.owner
    .$queryRaw`SELECT 1 AS one FROM (SELECT berth_enqueue('reconcile-environment', json_build_object('environmentId', ${environmentId}::text), ${`reconcile-environment:${environmentId}`}, now())) AS rung`;
  return id;
}

async function statusOf(id: string): Promise<unknown> {
  const row = await stage.owner.deployment.findUniqueOrThrow({ where: { id } });
  return [row.status, row.errorCode];
}

describe("N10", () => {
  test("a deployment written into another project's environment with web's own rights is not begun", { timeout: 60_000 }, async () => {
    const { id: projectId, spots } = other();
    const id = await queue(stage.who("developer").personId, projectId, spots.demo.environmentId);
    await expect.poll(() => statusOf(id), { timeout: 45_000, interval: 250 }).toEqual(["failed", "forbidden"]);
  });
});

describe("B06", () => {
  test("a token that may only look changes nothing, whichever way it is sent", async () => {
    const who = stage.who("token that only looks");
    const path = `/environments/${own().spots.review.environmentId}/redeploy`;
    expect((await rest(who, "GET", "/projects")).status).toBe(200);
    expect((await rest(who, "POST", path)).status).toBe(403);
    const basic = `Basic ${Buffer.from(`x:${who.token}`).toString("base64")}`;
    expect((await send(stage.origin, `/api/v1${path}`, { method: "POST", headers: { authorization: basic } })).status).toBe(401);
    expect(
      (await send(stage.origin, `/api/v1${path}`, { method: "POST", headers: { cookie: `__Host-berth-session=${who.token}` } })).status,
    ).toBe(401);
    for (const query of [`token=${who.token}`, `access_token=${who.token}`, `authorization=Bearer%20${who.token}`])
      expect((await send(stage.origin, `/api/v1/projects?${query}`)).status).toBe(401);
    const push = { authorization: basic };
    expect((await send(stage.origin, "/git/shop.git/info/refs?service=git-receive-pack", { headers: push })).status).toBe(403);
  });
});

describe("B07", () => {
  const shapes: readonly unknown[] = [{ not: "" }, ["a"], null, "", 7, "x".repeat(10_240), undefined];

  test.each(shapes)("%j is no id", async (shape) => {
    const who = stage.who("admin");
    const before = await rows();
    for (const body of [
      { scope: "environment", environment: shape, name: "X", value: "1" },
      { scope: "stage", stage: shape, name: "X", value: "1" },
    ]) {
      const reply = await rest(who, "PUT", "/projects/shop/variables", body);
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.status).toBeLessThan(500);
    }
    expect((await rest(who, "POST", "/projects/shop/environments", { ref: shape })).status).toBeGreaterThanOrEqual(400);
    // Without its last part an address is another one.
    if (shape === "") return;
    const text = typeof shape === "string" ? shape : JSON.stringify(shape ?? "");
    for (const path of [
      `/environments/${encodeURIComponent(text)}`,
      `/deployments/${encodeURIComponent(text)}`,
      `/projects/${encodeURIComponent(text)}`,
    ])
      expect([400, 404, 405, 414, 431]).toContain((await rest(who, "GET", path)).status);
    expect(await rows()).toBe(before);
  });
});

describe("B08", () => {
  test("what the lowest role reads has no field that sounds like a secret", async () => {
    const who = stage.who("tester");
    const { environmentId, deploymentId } = own().spots.review;
    for (const path of [
      "/projects",
      "/projects/shop",
      "/projects/shop/environments",
      "/projects/shop/refs",
      "/projects/shop/members",
      `/environments/${environmentId}`,
      `/deployments/${deploymentId}`,
    ]) {
      const reply = await rest(who, "GET", path);
      expect(reply.status, path).toBe(200);
      const keys = [...reply.body.matchAll(/"([A-Za-z]+)":/g)].map((match) => match[1] ?? "");
      expect(
        keys.filter((key) => /secret|token|password|key|hash|dsn/i.test(key)),
        path,
      ).toEqual([]);
    }
  });
});

describe("B09", () => {
  test("another project's deployment can be neither cancelled nor started again, nor its commit built here", async () => {
    const who = stage.who("ops");
    const { spots } = other();
    const commit = "2".repeat(40);
    await stage.owner.ref.create({ data: { projectId: other().id, kind: "branch", name: "theirs", slug: "theirs", commit } });
    expect((await rest(who, "POST", `/deployments/${spots.review.deploymentId}/cancel`)).status).toBe(404);
    expect((await rest(who, "POST", `/environments/${spots.review.environmentId}/redeploy`)).status).toBe(404);
    for (const ref of ["theirs", commit, "refs/heads/theirs"])
      expect((await rest(stage.who("developer"), "POST", "/projects/shop/environments", { stage: "review", ref })).status).toBe(404);
  });
});

describe("B11", () => {
  test("an action reads its rights from the database, whatever the page's own data are changed to", async () => {
    const cookie = await stage.cookie(stage.who("tester"));
    const fields = {
      environment: own().spots.review.environmentId,
      mayDeploy: "true",
      canDeploy: "true",
      isAdmin: "true",
      actor: stage.who("admin").personId ?? "",
    };
    const reply = await sendAction(stage.origin, actionIds.get("environments#redeploy"), fields, { origin: stage.origin, cookie });
    expect(actionCode(reply)).toBe("forbidden");
  });
});

describe("Git by ref", () => {
  test(
    "a tester clones and cannot push, protected tags are made once and never moved, and a refused push changes nothing",
    { timeout: 90_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "berth-tags-"));
      const git = async (...args: string[]) => {
        const environment = {
          PATH: process.env["PATH"],
          NODE_ENV: "production" as const,
          HOME: folder,
          GIT_TERMINAL_PROMPT: "0",
          GIT_CONFIG_NOSYSTEM: "1",
        };
        const identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=master"];
        return run("git", [...identity, "-C", folder, ...args], { env: environment }).then(
          ({ stdout, stderr }) => ({ ok: true, said: stdout + stderr }),
          (error: { stderr?: string }) => ({ ok: false, said: String(error.stderr) }),
        );
      };
      const address = (who: Who) => stage.origin.replace("://", `://x:${who.token}@`).concat("/git/shop.git");
      try {
        await git("init", "-q");
        await writeFile(join(folder, "a"), "1");
        await git("add", ".");
        await git("commit", "-qm", "One");
        await git("tag", "v1.0");
        await git("tag", "nightly");
        const [developer, tester, admin] = [stage.who("developer"), stage.who("tester"), stage.who("admin")].map(address);
        expect((await git("push", "-q", developer ?? "", "master", "v1.0", "nightly")).ok).toBe(true);
        const refused = await git("push", tester ?? "", "master:refs/heads/other");
        expect([refused.ok, /not push to it/.test(refused.said)]).toEqual([false, true]);
        expect((await git("ls-remote", tester ?? "")).said).toContain("refs/tags/v1.0");

        await writeFile(join(folder, "a"), "2");
        await git("commit", "-qam", "Two");
        await git("tag", "-f", "v1.0");
        await git("tag", "-f", "nightly");
        const before = (await git("ls-remote", admin ?? "")).said;
        for (const push of [
          ["--force", "v1.0", "master"],
          ["--delete", "v1.0"],
          ["--force", "nightly", "v1.0"],
          ["--force", "master", "v1.0"],
        ]) {
          const { ok, said } = await git("push", admin ?? "", ...push);
          expect([ok, said]).toEqual([false, expect.stringContaining("v1.0")]);
          expect(said).toContain("protected");
          expect((await git("ls-remote", admin ?? "")).said).toBe(before);
        }
        for (const ref of ["refs/notes/x", "refs/changes/1", "HEAD"])
          expect((await git("push", admin ?? "", `master:${ref}`)).ok).toBe(false);
        expect((await git("ls-remote", admin ?? "")).said).toBe(before);
        expect((await git("push", "--force", developer ?? "", "nightly", "master", "HEAD:refs/tags/v2.0")).ok).toBe(true);
        expect((await rest(stage.who("admin"), "PATCH", "/projects/shop", { protectedTags: [] })).status).toBe(200);
        expect((await git("push", "--force", developer ?? "", "v1.0")).ok).toBe(true);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
