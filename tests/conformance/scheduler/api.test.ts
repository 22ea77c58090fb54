import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type World, call, createWorld, settled, until, webApp } from "./fixture.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world?.end();
});

describe("the door", () => {
  it.each(["/ping", "/v2/apps", "/v2/info", "/state", "/nowhere"])("asks for credentials at %s", async (path) => {
    const without = await world.call("GET", path, undefined, { authorization: undefined });
    expect(without.status).toBe(401);
    expect(without.headers["www-authenticate"]).toMatch(/^Basic /);
    const wrong = await world.call("GET", path, undefined, { authorization: `Basic ${Buffer.from("berth:wrong").toString("base64")}` });
    expect(wrong.status).toBe(401);
  });

  it("does not answer to a foreign host name, nor to a foreign page", async () => {
    expect((await world.call("GET", "/ping", undefined, { host: "evil.example" })).status).toBe(421);
    expect((await world.call("GET", "/ping", undefined, { host: "localhost:8080" })).status).toBe(200);
    expect((await world.call("DELETE", "/v2/apps/x", undefined, { origin: "http://evil.example" })).status).toBe(403);
  });

  it("takes bodies as JSON only", async () => {
    const body = JSON.stringify({ id: "/a", cmd: "sleep 1" });
    expect((await world.call("POST", "/v2/apps", body, { "content-type": "text/plain" })).status).toBe(415);
    expect((await world.call("POST", "/v2/apps", body, { "content-type": undefined })).status).toBe(415);
    expect((await world.call("POST", "/v2/apps", body, { "content-type": "application/json;charset=utf-8" })).status).toBe(422);
  });

  it("puts Marathon's headers on every answer", async () => {
    for (const path of ["/ping", "/v2/apps", "/v2/nothing"]) {
      const { headers } = await world.call("GET", path);
      expect(headers).toMatchObject({
        "x-frame-options": "DENY",
        "cache-control": "no-cache, no-store, must-revalidate",
        pragma: "no-cache",
        expires: "0",
        "x-marathon-leader": `http://127.0.0.1:${world.scheduler.address.port}`,
      });
      expect(headers["x-xss-protection"]).toBeDefined();
    }
  });
});

describe("who it is", () => {
  it("answers ping as text, as JSON, or not at all", async () => {
    expect((await world.call("GET", "/ping", undefined, { accept: "*/*" })).text).toBe("pong");
    expect((await world.call("GET", "/ping", undefined, { accept: "application/json" })).text).toBe('"pong"');
    expect((await world.call("GET", "/ping", undefined, { accept: "image/png" })).status).toBe(204);
  });

  it("says what it speaks and who leads", async () => {
    const info = await world.call("GET", "/v2/info");
    expect(info.json).toMatchObject({ name: "marathon", elected: true, marathon_config: { features: [], framework_name: "marathon" } });
    expect((await world.call("GET", "/v2/leader")).json).toEqual({ leader: `127.0.0.1:${world.scheduler.address.port}` });
    expect((await world.call("GET", "/v2/plugins")).json).toEqual({ plugins: [] });
  });
});

describe("the spelling of a path", () => {
  it("does not matter for an app", async () => {
    await world.call("PUT", "/v2/apps//spelling/web", { ...webApp(world, "x"), instances: 0 });
    for (const path of [
      "/v2/apps/spelling/web",
      "/v2/apps//spelling/web",
      "/v2/apps/%2Fspelling%2Fweb",
      "/v2/apps/spelling/web/",
      "//v2//apps//spelling//web",
    ]) {
      expect((await world.call("GET", path)).body.app?.id, path).toBe("/spelling/web");
    }
    expect((await world.call("GET", "/v2/apps/?embed=apps.tasks")).body.apps?.map((app) => app.id)).toContain("/spelling/web");
    expect((await world.call("GET", "/v2/apps/spelling/*")).json).toMatchObject({ "*": [{ id: "/spelling/web" }] });
    expect(
      (await world.call("PUT", "/v2/apps//spelling/web?force=True&partialUpdate=False", { ...webApp(world, "x"), instances: 0 })).status,
    ).toBe(200);
    expect((await world.call("GET", "/v2/apps/%zz")).status).toBe(400);
  });
});

