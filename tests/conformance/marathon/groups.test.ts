import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type Reply, type Target, createTarget, idleApp } from "../target.ts";

let target: Target;
let home: string;
let count = 0;

beforeAll(async () => {
  target = await createTarget();
});

afterAll(async () => {
  await target?.end();
});

beforeEach(() => {
  count += 1;
  home = `${target.home}/g${count}`;
});

const appIds = async (group = home): Promise<string[]> => {
  const reply = await target.call("GET", `/v2/apps${group}/*`);
  const found: unknown = reply.json;
  if (typeof found !== "object" || found === null || !("*" in found) || !Array.isArray(found["*"])) return [];
  return found["*"].map((app: { id: string }) => app.id.slice(home.length)).toSorted();
};

const plan = (reply: Reply): string[] =>
  (reply.body.steps ?? []).map((step) =>
    step.actions
      .map(({ action, app }) => `${action.replace("Application", "")} ${app.slice(home.length)}`)
      .toSorted()
      .join(", "),
  );

async function done(reply: Reply, status = 200): Promise<Reply> {
  expect(reply.status, reply.text).toBe(status);
  expect(reply.body.deploymentId).toBeDefined();
  expect(reply.headers["marathon-deployment-id"]).toBe(reply.body.deploymentId);
  await target.quiet(home);
  return reply;
}

describe("a group", () => {
  it("is created with everything in it, ids relative to where they stand or absolute", async () => {
    await done(
      await target.call("POST", "/v2/groups", {
        id: home,
        apps: [{ id: "web", ...idleApp(target) }],
        groups: [
          {
            id: "db",
            apps: [{ id: `${home}/db/main`, ...idleApp(target) }],
            groups: [{ id: "deep", apps: [{ id: "x", ...idleApp(target) }] }],
          },
        ],
      }),
      201,
    );
    expect(await appIds()).toEqual(["/db/deep/x", "/db/main", "/web"]);
    const tree = await target.call("GET", `/v2/groups${home}`);
    expect(tree.json).toMatchObject({
      id: home,
      dependencies: [],
      version: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      apps: [{ id: `${home}/web` }],
      groups: [
        { id: `${home}/db`, apps: [{ id: `${home}/db/main` }], groups: [{ id: `${home}/db/deep`, apps: [{ id: `${home}/db/deep/x` }] }] },
      ],
    });
  });

  it("is posted once: a second POST and one at an app's path are conflicts", async () => {
    await done(await target.call("POST", "/v2/groups", { id: home, apps: [{ id: "a", ...idleApp(target) }] }), 201);
    const again = await target.call("POST", `/v2/groups${home}`, {});
    expect(again.status).toBe(409);
    expect(again.json).toEqual({ message: `Group ${home} is already created. Use PUT to change this group.` });
    const app = await target.call("POST", `/v2/groups`, { id: `${home}/a` });
    expect(app.status).toBe(409);
    expect(app.json).toEqual({ message: `An app with the path ${home}/a already exists.` });
  });

  it("shows by default all, and with embed only what was asked for", async () => {
    await done(await target.call("PUT", `/v2/groups${home}`, { apps: [{ id: "a", ...idleApp(target) }], groups: [{ id: "sub" }] }));
    const show = async (query: string) => Object.keys((await target.call("GET", `/v2/groups${home}${query}`)).body).toSorted();
    expect(await show("")).toEqual(expect.arrayContaining(["apps", "groups", "pods"]));
    expect(await show("?embed=group.apps")).not.toContain("groups");
    expect(await show("?embed=group.groups")).not.toContain("apps");
    const counted = await target.call("GET", `/v2/groups${home}?embed=group.apps&embed=group.apps.counts`);
    expect(counted.json).toMatchObject({ apps: [{ id: `${home}/a`, tasksRunning: 0 }] });
  });

  it("may be empty, and stays until it is deleted", async () => {
    await done(await target.call("POST", "/v2/groups", { id: home }), 201);
    expect((await target.call("GET", `/v2/groups${home}`)).json).toMatchObject({ id: home, apps: [], groups: [] });
    await done(await target.call("DELETE", `/v2/groups${home}`));
    const gone = await target.call("GET", `/v2/groups${home}`);
    expect(gone.status).toBe(404);
    expect(gone.json).toEqual({ message: `Group '${home}' does not exist` });
    expect((await target.call("DELETE", `/v2/groups${home}`)).status).toBe(404);
  });
});

