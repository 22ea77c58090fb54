import type { ServerResponse } from "node:http";

import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";

import { toAppJson } from "#lib/adapters/marathon/app-json.ts";
import { type AppSpec, type MarathonClient, type MarathonOptions, createMarathon } from "#lib/adapters/marathon/client.ts";
import { dialectOf } from "#lib/adapters/marathon/dialect.ts";

import { freePort } from "../registry/start-registry.ts";
import { type Answer, type AnsweringServer, type Asked, startAnswering } from "./answering-server.ts";

const opened: { stop(): Promise<void> }[] = [];
let logged = "";
const log = pino({ level: "debug" }, { write: (line: string) => void (logged += line) });

async function server(answer: (request: Asked) => Answer): Promise<AnsweringServer> {
  const started = await startAnswering(answer);
  opened.push(started);
  return started;
}

function client(urls: readonly string[], options: Partial<MarathonOptions> = {}): MarathonClient {
  const made = createMarathon({ urls, log, timeoutMs: 2000, ...options });
  opened.unshift({ stop: () => made.close() });
  return made;
}

afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.stop();
  logged = "";
});

const spec: AppSpec = {
  id: "/berth/a",
  image: "x",
  env: { TOKEN: "hunter2-hunter2" },
  labels: {},
  instances: 1,
  cpus: 0.1,
  mem: 64,
  port: 8080,
  health: null,
  upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
};
const change = { version: "2020-01-01T00:00:00.000Z", deploymentId: "d-1" };
const credentials = { username: "berth", password: "pass" };
const authorization = `Basic ${Buffer.from("berth:pass").toString("base64")}`;