describe("what cannot be", () => {
  it.each([
    ["GET", "/v2/apps/none", undefined, 404, { message: "App '/none' does not exist" }],
    ["POST", "/v2/apps/none/restart", undefined, 404, { message: "App '/none' does not exist" }],
    ["DELETE", "/v2/apps/none", undefined, 404, { message: "App '/none' does not exist" }],
    ["PATCH", "/v2/apps/none", { instances: 1 }, 404, { message: "App '/none' does not exist" }],
    ["GET", "/v2/apps/none/versions", undefined, 404, { message: "App '/none' does not exist" }],
    [
      "GET",
      "/v2/apps/none/versions/2026-01-01T00:00:00.000Z",
      undefined,
      404,
      { message: "App '/none' does not exist in version 2026-01-01T00:00:00.000Z" },
    ],
    ["DELETE", "/v2/apps/none/tasks/x", undefined, 404, { message: "App '/none' does not exist" }],
    ["GET", "/v2/groups/none", undefined, 404, { message: "Group '/none' does not exist" }],
    ["DELETE", "/v2/deployments/none", undefined, 404, { message: "DeploymentPlan none does not exist" }],
    ["DELETE", "/v2/queue/none/delay", undefined, 404, { message: "Application /none not found in tasks queue." }],
    ["GET", "/v2/nowhere", undefined, 404, { message: "URI not found: /v2/nowhere" }],
    ["POST", "/v2/groups", { id: "/" }, 409, { message: "Group / is already created. Use PUT to change this group." }],
    ["POST", "/v2/apps", "{", 400, { message: "Invalid JSON", details: expect.any(String) }],
    ["POST", "/v2/apps", " ", 400, { message: "Please specify data in JSON format" }],
    ["POST", "/v2/apps", [], 422, { message: "Invalid JSON" }],
    ["POST", "/v2/apps", { id: 3 }, 422, { message: "Invalid JSON", details: [{ path: "/id", errors: ["error.expected.jsstring"] }] }],
    ["POST", "/v2/apps", { cmd: "sleep 1" }, 422, { message: "Invalid JSON", details: [{ path: "/id" }] }],
    ["POST", "/v2/apps", { id: "/a\u0000" }, 422, {}],
    ["POST", "/v2/tasks/delete", { ids: ["nonsense"] }, 400, { message: "Invalid task id 'nonsense'. [unknown format]" }],
    ["POST", "/v2/tasks/delete?scale=true&wipe=true", { ids: [] }, 400, { message: "You cannot use scale and wipe at the same time." }],
    ["GET", "/v2/apps?label=a%20b", undefined, 422, {}],
  ])("%s %s is refused in Marathon's words", async (method, path, body, status, answer) => {
    const refused = await world.call(method, path, body);
    expect(refused.status).toBe(status);
    expect(refused.json).toMatchObject(answer);
  });

  it.each([
    ["an id with capitals", { id: "/Web" }, "/id"],
    ["an id with an underscore", { id: "/a_b" }, "/id"],
    ["a reserved last segment", { id: "/a/tasks" }, "/id"],
    ["the root", { id: "/" }, "/id"],
    ["cmd and args", { cmd: "sleep 1", args: ["x"] }, "/"],
    ["nothing to run", { container: null, cmd: null, args: null }, "/"],
    ["a capacity above 1", { upgradeStrategy: { minimumHealthCapacity: 2 } }, "/upgradeStrategy/minimumHealthCapacity"],
    ["a privileged container", { container: { docker: { image: "x", privileged: true } } }, "/container/docker/privileged"],
    [
      "docker parameters",
      { container: { docker: { image: "x", parameters: [{ key: "volume", value: "/:/host" }] } } },
      "/container/docker/parameters",
    ],
    [
      "a host volume",
      { container: { docker: { image: "x" }, volumes: [{ containerPath: "/a", hostPath: "/", mode: "RW" }] } },
      "/container/volumes",
    ],
    ["an image with spaces", { container: { docker: { image: "x y" } } }, "/container/docker/image"],
    ["a health check of no port", { healthChecks: [{ portIndex: 7 }] }, "/healthChecks"],
    ["two Mesos health checks", { healthChecks: [{ protocol: "MESOS_TCP" }, { protocol: "MESOS_HTTP" }] }, "/healthChecks"],
    ["a readiness check of no port", { readinessChecks: [{ portName: "none" }] }, "/readinessChecks(0)/portName"],
    ["portMappings in host mode", { networks: [{ mode: "host" }] }, "/container/portMappings"],
    ["portDefinitions on a bridge", { portDefinitions: [{ port: 1 }] }, "/portDefinitions"],
    ["itself as a dependency", { dependencies: ["/bad/app"] }, "/dependencies"],
    ["a gpu", { gpus: 1 }, "/gpus"],
    ["no cpu", { cpus: 0 }, "/cpus"],
  ])("an app with %s is not valid", async (_what, change, path) => {
    const app = { id: "/bad/app", ...webApp(world, "x"), ...change };
    const refused = await world.call("POST", "/v2/apps", app);
    expect(refused.status, refused.text).toBe(422);
    expect(refused.json).toMatchObject({ message: "Object is not valid" });
    expect(JSON.stringify(refused.json)).toContain(`"path":"${path}"`);
  });

  it("an app that runs a command without an image is refused, with words", async () => {
    const refused = await world.call("POST", "/v2/apps", { id: "/bad/cmd", cmd: "sleep 60" });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("container.docker.image");
  });

  it.each([
    ["secrets", { env: { A: { secret: "b" } } }],
    ["both dialects of networks", { container: { docker: { image: "x", network: "BRIDGE" } } }],
    ["uris beside fetch", { uris: ["http://a"], fetch: [{ uri: "http://b" }] }],
  ])("%s are refused without details", async (_what, change) => {
    const refused = await world.call("POST", "/v2/apps", { id: "/bad/app", ...webApp(world, "x"), ...change });
    expect(refused.status).toBe(422);
    expect(Object.keys(refused.body)).not.toContain("details");
  });
});

