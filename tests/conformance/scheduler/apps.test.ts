import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type World, createWorld, fetchTask, openEvents, settled, until, webApp } from "./fixture.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world?.end();
});

describe("an app", () => {
  it("is created, runs, answers, is changed, rolled back, scaled, restarted and deleted", async () => {
    const stream = await openEvents(world);
    const created = await world.call("POST", "/v2/apps", { id: "/prod/web", ...webApp(world, "one") });
    expect(created.status).toBe(201);
    expect(created.headers["marathon-deployment-id"]).toBe(created.body.deployments[0]!.id);
    expect(created.body).toMatchObject({ id: "/prod/web", tasksRunning: 0, networks: [{ mode: "container/bridge" }] });

    const app = await settled(world, "prod/web");
    expect(app).toMatchObject({ tasksRunning: 1, tasksStaged: 0, tasksHealthy: 0, instances: 1 });
    expect((await fetchTask(app.tasks[0]!)).text).toBe("one");

    const changed = await world.call("PUT", "/v2/apps/prod/web", webApp(world, "two"));
    expect(changed.status).toBe(200);
    const second = await settled(world, "prod/web");
    expect(second.tasks).toHaveLength(1);
    expect((await fetchTask(second.tasks[0]!)).text).toBe("two");

    const versions = (await world.call("GET", "/v2/apps/prod/web/versions")).body.versions;
    expect(versions).toHaveLength(2);
    const old = await world.call("GET", `/v2/apps/prod/web/versions/${versions[1]}`);
    expect(old.body.version).toBe(app.version);
    expect((await world.call("PUT", "/v2/apps/prod/web", { version: versions[1] })).status).toBe(200);
    const third = await settled(world, "prod/web");
    expect((await fetchTask(third.tasks[0]!)).text).toBe("one");

    await world.call("PUT", "/v2/apps/prod/web", { instances: 3 });
    const scaled = await settled(world, "prod/web");
    expect(scaled.tasksRunning).toBe(3);
    expect(scaled.versionInfo.lastConfigChangeAt).toBe(third.versionInfo.lastConfigChangeAt);
    expect(scaled.tasks.map((task) => task.id)).toContain(third.tasks[0]!.id);

    expect((await world.call("POST", "/v2/apps/prod/web/restart")).status).toBe(200);
    const restarted = await settled(world, "prod/web");
    const before = new Set(scaled.tasks.map((task) => task.id));
    expect(restarted.tasks).toHaveLength(3);
    expect(restarted.tasks.some((task) => before.has(task.id))).toBe(false);

    const removed = await world.call("DELETE", "/v2/apps/prod/web");
    expect(removed.status).toBe(200);
    expect((await world.call("GET", "/v2/apps/prod/web")).json).toEqual({ message: "App '/prod/web' does not exist" });
    await until("no container is left", async () => {
      const left = await world.docker.listContainers({ all: true, filters: { label: [`berth.scheduler=${world.instance}`] } });
      return left.length === 0 ? true : null;
    });
    const types = stream.events.map((event) => event.type);
    expect(types.indexOf("group_change_success")).toBeLessThan(types.indexOf("deployment_info"));
    expect(types).toContain("app_terminated_event");
    stream.close();
  });
});