describe("a PUT of a group", () => {
  it("creates it with missing parents; a list replaces, an absent one keeps", async () => {
    await done(
      await target.call("PUT", `/v2/groups${home}/far/down`, {
        apps: [
          { id: "one", ...idleApp(target) },
          { id: "two", ...idleApp(target) },
        ],
        groups: [{ id: "sub", apps: [{ id: "x", ...idleApp(target) }] }],
      }),
    );
    expect(await appIds()).toEqual(["/far/down/one", "/far/down/sub/x", "/far/down/two"]);
    await done(await target.call("PUT", `/v2/groups${home}/far/down`, { apps: [{ id: "two", ...idleApp(target) }] }));
    expect(await appIds()).toEqual(["/far/down/sub/x", "/far/down/two"]);
    await done(await target.call("PUT", `/v2/groups${home}/far/down`, { groups: [] }));
    expect(await appIds()).toEqual(["/far/down/two"]);
  });

  it("updates the children it names, creates new ones and deletes those it does not mention", async () => {
    const child = (id: string, app: string) => ({ id, apps: [{ id: app, ...idleApp(target) }] });
    await done(await target.call("PUT", `/v2/groups${home}`, { groups: [child("a", "x"), child("b", "y")] }));
    await done(await target.call("PUT", `/v2/groups${home}`, { groups: [{ id: "a" }, child("c", "z")] }));
    expect(await appIds()).toEqual(["/a/x", "/c/z"]);
  });

  it("with scaleBy multiplies the instances of every app inside, rounded up", async () => {
    const app = (id: string, instances: number) => ({
      id,
      ...idleApp(target),
      instances,
      constraints: [["hostname", "LIKE", "no-such-host"]],
    });
    await target.call("PUT", `/v2/groups${home}`, {
      apps: [app("one", 1), app("three", 3)],
      groups: [{ id: "sub", apps: [app("ten", 10)] }],
    });
    const scaled = await target.call("PUT", `/v2/groups${home}?force=true`, { scaleBy: 1.5 });
    expect(scaled.status, scaled.text).toBe(200);
    const instances = async (id: string) => (await target.call("GET", `/v2/apps${home}/${id}`)).body.app?.instances;
    expect([await instances("one"), await instances("three"), await instances("sub/ten")]).toEqual([2, 5, 15]);
    const both = await target.call("PUT", `/v2/groups${home}`, { scaleBy: 2, apps: [] });
    expect(both.status).toBe(422);
    await done(await target.call("DELETE", `/v2/groups${home}?force=true`));
  });

  it("with dryRun answers the plan and changes nothing", async () => {
    await done(
      await target.call("PUT", `/v2/groups${home}`, { apps: ["gone", "kept", "scaled"].map((id) => ({ id, ...idleApp(target) })) }),
    );
    const update = {
      apps: [
        { id: "kept", ...idleApp(target) },
        { id: "scaled", ...idleApp(target), instances: 3 },
        { id: "new", ...idleApp(target), dependencies: ["kept", "scaled"] },
      ],
    };
    const dry = await target.call("PUT", `/v2/groups${home}?dryRun=true`, update);
    expect(dry.status).toBe(200);
    expect(plan(dry)).toEqual(["Stop /gone", "Start /new", "Scale /scaled", "Scale /new"]);
    expect(await appIds()).toEqual(["/gone", "/kept", "/scaled"]);
    expect((await target.call("GET", "/v2/deployments")).text).not.toContain(home);
  });

  it("plans dependencies between groups first, whatever the order they are written in", async () => {
    const group = (id: string, dependencies: string[], apps: string[]) => ({
      id,
      dependencies,
      apps: apps.map((app) => ({ id: app, ...idleApp(target) })),
    });
    const update = {
      groups: [group("front", ["../middle"], ["web"]), group("middle", [`${home}/back`], ["m1", "m2"]), group("back", [], ["db"])],
    };
    expect(plan(await target.call("PUT", `/v2/groups${home}?dryRun=true`, update))).toEqual([
      "Start /back/db, Start /front/web, Start /middle/m1, Start /middle/m2",
      "Scale /back/db",
      "Scale /middle/m1, Scale /middle/m2",
      "Scale /front/web",
    ]);
    await done(await target.call("PUT", `/v2/groups${home}`, update));
    expect((await target.call("GET", `/v2/groups${home}/front`)).json).toMatchObject({ dependencies: [`${home}/middle`] });
  });

  it("is refused when dependencies go round", async () => {
    const group = (id: string, dependencies: string[]) => ({ id, dependencies, apps: [{ id: "app", ...idleApp(target) }] });
    const refused = await target.call("PUT", `/v2/groups${home}`, { groups: [group("a", ["../b"]), group("b", ["../a"])] });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("cyclic dependencies");
    expect(await appIds()).toEqual([]);
  });

  it("that changes nothing keeps every version", async () => {
    const update = { apps: [{ id: "a", ...idleApp(target) }] };
    await done(await target.call("PUT", `/v2/groups${home}`, update));
    const before = (await target.call("GET", `/v2/apps${home}/a`)).body.app?.version;
    const dry = await target.call("PUT", `/v2/groups${home}?dryRun=true`, update);
    expect(dry.body.steps).toEqual([]);
    await done(await target.call("PUT", `/v2/groups${home}`, update));
    expect((await target.call("GET", `/v2/apps${home}/a`)).body.app?.version).toBe(before);
  });

  it.each([
    ["an app that is not in it", { apps: [{ id: "/elsewhere/app", cmd: "sleep 1" }] }],
    ["a child that is not in it", { groups: [{ id: "/elsewhere" }] }],
    ["an id with capitals", { groups: [{ id: "Web" }] }],
    ["an app that is not valid", { apps: [{ id: "a", cmd: "x", args: ["y"] }] }],
    ["an unknown version", { version: "2020-01-01T00:00:00.000Z" }],
    ["a wrong type", { apps: "none" }],
    [
      "an app and a group of one name",
      {
        apps: [{ id: "same", args: ["x"], container: { type: "DOCKER", docker: { image: "x" } } }],
        groups: [{ id: "same", apps: [{ id: "x", args: ["x"], container: { type: "DOCKER", docker: { image: "x" } } }] }],
      },
    ],
  ])("with %s is refused whole", async (_what, update) => {
    const refused = await target.call("PUT", `/v2/groups${home}`, update);
    expect(refused.status, refused.text).toBe(422);
    expect((await target.call("GET", `/v2/groups${home}`)).status).toBe(404);
  });
});