describe("writing", () => {
  it.each([
    ["1.3.14", "?force=false", "network"],
    ["1.4.13", "?force=false&partialUpdate=false", "network"],
    ["1.10.26", "?force=false&partialUpdate=false", "networks"],
  ])("to %s replaces the whole app in the form it understands, and asks for the version once", async (version, query, form) => {
    const marathon = await server(({ url }) => (url === "/v2/info" ? { version } : change));
    const made = client([marathon.url]);
    expect(await made.putApp(spec)).toEqual({ ...change, created: false });
    await made.putApp(spec);
    expect(marathon.asked.map((request) => `${request.method} ${request.url}`)).toEqual([
      "GET /v2/info",
      `PUT /v2/apps/berth/a${query}`,
      `PUT /v2/apps/berth/a${query}`,
    ]);
    expect(marathon.asked[1]?.body).toContain(`"${form}":`);
    expect(marathon.asked[1]?.headers["content-type"]).toBe("application/json");
  });

  it("tells that it created the app, and takes the deployment's id from wherever it is", async () => {
    const marathon = await server(({ url }) =>
      url === "/v2/info"
        ? { version: "1.4.0" }
        : (_request, response) =>
            response.writeHead(201, { "Marathon-Deployment-Id": "d-9" }).end(JSON.stringify({ id: "/berth/a", version: "v1" })),
    );
    expect(await client([marathon.url]).putApp(spec)).toEqual({ version: "v1", deploymentId: "d-9", created: true });
  });

  const lost = [
    ["cut off", (_: Asked, __: unknown, socket: { destroy(): void }) => socket.destroy()],
    ["503", 503],
    ["502 with a page", (_: Asked, response: ServerResponse) => response.writeHead(502).end("<html><title>Bad gateway</title>")],
    ["never answered", () => undefined],
  ] satisfies [string, Answer][];

  it.each(lost)("that was %s is taken for done when the state shows it, and not repeated", async (_what, trouble) => {
    const marathon = await server(({ method }) =>
      method === "GET" ? { app: { id: "/a", instances: 3, version: "v2", deployments: [{ id: "d-5" }] } } : trouble,
    );
    const made = client([marathon.url], { timeoutMs: 300 });
    expect(await made.scaleApp("/a", 3)).toMatchObject({ version: "v2", deploymentId: "d-5" });
    expect(made.isOwn("d-5")).toBe(true);
    expect(marathon.asked.map((request) => request.method)).toEqual(["PUT", "GET"]);
  });

  it.each(lost)("that was %s is made once more when the state does not show it, and no oftener", async (_what, trouble) => {
    const marathon = await server(({ method }) => (method === "GET" ? { app: { id: "/a", instances: 1 } } : trouble));
    await expect(client([marathon.url], { timeoutMs: 300 }).scaleApp("/a", 3)).rejects.toMatchObject({ code: "marathon_unavailable" });
    expect(marathon.asked.map((request) => request.method)).toEqual(["PUT", "GET", "PUT"]);
  });

  it.each(lost)("of a restart that was %s is never repeated", async (_what, trouble) => {
    const versions = ["v1", "v2"];
    const marathon = await server(({ method }) => (method === "GET" ? { app: { id: "/a", version: versions.shift() ?? "v2" } } : trouble));
    expect(await client([marathon.url], { timeoutMs: 300 }).restartApp("/a")).toMatchObject({ version: "v2" });
    expect(marathon.asked.map((request) => request.method)).toEqual(["GET", "POST", "GET"]);
    const unmoved = await server(({ method }) => (method === "GET" ? { app: { id: "/a", version: "v1" } } : trouble));
    await expect(client([unmoved.url], { timeoutMs: 300 }).restartApp("/a")).rejects.toMatchObject({ code: "marathon_unavailable" });
    expect(unmoved.asked.map((request) => request.method)).toEqual(["GET", "POST", "GET"]);
  });

  it("of an app that Marathon is on its way to already is that deployment, not a lock", async () => {
    const sent = toAppJson(spec, dialectOf("1.9.0"));
    const marathon = await server(({ method, url }) => {
      if (url === "/v2/info") return { version: "1.9.0" };
      if (method === "GET") return { app: { ...sent, version: "v7", deployments: [{ id: "d-7" }] } };
      return (_request, response) =>
        response.writeHead(409).end(JSON.stringify({ message: "App is locked", deployments: [{ id: "d-7" }] }));
    });
    expect(await client([marathon.url]).putApp(spec)).toEqual({ version: "v7", deploymentId: "d-7", created: false });
    await expect(client([marathon.url]).putApp({ ...spec, mem: 65 })).rejects.toMatchObject({
      code: "marathon_locked",
      deployments: ["d-7"],
    });
  });

  it("is sent again by a standby without a leader, for that one has done nothing", async () => {
    let elections = 0;
    const marathon = await server(() =>
      elections++ < 2
        ? (_request, response) => response.writeHead(503).end("<html><title>Error 503 Could not determine the current leader</title>")
        : change,
    );
    expect(await client([marathon.url]).scaleApp("/a", 3)).toMatchObject({ deploymentId: "d-1" });
    expect(marathon.asked.map((request) => request.method)).toEqual(["PUT", "PUT", "PUT"]);
  });

  it("goes to the next member when the first one is not there at all", async () => {
    const marathon = await server(() => change);
    const away = `http://127.0.0.1:${await freePort()}`;
    expect(await client([away, marathon.url]).scaleApp("/a", 3)).toMatchObject({ deploymentId: "d-1" });
    expect(marathon.asked).toMatchObject([{ method: "PUT", url: "/v2/apps/a?force=false", body: '{"instances":3}' }]);
  });

  it("shows which deployments are in the way", async () => {
    const marathon = await server(
      () => (_request, response) => response.writeHead(409).end(JSON.stringify({ message: "App is locked", deployments: [{ id: "d-7" }] })),
    );
    await expect(client([marathon.url]).restartApp("/a")).rejects.toMatchObject({ code: "marathon_locked", deployments: ["d-7"] });
  });

  it("never shows a variable's value, neither in the refusal nor in the log", async () => {
    const marathon = await server(({ url, body }) =>
      url === "/v2/info"
        ? { version: "1.9.0" }
        : (_request, response) => response.writeHead(422).end(JSON.stringify({ message: "Object is not valid", details: `near ${body}` })),
    );
    const error = await client([marathon.url], { credentials })
      .putApp(spec)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "marathon_refused", detail: expect.stringContaining("••••") });
    expect(JSON.stringify(error) + String(error) + logged).not.toMatch(/hunter2|cGFzcw|pass/);
    expect(logged).toContain("/v2/apps/berth/a");
  });

  it("takes what is gone for deleted, and says so", async () => {
    const gone = await server(
      () => (_request, response) => response.writeHead(404).end(JSON.stringify({ message: "App '/a' does not exist" })),
    );
    const made = client([gone.url]);
    expect(await made.deleteApp("/a")).toBeNull();
    expect(await made.cancelDeployment("d-1")).toBeNull();
    expect(await made.getApp("/a")).toBeNull();
    await made.resetDelay("/a");
    await expect(made.restartApp("/a")).rejects.toMatchObject({ code: "not_found" });
    expect(gone.asked.map((request) => `${request.method} ${request.url.split("?")[0]}`)).toEqual([
      "DELETE /v2/apps/a",
      "DELETE /v2/deployments/d-1",
      "GET /v2/apps/a",
      "DELETE /v2/queue/a/delay",
      "GET /v2/apps/a",
      "POST /v2/apps/a/restart",
    ]);
  });

  it("kills tasks by id", async () => {
    const marathon = await server(() => ({ tasks: [] }));
    await client([marathon.url]).killTasks(["a.1", "a.2"], { scale: true });
    expect(marathon.asked).toMatchObject([
      { method: "POST", url: "/v2/tasks/delete?scale=true&force=false", body: '{"ids":["a.1","a.2"]}' },
    ]);
  });
});

