import { existsSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { until } from "../scheduler/fixture.ts";
import { type Target, createTarget, idleApp, webApp } from "../target.ts";

let target: Target;
let home: string;

beforeAll(async () => {
  target = await createTarget();
  ({ home } = target);
});

afterAll(async () => {
  await target?.end();
});

describe("the spelling of a path", () => {
  it("with and without slashes, doubled, encoded or trailing means the same app", async () => {
    await target.call("PUT", `/v2/apps${home}/spelling/web`, idleApp(target));
    const id = `${home}/spelling/web`;
    for (const path of [`/v2/apps${id}`, `/v2/apps/${id}`, `/v2/apps/${encodeURIComponent(id)}`, `/v2/apps${id}/`]) {
      expect((await target.call("GET", path)).body.app?.id, path).toBe(id);
    }
    expect((await target.call("PUT", `/v2/apps/${id}?force=True&partialUpdate=True`, { labels: { a: "b" } })).status).toBe(200);
    expect((await target.call("GET", `/v2/apps/?id=${home}/spelling`)).body.apps?.map((app) => app.id)).toEqual([id]);
  });
});

describe("the writing of an app", () => {
  it("POST creates once, with its place and its deployment in the headers", async () => {
    const created = await target.call("POST", "/v2/apps", { id: `${home}/post`, ...idleApp(target) });
    expect(created.status).toBe(201);
    expect(created.headers["location"]).toContain(`${home}/post`);
    expect(created.headers["marathon-deployment-id"]).toBe(created.body.deployments?.[0]?.id);
    expect(created.json).toMatchObject({ id: `${home}/post`, tasksRunning: 0, tasksStaged: 0, version: expect.any(String) });
    await target.settled(`${home}/post`);
    const again = await target.call("POST", "/v2/apps", { id: `${home}/post`, ...idleApp(target) });
    expect(again.status).toBe(409);
    expect(again.json).toEqual({ message: `An app with id [${home}/post] already exists.` });
  });

  it("PUT creates with 201 and changes with 200, top-level fields only; PATCH never creates", async () => {
    const path = `/v2/apps${home}/put`;
    expect((await target.call("PATCH", path, { instances: 0 })).status).toBe(404);
    expect((await target.call("PUT", path, idleApp(target, { env: { A: "1" }, labels: { l: "1" } }))).status).toBe(201);
    await target.settled(`${home}/put`);
    expect((await target.call("PUT", path, { env: { B: "2" } })).status).toBe(200);
    const app = await target.settled(`${home}/put`);
    expect(app["env"]).toEqual({ B: "2" });
    expect(app["labels"]).toEqual({ l: "1" });
    expect((await target.call("PATCH", path, { mem: 64 })).status).toBe(200);
    expect((await target.settled(`${home}/put`))["mem"]).toBe(64);
    expect((await target.call("PUT", `${path}?partialUpdate=false`, idleApp(target))).status).toBe(200);
    expect((await target.settled(`${home}/put`))["env"]).toBeUndefined();
  });

  it("an array of apps is one deployment; a PATCH of one with an unknown app is a 404 and changes nothing", async () => {
    const put = await target.call(
      "PUT",
      "/v2/apps",
      ["x", "y"].map((name) => ({ id: `${home}/array/${name}`, ...idleApp(target) })),
    );
    expect(put.status).toBe(200);
    await target.quiet();
    const refused = await target.call("PATCH", "/v2/apps", [
      { id: `${home}/array/x`, mem: 99 },
      { id: `${home}/array/none`, mem: 99 },
    ]);
    expect(refused.status).toBe(404);
    expect((await target.call("GET", `/v2/apps${home}/array/x`)).body.app?.["mem"]).toBe(32);
  });

  it("a version brings back what was, and may stand with nothing but the id", async () => {
    const path = `/v2/apps${home}/back`;
    await target.call("PUT", path, idleApp(target, { labels: { v: "1" } }));
    const first = await target.settled(`${home}/back`);
    await target.call("PUT", path, { labels: { v: "2" } });
    await target.settled(`${home}/back`);
    const { versions = [] } = (await target.call("GET", `${path}/versions`)).body;
    expect(versions).toHaveLength(2);
    expect(versions).toContain(first.version);
    const old = await target.call("GET", `${path}/versions/${first.version}`);
    expect(old.json).toMatchObject({ id: `${home}/back`, labels: { v: "1" } });
    expect((await target.call("PUT", path, { version: first.version, mem: 1 })).status).toBe(422);
    expect((await target.call("PUT", path, { version: "2020-01-01T00:00:00.000Z" })).status).toBe(404);
    expect((await target.call("PUT", path, { version: first.version })).status).toBe(200);
    expect((await target.settled(`${home}/back`))["labels"]).toEqual({ v: "1" });
  });

  it("is found by command, id and label", async () => {
    await target.call("PUT", `/v2/apps${home}/find`, {
      ...idleApp(target, { labels: { tier: "front" } }),
      args: undefined,
      cmd: "sleep 4711",
    });
    const found = async (query: string) =>
      ((await target.call("GET", `/v2/apps?${query}`)).body.apps ?? []).map((app) => app.id).filter((id) => id.startsWith(home));
    expect(await found("cmd=SLEEP%204711")).toEqual([`${home}/find`]);
    expect(await found(`id=${home}/FIN`.replace("FIN", "fin"))).toEqual([`${home}/find`]);
    expect(await found("label=tier%3D%3Dfront")).toEqual([`${home}/find`]);
    expect(await found("label=tier!%3Dfront")).toEqual([]);
    expect((await target.call("GET", "/v2/apps?label=a%20b")).status).toBe(422);
  });

  it.each([
    ["broken JSON", "{", 400, { message: "Invalid JSON", details: expect.any(String) }],
    ["a wrong type", { id: 3 }, 422, { message: "Invalid JSON", details: [{ path: "/id" }] }],
    ["two ways to start", { id: "/a", cmd: "sleep 1", args: ["x"] }, 422, { message: "Object is not valid" }],
    [
      "capacities above one",
      { id: "/a", cmd: "sleep 1", upgradeStrategy: { minimumHealthCapacity: 2 } },
      422,
      { details: expect.arrayContaining([{ path: "/upgradeStrategy/minimumHealthCapacity", errors: ["is greater than 1"] }]) },
    ],
  ])("with %s is refused in Marathon's form", async (_what, body, status, answer) => {
    const reply = await target.call("POST", "/v2/apps", body);
    expect(reply.status, reply.text).toBe(status);
    expect(reply.json).toMatchObject(answer);
  });
});

describe("an app that runs", () => {
  it("starts, answers, is listed with its tasks, replaced, scaled, restarted and gone", async () => {
    const path = `/v2/apps${home}/run`;
    expect((await target.call("PUT", path, webApp(target, "one"))).status).toBe(201);
    const first = await target.settled(`${home}/run`);
    expect(first.tasks).toHaveLength(1);
    expect(first).toMatchObject({
      tasksRunning: 1,
      tasksHealthy: 1,
      tasks: [{ state: "TASK_RUNNING", healthCheckResults: [{ alive: true }] }],
    });
    const listed = await target.call("GET", `/v2/apps?id=${home}/run&embed=apps.tasks`);
    expect(listed.json).toMatchObject({ apps: [{ tasks: [{ id: first.tasks[0]?.id }] }] });

    await target.call("PUT", path, { instances: 2 });
    const scaled = await target.settled(`${home}/run`);
    expect(scaled.tasks.map((task) => task.id)).toContain(first.tasks[0]?.id);
    expect(scaled.versionInfo.lastConfigChangeAt).toBe(first.versionInfo.lastConfigChangeAt);

    expect((await target.call("POST", `${path}/restart`)).status).toBe(200);
    const restarted = await target.settled(`${home}/run`);
    const old = new Set(scaled.tasks.map((task) => task.id));
    expect(restarted.tasks.filter((task) => old.has(task.id))).toEqual([]);

    const [victim] = restarted.tasks;
    const killed = await target.call("POST", "/v2/tasks/delete?scale=true", { ids: [victim?.id, "unknown.instance-0._app.1"] });
    expect(killed.body.deploymentId).toBeDefined();
    expect((await target.settled(`${home}/run`)).instances).toBe(1);

    expect((await target.call("DELETE", path)).status).toBe(200);
    expect((await target.call("GET", path)).status).toBe(404);
    await until("no task is left", async () => ((await target.call("GET", "/v2/tasks")).text.includes(`${home}/run`) ? null : true));
  });

  it("waits in the queue with the reason when nothing on offer fits, and is locked meanwhile", async () => {
    const path = `/v2/apps${home}/waits`;
    await target.call("PUT", path, { ...idleApp(target), instances: 1, constraints: [["hostname", "LIKE", "no-such-host"]] });
    const entry = await until("it waits with a reason", async () => {
      const { queue } = (await target.call("GET", "/v2/queue?embed=lastUnusedOffers")).body;
      const list: unknown[] = Array.isArray(queue) ? queue : [];
      return (
        list.find(
          (item) =>
            JSON.stringify(item).includes(`${home}/waits`) &&
            /"reason":"UnfulfilledConstraint","declined":[1-9]/.test(JSON.stringify(item)),
        ) ?? null
      );
    });
    expect(entry).toMatchObject({
      count: 1,
      delay: { overdue: true, timeLeftSeconds: 0 },
      since: expect.any(String),
      role: expect.any(String),
    });
    const locked = await target.call("PUT", path, { instances: 2 });
    expect(locked.status).toBe(409);
    expect(locked.body.deployments).toHaveLength(1);
    expect((await target.call("DELETE", `/v2/queue${home}/waits/delay`)).status).toBe(204);
    const [deployment] = locked.body.deployments ?? [];
    expect((await target.call("DELETE", `/v2/deployments/${deployment?.id}?force=true`)).status).toBe(202);
    expect((await target.call("DELETE", path)).status).toBe(200);
    await target.quiet();
    expect((await target.call("DELETE", `/v2/queue${home}/waits/delay`)).json).toEqual({
      message: `Application ${home}/waits not found in tasks queue.`,
    });
  });
});

describe("Marathon's schemas", () => {
  it.skipIf(!existsSync(process.env["BERTH_TEST_MARATHON_SCHEMAS"] ?? "../shared/reference/marathon-schemas"))(
    "hold for every app and group these tests send and are answered (skipped where the schemas are not at hand)",
    async () => {
      // createTarget compares each call; this one shows that it would notice.
      await expect(target.call("PUT", `/v2/apps${home}/unknown-word`, { ...idleApp(target), noSuchWord: 1 })).rejects.toThrow("sends");
    },
  );
});