describe("a group's versions", () => {
  it("are listed, shown, and gone back to: instances, deleted apps and all", async () => {
    await done(
      await target.call("PUT", `/v2/groups${home}`, {
        apps: [
          { id: "a", ...idleApp(target, { labels: { v: "1" } }) },
          { id: "b", ...idleApp(target) },
        ],
      }),
    );
    const [first] = z(await target.call("GET", `/v2/groups${home}/versions`));
    await done(
      await target.call("PUT", `/v2/groups${home}`, {
        apps: [{ id: "a", ...idleApp(target, { labels: { v: "2" } }) }],
        groups: [{ id: "c", apps: [{ id: "x", ...idleApp(target) }] }],
      }),
    );
    expect(z(await target.call("GET", `/v2/groups${home}/versions`))).toContain(first);
    const then = await target.call("GET", `/v2/groups${home}/versions/${first}`);
    expect(then.json).toMatchObject({ id: home, apps: [{ id: `${home}/a`, labels: { v: "1" } }, { id: `${home}/b` }] });
    await done(await target.call("PUT", `/v2/groups${home}`, { version: first }));
    expect(await appIds()).toEqual(["/a", "/b"]);
    expect((await target.call("GET", `/v2/apps${home}/a`)).body.app?.["labels"]).toEqual({ v: "1" });
  });
});

/** A bare list of versions. */
function z(reply: Reply): string[] {
  expect(reply.status, reply.text).toBe(200);
  return Array.isArray(reply.json) ? reply.json.map(String) : [];
}

describe("the deletion of a group", () => {
  it("takes every app inside, in one deployment", async () => {
    await done(
      await target.call("PUT", `/v2/groups${home}`, {
        apps: [{ id: "a", ...idleApp(target) }],
        groups: [{ id: "s", apps: [{ id: "b", ...idleApp(target) }] }],
      }),
    );
    await done(await target.call("DELETE", `/v2/groups${home}/s`));
    expect(await appIds()).toEqual(["/a"]);
    await done(await target.call("DELETE", `/v2/groups${home}`));
    expect((await target.call("GET", `/v2/apps${home}/a`)).status).toBe(404);
  });

  it("does not force by default: a locked app inside is a 409 with the deployment's id", async () => {
    const stuck = { ...idleApp(target), instances: 1, constraints: [["hostname", "LIKE", "no-such-host"]] };
    await target.call("PUT", `/v2/apps${home}/stuck`, stuck);
    const refused = await target.call("DELETE", `/v2/groups${home}`);
    expect(refused.status).toBe(409);
    expect(refused.body.deployments).toHaveLength(1);
    expect(refused.body.message).toContain("App is locked by one or more deployments.");
    await done(await target.call("DELETE", `/v2/groups${home}?force=true`));
  });

  it("is undone by cancelling its deployment", async () => {
    const stuck = { ...idleApp(target), instances: 1, constraints: [["hostname", "LIKE", "no-such-host"]] };
    const put = await target.call("PUT", `/v2/groups${home}`, {
      apps: [
        { id: "a", ...idleApp(target) },
        { id: "stuck", ...stuck },
      ],
    });
    const reverted = await target.call("DELETE", `/v2/deployments/${put.body.deploymentId}`);
    expect(reverted.status).toBe(200);
    await target.quiet(home);
    expect((await target.call("GET", `/v2/groups${home}`)).status).toBe(404);
  });
});