describe("reading", () => {
  it("lists apps with their tasks in one call, and only those that carry the labels", async () => {
    const marathon = await server(() => ({
      apps: [
        { id: "/mine", labels: { "berth.instance": "i" } },
        { id: "/other", labels: {} },
        { id: "/twin", labels: { "berth.instance": "j" } },
      ],
    }));
    const apps = await client([marathon.url]).listApps({ labels: { "berth.instance": "i" } });
    expect(apps.map((app) => app.id)).toEqual(["/mine"]);
    expect(marathon.asked).toHaveLength(1);
    const query = new URL(marathon.asked[0]?.url ?? "", "http://x").searchParams;
    expect(query.getAll("embed")).toEqual(["apps.tasks", "apps.counts", "apps.lastTaskFailure", "apps.deployments"]);
    expect(query.get("label")).toBe("berth.instance==i");
  });

  it("is tried three times, and then says what is wrong", async () => {
    const marathon = await server(() => 503);
    await expect(client([marathon.url]).deployments()).rejects.toMatchObject({ code: "marathon_unavailable" });
    expect(marathon.asked).toHaveLength(3);
  });

  it("is not tried again when the credentials are wrong", async () => {
    const marathon = await server(() => (_request, response) => response.writeHead(401, { "www-authenticate": "Basic" }).end("<html>"));
    const made = client([marathon.url], { credentials });
    await expect(made.info()).rejects.toMatchObject({ code: "marathon_unauthorised" });
    expect(await made.ping()).toBe(false);
    expect(marathon.asked).toHaveLength(2);
    expect(marathon.asked[1]).toMatchObject({ url: "/ping", headers: { authorization } });
  });

  it.each([
    ["no JSON", (_: Asked, response: { end(text: string): void }) => response.end("<html>")],
    ["another shape", { apps: "none" }],
    ["an app without an id", { apps: [{ id: "/a" }, { instances: 1 }] }],
    ["null", (_: Asked, response: { end(text: string): void }) => response.end("null")],
  ] satisfies [string, Answer][])("is refused when it is not understood: %s", async (_what, answer) => {
    const marathon = await server(() => answer);
    await expect(client([marathon.url]).listApps()).rejects.toMatchObject({ code: "marathon_failed" });
  });

  it("works below a path", async () => {
    const marathon = await server(() => ({ apps: [] }));
    await client([`${marathon.url}/service/marathon`]).listApps();
    expect(marathon.asked[0]?.url).toMatch(/^\/service\/marathon\/v2\/apps\?/);
  });
});