describe("an app's JSON", () => {
  it("comes back in today's words with every default, whatever dialect it was written in", async () => {
    const old = {
      id: "/dialect/old",
      args: ["-e", ""],
      instances: 0,
      container: {
        type: "DOCKER",
        docker: { image: world.image, network: "BRIDGE", portMappings: [{ containerPort: 8080, hostPort: 0, protocol: "tcp" }] },
        volumes: [],
      },
      ports: [0],
      uris: ["http://example.test/a.tar.gz"],
      labels: { a: "b" },
    };
    const created = await world.call("POST", "/v2/apps", old);
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      id: "/dialect/old",
      backoffFactor: 1.15,
      backoffSeconds: 1,
      container: {
        type: "DOCKER",
        docker: { image: world.image, forcePullImage: false, privileged: false, parameters: [] },
        volumes: [],
        portMappings: [{ containerPort: 8080, hostPort: 0, labels: {}, protocol: "tcp", servicePort: expect.any(Number) }],
      },
      cpus: 1,
      disk: 0,
      executor: "",
      fetch: [{ uri: "http://example.test/a.tar.gz", extract: true, executable: false, cache: false }],
      gpus: 0,
      instances: 0,
      killSelection: "YOUNGEST_FIRST",
      maxLaunchDelaySeconds: 300,
      mem: 128,
      networks: [{ mode: "container/bridge" }],
      requirePorts: false,
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    });
    for (const gone of ["uris", "ports", "ipAddress", "env", "healthChecks", "constraints", "dependencies", "portDefinitions"]) {
      expect(Object.keys(created.body)).not.toContain(gone);
    }
    expect(created.text).not.toContain('"network":');
    expect(created.body.version).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("in host mode has a port definition with a service port of its own", async () => {
    const created = await world.call("POST", "/v2/apps", {
      id: "/dialect/host",
      args: ["x"],
      instances: 0,
      container: { docker: { image: world.image } },
    });
    expect(created.json).toMatchObject({
      networks: [{ mode: "host" }],
      portDefinitions: [{ port: expect.any(Number), protocol: "tcp", name: "default", labels: {} }],
    });
    const again = await world.call("POST", "/v2/apps", { id: "/dialect/host", args: ["x"] });
    expect(again.status).toBe(409);
    expect(again.json).toEqual({ message: "An app with id [/dialect/host] already exists." });
  });

  it("is changed shallowly, and nothing but instances leaves the configuration alone", async () => {
    await world.call("POST", "/v2/apps", { id: "/change/a", ...webApp(world, "x"), instances: 0, env: { A: "1", B: "2" } });
    const first = await settled(world, "change/a");
    const nothing = await world.call("PUT", "/v2/apps/change/a", { env: { A: "1", B: "2" } });
    expect(nothing.status).toBe(200);
    expect(nothing.body.deploymentId).toBeDefined();
    expect((await settled(world, "change/a")).version).toBe(first.version);
    await world.call("PUT", "/v2/apps/change/a", { env: { C: "3" } });
    const second = await settled(world, "change/a");
    expect(second["env"]).toEqual({ C: "3" });
    expect(second["container"]).toEqual(first["container"]);
    expect(second.versionInfo.lastConfigChangeAt).toBe(second.version);
    await world.call("PUT", "/v2/apps/change/a?partialUpdate=false", { ...webApp(world, "x"), instances: 0 });
    expect((await settled(world, "change/a"))["env"]).toBeUndefined();
    const refused = await world.call("PUT", "/v2/apps/change/a", { version: first.version, instances: 2 });
    expect(refused.status).toBe(422);
    expect(refused.body.message).toBe("The 'version' field may only be combined with the 'id' field.");
    expect((await world.call("PUT", "/v2/apps/change/a", { version: "2020-01-01T00:00:00.000Z" })).status).toBe(404);
  });

  it("may not be called like a group", async () => {
    await world.call("POST", "/v2/apps", { id: "/names/a", ...webApp(world, "x"), instances: 0 });
    expect((await world.call("POST", "/v2/apps", { id: "/names", ...webApp(world, "x") })).status).toBe(422);
    expect((await world.call("POST", "/v2/apps", { id: "/names/a/b", ...webApp(world, "x") })).status).toBe(422);
  });

  it("is found by id, command and label", async () => {
    await world.call("POST", "/v2/apps", { id: "/find/me", ...webApp(world, "x"), instances: 0, labels: { tier: "front", "a.b": "c" } });
    const found = async (query: string) => (await world.call("GET", `/v2/apps?${query}`)).body.apps?.map((app) => app.id);
    expect(await found("id=FIND")).toEqual(["/find/me"]);
    expect(await found("label=tier%3D%3Dfront,a.b")).toEqual(["/find/me"]);
    expect(await found("label=tier!%3Dback")).toEqual(["/find/me"]);
    expect(await found("label=tier%20notin%20(front,back)")).toEqual([]);
    expect(await found("cmd=nothing")).toEqual([]);
  });

  it("shows in the groups its id implies", async () => {
    await world.call("POST", "/v2/apps", { id: "/tree/branch/leaf", ...webApp(world, "x"), instances: 0 });
    const tree = await world.call("GET", "/v2/groups//tree");
    expect(tree.json).toMatchObject({ id: "/tree", apps: [], groups: [{ id: "/tree/branch", apps: [{ id: "/tree/branch/leaf" }] }] });
    expect((await world.call("GET", "/v2/groups")).json).toMatchObject({ id: "/" });
    expect((await world.call("GET", "/v2/groups/tree/versions")).json).toHaveLength(1);
  });

  it("keeps the service ports it had, and takes nobody else's", async () => {
    await world.call("PUT", "/v2/apps/ports/a", { ...webApp(world, "x"), instances: 0 });
    const first = await settled(world, "ports/a");
    await world.call("PUT", "/v2/apps/ports/a", { ...webApp(world, "y"), instances: 0 });
    const second = await settled(world, "ports/a");
    expect(second["container"]).toEqual(first["container"]);
    const servicePort = Number(/"servicePort":(\d+)/.exec(JSON.stringify(first["container"]))?.[1]);
    const mapping = { containerPort: 1, servicePort };
    const clash = await world.call("PUT", "/v2/apps/ports/b", {
      ...webApp(world, "x"),
      container: { docker: { image: world.image }, portMappings: [mapping] },
    });
    expect(clash.status).toBe(422);
  });
});

