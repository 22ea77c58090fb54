import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Target, createTarget, idleApp, isEmbedded } from "../target.ts";

let target: Target;

beforeAll(async () => {
  target = await createTarget();
});

afterAll(async () => {
  await target?.end();
});

describe("every answer", () => {
  it.each(["/ping", "/v2/apps", "/v2/info", "/v2/deployments", "/v2/queue"])("of %s names the leader and is not cached", async (path) => {
    const { headers, status } = await target.call("GET", path);
    expect(status).toBe(200);
    expect(headers["x-marathon-leader"]).toMatch(/^https?:\/\//);
    expect(headers["cache-control"]).toContain("no-cache");
    expect(headers["x-frame-options"]).toBe("DENY");
  });

  it("to HEAD has the headers and no body", async () => {
    const reply = await target.call("HEAD", "/v2/apps");
    expect(reply.status).toBe(200);
    expect(reply.text).toBe("");
    expect(reply.headers["content-type"]).toContain("application/json");
  });
});

describe("the small resources", () => {
  it("ping answers pong", async () => {
    expect((await target.call("GET", "/ping", undefined, { accept: "*/*" })).text).toContain("pong");
  });

  it("info tells version, framework and leader, and leader the same one", async () => {
    const info = await target.call("GET", "/v2/info");
    expect(info.json).toMatchObject({
      name: "marathon",
      version: expect.stringMatching(/^\d+\.\d+/),
      elected: true,
      leader: expect.stringMatching(/:\d+$/),
      frameworkId: expect.any(String),
      marathon_config: { local_port_min: expect.any(Number), local_port_max: expect.any(Number), mesos_leader_ui_url: expect.anything() },
      http_config: { http_port: expect.any(Number) },
    });
    const leader = await target.call("GET", "/v2/leader");
    expect(info.json).toMatchObject({ leader: leader.body["leader"] });
  });

  it("plugins are a list, and one that is not there is a 404", async () => {
    expect((await target.call("GET", "/v2/plugins")).json).toMatchObject({ plugins: expect.any(Array) });
    expect((await target.call("GET", "/v2/plugins/none/of/them")).status).toBe(404);
  });

  it("metrics are JSON", async () => {
    const metrics = await target.call("GET", "/metrics");
    expect(metrics.status).toBe(200);
    expect(metrics.json).toMatchObject({ gauges: expect.any(Object), counters: expect.any(Object) });
  });

  it("what Marathon removed is a 404 with a message", async () => {
    for (const path of ["/v2/artifacts/x", "/v2/eventSubscriptions", "/v2/schemas/app"]) {
      const reply = await target.call("GET", path);
      expect(reply.status, path).toBe(404);
      expect(reply.body.message, path).toEqual(expect.any(String));
    }
  });

  it("a pod that is not there is a 404 in Marathon's words", async () => {
    const reply = await target.call("GET", `/v2/pods${target.home}/none`);
    expect(reply.status).toBe(404);
    expect(reply.json).toEqual({ message: `Pod '${target.home}/none' does not exist` });
  });
});

describe.skipIf(!isEmbedded)("the embedded scheduler (skipped for any other Marathon)", () => {
  it.each([
    ["DELETE", "/v2/leader", undefined, 405, "cannot abdicate"],
    ["POST", "/v2/pods", { id: "/a" }, 422, "Pods are not supported"],
    ["GET", "/v2/pods::status", undefined, 404, "Pods are not supported"],
    ["POST", "/v2/artifacts", {}, 404, "no artifact store"],
    ["POST", "/v2/eventSubscriptions?callbackUrl=http%3A%2F%2Fa", undefined, 404, "no event callbacks"],
    ["GET", "/logging", undefined, 404, "operator"],
    ["POST", "/v2/info", {}, 405, "not supported"],
    ["GET", "/v2/plugins/x/y", undefined, 404, "No plugin with this pluginId: x"],
  ])("%s %s says honestly that it cannot", async (method, path, body, status, words) => {
    const reply = await target.call(method, path, body);
    expect(reply.status, reply.text).toBe(status);
    expect(reply.body.message).toContain(words);
  });

  it("serves its numbers to Prometheus", async () => {
    const reply = await target.call("GET", "/metrics/prometheus");
    expect(reply.headers["content-type"]).toContain("text/plain");
    expect(reply.text).toMatch(/^# TYPE marathon_apps_active_gauge gauge\nmarathon_apps_active_gauge \d+$/m);
    expect(
      reply.text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .every((line) => /^[a-z_]+ [\d.e+-]+$/.test(line)),
    ).toBe(true);
  });

  it("tells the methods of a path to OPTIONS, and gives no other page the right to ask", async () => {
    const reply = await target.call("OPTIONS", "/v2/apps");
    expect(reply.headers["allow"]).toContain("PATCH");
    expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
    expect((await target.call("GET", "/v2/apps", undefined, { origin: "http://evil.example" })).status).toBe(403);
  });

  it("does not open an event stream for HEAD", async () => {
    expect((await target.call("HEAD", "/v2/events", undefined, { accept: "text/event-stream" })).status).toBe(405);
  });

  it("leads from its root to a page that may run its own script and nothing else", async () => {
    expect((await target.call("GET", "/")).headers["location"]).toBe("/ui/");
    const page = await target.call("GET", "/ui/");
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toContain("text/html");
    expect(page.headers["content-security-policy"]).toMatch(/default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'/);
    expect(page.text).not.toMatch(/https?:\/\//);
    expect((await target.call("GET", "/ui/", undefined, { authorization: "" })).status).toBe(401);
  });

  it("refuses JSON that is nested without end, and goes on", async () => {
    const reply = await target.call("PUT", `/v2/groups${target.home}/deep`, `${'{"groups":['.repeat(50_000)}${"]}".repeat(50_000)}`);
    expect(reply.status).toBe(400);
    expect((await target.call("GET", "/ping")).status).toBe(200);
  });
});

describe("lists of tasks", () => {
  it.skipIf(!isEmbedded)("come as text with tabs for old scripts (embedded scheduler only: later Marathons turn it off)", async () => {
    await target.call("PUT", `/v2/apps${target.home}/text`, idleApp(target));
    const app = (await target.call("GET", `/v2/apps${target.home}/text`)).body.app;
    const port = JSON.stringify(app?.["portDefinitions"]).match(/"port":(\d+)/)?.[1];
    const reply = await target.call("GET", `/v2/apps${target.home}/text/tasks`, undefined, { accept: "text/plain" });
    expect(reply.headers["content-type"]).toContain("text/plain");
    expect(reply.text).toBe(`${target.home.slice(1)}_text\t${port}\t\n`);
    expect((await target.call("GET", "/v2/tasks", undefined, { accept: "text/plain" })).text).toContain(reply.text);
    expect((await target.call("GET", "/v2/tasks", undefined, { accept: "text/plain, */*" })).json).toMatchObject({
      tasks: expect.any(Array),
    });
  });

  it("of a group that is not there are a 404", async () => {
    expect((await target.call("GET", `/v2/apps${target.home}/nowhere/*/tasks`)).status).toBe(404);
    expect((await target.call("GET", `/v2/apps${target.home}/nowhere/*`)).status).toBe(404);
  });
});