describe("the leader", () => {
  it.each([302, 307])("is followed with credentials, method and body when it is a configured member (%d)", async (status) => {
    const leader = await server(() => change);
    const standby = await server(
      ({ url }) =>
        (_request, response) =>
          response.writeHead(status, { location: leader.url + url }).end(),
    );
    const made = client([standby.url, leader.url], { credentials });
    await made.scaleApp("/a", 2);
    await made.scaleApp("/a", 3);
    expect(standby.asked).toHaveLength(1);
    expect(leader.asked).toMatchObject([
      { method: "PUT", url: "/v2/apps/a?force=false", body: '{"instances":2}', headers: { authorization } },
      { method: "PUT", body: '{"instances":3}' },
    ]);
  });

  it("is asked directly once a standby has passed something on to it", async () => {
    const leader = await server(() => ({ apps: [] }));
    const standby = await server(
      () => (_request, response) => response.writeHead(200, { "x-marathon-leader": leader.url }).end(JSON.stringify({ apps: [] })),
    );
    const made = client([standby.url, leader.url]);
    for (let call = 0; call < 3; call++) await made.listApps();
    expect([standby.asked.length, leader.asked.length]).toEqual([1, 2]);
  });

  it("is never looked for at an address that an answer names and nobody configured", async () => {
    const foreign = await server(() => ({ apps: [] }));
    const member = await server(
      () => (_request, response) => response.writeHead(200, { "x-marathon-leader": foreign.url }).end('{"apps":[]}'),
    );
    const made = client([member.url], { credentials });
    for (let call = 0; call < 2; call++) await made.listApps();
    expect([member.asked.length, foreign.asked.length]).toEqual([2, 0]);
  });

  it("is found among the members by trying, when a standby calls it by another name", async () => {
    const leader = await server(() => change);
    const standby = await server(
      ({ url }) =>
        (_request, response) =>
          response.writeHead(302, { location: `http://marathon-1.internal:8080${url}` }).end(),
    );
    expect(await client([standby.url, leader.url]).scaleApp("/a", 2)).toMatchObject({ deploymentId: "d-1" });
    expect([standby.asked.length, leader.asked.length]).toEqual([1, 1]);
  });

  it("is told the token of DC/OS in its own scheme", async () => {
    const member = await server(() => ({ apps: [] }));
    await client([member.url], { token: "abc.def" }).listApps();
    expect(member.asked[0]?.headers.authorization).toBe("token=abc.def");
    expect(logged).not.toContain("abc.def");
  });

  it("is not followed to a host nobody configured", async () => {
    const foreign = await server(() => change);
    const standby = await server(
      ({ url }) =>
        (_request, response) =>
          response.writeHead(302, { location: foreign.url + url }).end(),
    );
    await expect(client([standby.url], { credentials }).scaleApp("/a", 2)).rejects.toMatchObject({
      code: "marathon_failed",
      detail: expect.stringContaining(new URL(foreign.url).host),
    });
    expect(foreign.asked).toEqual([]);
  });

  it("is given up on when the members point at each other", async () => {
    const urls: string[] = [];
    const one = await server(
      ({ url }) =>
        (_request, response) =>
          response.writeHead(302, { location: (urls[1] ?? "") + url }).end(),
    );
    const two = await server(
      ({ url }) =>
        (_request, response) =>
          response.writeHead(302, { location: (urls[0] ?? "") + url }).end(),
    );
    urls.push(one.url, two.url);
    await expect(client(urls).scaleApp("/a", 2)).rejects.toMatchObject({ code: "marathon_unavailable" });
    expect(one.asked.length + two.asked.length).toBe(12);
    expect([...one.asked, ...two.asked].every((request) => request.method === "PUT")).toBe(true);
  });
});