describe("several apps at once", () => {
  it("are one deployment, dependencies first", async () => {
    const base = { ...webApp(world, "x"), instances: 0 };
    const put = await world.call("PUT", "/v2/apps", [
      { id: "/many/top", ...base, dependencies: ["below"] },
      { id: "/many/below", ...base },
    ]);
    expect(put.status).toBe(200);
    await until("it is done", async () => ((await world.call("GET", "/v2/deployments")).text === "[]" ? true : null));
    expect((await world.call("GET", "/v2/apps/many/top")).json).toMatchObject({ app: { dependencies: ["/many/below"] } });
    const cycle = await world.call("PUT", "/v2/apps/many/below", { dependencies: ["/many/top"] });
    expect(cycle.status).toBe(422);
    expect(cycle.body.message).toBe("Dependency graph has cyclic dependencies.");
  });
});

describe("a broken client", () => {
  it("gets an answer or a closed connection, and others are served", async () => {
    const huge = `{"id":"/a","cmd":"${"x".repeat(5_000_000)}"}`;
    const refused = await call(world.scheduler.address, {
      method: "POST",
      path: "/v2/apps",
      body: huge,
      headers: { authorization: `Basic ${Buffer.from("berth:correct horse").toString("base64")}` },
    }).catch(() => null);
    expect(refused?.status ?? 400).toBe(400);
    expect((await world.call("GET", "/ping")).status).toBe(200);
  });
});
