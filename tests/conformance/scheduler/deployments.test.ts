import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { type World, createWorld, openEvents, settled, until, webApp } from "./fixture.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world?.end();
});

afterEach(async () => {
  for (const app of (await world.call("GET", "/v2/apps")).body.apps ?? []) await world.call("DELETE", `/v2/apps${app.id}`);
  await until("everything is gone", async () => ((await world.call("GET", "/v2/deployments")).text === "[]" ? true : null));
});

/** A task that starts and never becomes healthy. */
function stuckApp(more: Record<string, unknown> = {}) {
  return webApp(world, "stuck", { healthChecks: [{ protocol: "TCP", port: 9, intervalSeconds: 1, gracePeriodSeconds: 600 }], ...more });
}

async function runningTasks(id: string) {
  return (await world.call("GET", `/v2/apps/${id}/tasks`)).body.tasks.filter((task) => task.state === "TASK_RUNNING");
}

describe("a deployment", () => {
  it("of a new app has two steps, tells them in order and vanishes", async () => {
    const stream = await openEvents(world);
    const put = await world.call("PUT", "/v2/apps/d/new", webApp(world, "x", { instances: 2 }));
    expect(put.status).toBe(201);
    expect(put.headers["marathon-deployment-id"]).toBe(put.body.deploymentId);
    const running = (await world.call("GET", "/v2/deployments")).json;
    expect(running).toMatchObject([
      {
        id: put.body.deploymentId,
        version: put.body.version,
        affectedApps: ["/d/new"],
        affectedPods: [],
        steps: [{ actions: [{ action: "StartApplication", app: "/d/new" }] }, { actions: [{ action: "ScaleApplication", app: "/d/new" }] }],
        currentActions: [{ action: "ScaleApplication", app: "/d/new", readinessCheckResults: [] }],
        currentStep: 2,
        totalSteps: 2,
      },
    ]);
    await settled(world, "d/new");
    await until("the last event came", () => stream.events.find((event) => event.type === "deployment_success") ?? null);
    const interesting = new Set([
      "api_post_event",
      "group_change_success",
      "deployment_info",
      "deployment_step_success",
      "deployment_success",
    ]);
    expect(stream.events.map((event) => event.type).filter((type) => interesting.has(type))).toEqual([
      "api_post_event",
      "group_change_success",
      "deployment_info",
      "deployment_step_success",
      "deployment_info",
      "deployment_step_success",
      "deployment_success",
    ]);
    const statuses = stream.events.filter((event) => event.type === "status_update_event").map((event) => event.data.taskStatus);
    expect(statuses.toSorted()).toEqual(["TASK_RUNNING", "TASK_RUNNING", "TASK_STARTING", "TASK_STARTING"]);
    expect(stream.events.every((event) => /\.\d{3}Z$/.test(event.data.timestamp))).toBe(true);
    expect(stream.raw()).toContain("\r\n\r\n");
    stream.close();
  });

  it("locks its apps, and gives way to force", async () => {
    await world.call("PUT", "/v2/apps/d/lock", stuckApp());
    const stream = await openEvents(world, "?event_type=deployment_failed&event_type=deployment_success");
    const running = (await world.call("GET", "/v2/apps/d/lock")).body.app?.deployments ?? [];
    const refused = await world.call("PUT", "/v2/apps/d/lock", { instances: 2 });
    expect(refused.status).toBe(409);
    expect(refused.json).toEqual({
      message:
        "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
      deployments: running,
    });
    const forced = await world.call("PUT", "/v2/apps/d/lock?force=true", webApp(world, "well", { healthChecks: [] }));
    expect(forced.status).toBe(200);
    const app = await settled(world, "d/lock");
    expect(app.tasks).toHaveLength(1);
    expect(app.tasks[0]!.version).toBe(forced.body.version);
    await until("both ends are told", () => (stream.events.length === 2 ? true : null));
    expect(stream.events[0]).toMatchObject({
      type: "deployment_failed",
      data: { id: running[0]!.id, reason: "The upgrade has been cancelled" },
    });
    expect(stream.events[1]).toMatchObject({ type: "deployment_success", data: { id: forced.body.deploymentId } });
    stream.close();
  });

  it("is reverted to what was, and the old tasks are kept", async () => {
    await world.call("PUT", "/v2/apps/d/revert", webApp(world, "good", { instances: 2 }));
    const before = await settled(world, "d/revert");
    const bad = await world.call("PUT", "/v2/apps/d/revert", stuckApp({ instances: 2 }));
    await until("new tasks run beside the old", async () => ((await runningTasks("d/revert")).length === 4 ? true : null));
    const revert = await world.call("DELETE", `/v2/deployments/${bad.body.deploymentId}`);
    expect(revert.status).toBe(200);
    expect(revert.body.deploymentId).not.toBe(bad.body.deploymentId);
    const after = await settled(world, "d/revert");
    expect(after.tasks.map((task) => task.id).toSorted()).toEqual(before.tasks.map((task) => task.id).toSorted());
    expect(after["args"]).toEqual(before["args"]);
  });

  it("of a new app that is reverted removes the app", async () => {
    const put = await world.call("PUT", "/v2/apps/d/unborn", stuckApp());
    expect((await world.call("DELETE", `/v2/deployments/${put.body.deploymentId}`)).status).toBe(200);
    expect((await world.call("GET", "/v2/apps/d/unborn")).status).toBe(404);
  });

  it("stops where it is when it is cancelled by force", async () => {
    await world.call("PUT", "/v2/apps/d/stop", webApp(world, "good"));
    await settled(world, "d/stop");
    const bad = await world.call("PUT", "/v2/apps/d/stop", stuckApp());
    await until("both run", async () => ((await runningTasks("d/stop")).length === 2 ? true : null));
    const cancelled = await world.call("DELETE", `/v2/deployments/${bad.body.deploymentId}?force=true`);
    expect(cancelled.status).toBe(202);
    expect(cancelled.text).toBe("");
    expect((await world.call("GET", "/v2/deployments")).text).toBe("[]");
    expect(await runningTasks("d/stop")).toHaveLength(2);
  });

  it("replaces tasks as the upgrade strategy says: halves, without extra room", async () => {
    const strategy = { upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }, instances: 4 };
    await world.call("PUT", "/v2/apps/d/roll", webApp(world, "one", strategy));
    await settled(world, "d/roll");
    const stream = await openEvents(world, "?event_type=status_update_event");
    await world.call("PUT", "/v2/apps/d/roll", webApp(world, "two", strategy));
    await settled(world, "d/roll");
    let alive = 4;
    const seen = stream.events.map(({ data }) => {
      if (data.taskStatus === "TASK_RUNNING") alive += 1;
      if (data.taskStatus === "TASK_KILLING") alive -= 1;
      return alive;
    });
    expect(Math.min(...seen)).toBe(2);
    expect(Math.max(...seen)).toBe(4);
    stream.close();
  });

  it("waits for a new task to be ready before an old one goes", async () => {
    const check = {
      readinessChecks: [
        { name: "up", path: "/ready", portName: "http", intervalSeconds: 2, timeoutSeconds: 1, preserveLastResponse: true },
      ],
    };
    await world.call("PUT", "/v2/apps/d/ready", webApp(world, "one", check));
    const app = await settled(world, "d/ready");
    expect(app["readinessCheckResults"]).toMatchObject([{ name: "up", ready: true, lastResponse: { status: 200, body: "one" } }]);
  });

  it("stops before its second step while a dependency never becomes healthy", async () => {
    await world.call("PUT", "/v2/apps", [
      { id: "/d/top", ...webApp(world, "x"), dependencies: ["/d/below"] },
      { id: "/d/below", ...stuckApp() },
    ]);
    await until("the dependency runs", async () => ((await runningTasks("d/below")).length === 1 ? true : null));
    expect((await world.call("GET", "/v2/deployments")).json).toMatchObject([{ currentStep: 2, totalSteps: 3 }]);
    expect(await runningTasks("d/top")).toHaveLength(0);
  });
});

describe("tasks", () => {
  it("carry everything a client reads", async () => {
    await world.call("PUT", "/v2/apps/t/read", webApp(world, "x"));
    const app = await settled(world, "t/read");
    const listed = (await world.call("GET", "/v2/tasks?status=running")).body.tasks;
    expect(listed).toHaveLength(1);
    expect(listed[0]).toMatchObject({
      id: expect.stringMatching(/^t_read\.instance-[0-9a-f-]{36}\._app\.1$/),
      appId: "/t/read",
      host: "127.0.0.2",
      state: "TASK_RUNNING",
      ports: [expect.any(Number)],
      servicePorts: [expect.any(Number)],
      ipAddresses: [{ ipAddress: expect.any(String), protocol: "IPv4" }],
      version: app.version,
      localVolumes: [],
    });
    expect(listed[0]).not.toHaveProperty("healthCheckResults");
    expect(listed[0]!.ports[0]).toBeGreaterThanOrEqual(31_000);
    expect((await world.call("GET", "/v2/tasks?status=staging")).body.tasks).toHaveLength(0);
    expect((await world.call("GET", "/v2/apps/t/*/tasks")).body.tasks).toHaveLength(1);
  });

  it("that are killed are replaced", async () => {
    await world.call("PUT", "/v2/apps/t/kill", webApp(world, "x", { instances: 2 }));
    const [first, second] = (await settled(world, "t/kill")).tasks;
    const killed = await world.call("DELETE", `/v2/apps/t/kill/tasks/${first!.id}`);
    expect(killed.body.task?.id).toBe(first!.id);
    const replaced = await until("another one runs", async () => {
      const tasks = await runningTasks("t/kill");
      return tasks.length === 2 && tasks.every((task) => task.id !== first!.id) ? tasks : null;
    });
    expect(replaced.map((task) => task.id)).toContain(second!.id);
    const all = await world.call("DELETE", "/v2/apps/t/kill/tasks?host=*");
    expect(all.body.tasks).toHaveLength(2);
    expect((await world.call("DELETE", "/v2/apps/t/kill/tasks?host=elsewhere")).body.tasks).toHaveLength(0);
  });

  it("that are killed with scale are not, and it is exactly they", async () => {
    await world.call("PUT", "/v2/apps/t/scale", webApp(world, "x", { instances: 3 }));
    const tasks = (await settled(world, "t/scale")).tasks;
    const oldest = tasks.toSorted((a, b) => a.startedAt!.localeCompare(b.startedAt!))[0]!;
    const killed = await world.call("POST", "/v2/tasks/delete?scale=true", { ids: [oldest.id, "t_scale.unknown"] });
    expect(killed.body.deploymentId).toBeDefined();
    const app = await settled(world, "t/scale");
    expect(app.instances).toBe(2);
    expect(app.tasks.map((task) => task.id)).not.toContain(oldest.id);
    expect(app.tasks).toHaveLength(2);
  });

  it("find the whole environment, theirs first", async () => {
    const script = 'require("http").createServer((q,r)=>r.end(JSON.stringify(process.env))).listen(8080)';
    const app = webApp(world, "x", {
      args: ["-e", script],
      env: { MINE: "yes", HOST: "mine" },
      labels: { "a-b": "c", long: "x".repeat(512) },
    });
    await world.call("PUT", "/v2/apps/t/env", app);
    const { tasks, version } = await settled(world, "t/env");
    const [task] = tasks;
    const env: unknown = await until("it answers", async () => {
      const response = await fetch(`http://${task!.host}:${task!.ports[0]}/`).catch(() => null);
      return response === null ? null : await response.json();
    });
    const port = String(task!.ports[0]);
    expect(env).toMatchObject({
      MINE: "yes",
      HOST: "mine",
      PORT: port,
      PORT0: port,
      PORTS: port,
      PORT_8080: port,
      PORT_HTTP: port,
      MARATHON_APP_ID: "/t/env",
      MARATHON_APP_VERSION: version,
      MARATHON_APP_DOCKER_IMAGE: world.image,
      MARATHON_APP_RESOURCE_CPUS: "0.1",
      MARATHON_APP_RESOURCE_MEM: "64.0",
      MARATHON_APP_RESOURCE_DISK: "0.0",
      MARATHON_APP_LABELS: "A_B",
      MARATHON_APP_LABEL_A_B: "c",
      MESOS_TASK_ID: task!.id,
      MESOS_SANDBOX: "/mnt/mesos/sandbox",
    });
    expect(env).not.toHaveProperty("MARATHON_APP_LABEL_LONG");
  });

  it("run with few rights, limited, and reachable by their own address alone", async () => {
    await world.call("PUT", "/v2/apps/t/spec", webApp(world, "x", { labels: { "berth.scheduler": "other", team: "a" } }));
    const [task] = (await settled(world, "t/spec")).tasks;
    const { HostConfig: host, Config: config } = await world.docker.getContainer(task!.id).inspect();
    expect(host).toMatchObject({
      Privileged: false,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      PidsLimit: 512,
      Memory: 64 * 1_048_576,
      MemorySwap: 64 * 1_048_576,
      NetworkMode: (await world.docker.getNetwork(`berth-tasks-${world.instance}`).inspect()).Id,
      Init: true,
      RestartPolicy: { Name: "no" },
      PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.2", HostPort: String(task!.ports[0]) }] },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
    });
    expect(host.Binds).toBeNull();
    expect(config.Labels).toMatchObject({ "berth.scheduler": world.instance, "berth.task": task!.id, "berth.app": "/t/spec", team: "a" });
    const network = await world.docker.getNetwork(`berth-tasks-${world.instance}`).inspect();
    expect(network.Options).toMatchObject({ "com.docker.network.bridge.enable_icc": "false" });
    await expect(fetch(`http://127.0.0.1:${task!.ports[0]}/`)).rejects.toThrow();
  });

  it("in host mode listen on the port they are given", async () => {
    const script = 'require("http").createServer((q,r)=>r.end("hello")).listen(Number(process.env.PORT0))';
    await world.call("PUT", "/v2/apps/t/host", { args: ["-e", script], mem: 64, cpus: 0.1, container: { docker: { image: world.image } } });
    const [task] = (await settled(world, "t/host")).tasks;
    const text = await until("it answers", () =>
      fetch(`http://${task!.host}:${task!.ports[0]}/`).then(
        (response) => response.text(),
        () => null,
      ),
    );
    expect(text).toBe("hello");
  });

  it("that ignore SIGTERM are killed after the grace the app gives", async () => {
    const script = 'process.on("SIGTERM",()=>{});setInterval(()=>{},1000)';
    await world.call("PUT", "/v2/apps/t/stubborn", webApp(world, "x", { args: ["-e", script], taskKillGracePeriodSeconds: 1 }));
    const [task] = (await settled(world, "t/stubborn")).tasks;
    await until("node has set its handler", async () => {
      const top: { Processes: string[][] } = await world.docker.getContainer(task!.id).top();
      return top.Processes.length > 1 ? true : null;
    });
    const begun = Date.now();
    await world.call("DELETE", "/v2/apps/t/stubborn");
    await until("it is gone", async () =>
      (await world.call("GET", "/v2/tasks")).body.tasks.every((other) => other.id !== task!.id) ? true : null,
    );
    expect(Date.now() - begun).toBeLessThan(8_000);
  });
});

describe("the plan in deployment events", () => {
  it("is light when asked for, and carries the apps before and after for older clients", async () => {
    const [light, heavy] = await Promise.all([
      openEvents(world, "?plan-format=light"),
      openEvents(world, "?event_type=deployment_success"),
    ]);
    await world.call("PUT", "/v2/apps/plan/a", { ...webApp(world, "x"), instances: 0 });
    await settled(world, "plan/a");
    const find = (stream: typeof light) =>
      until("it is told", () => stream.events.find((event) => event.type === "deployment_success") ?? null);
    const [short, long] = [await find(light), await find(heavy)];
    expect(Object.keys(Object(short.data["plan"])).toSorted()).toEqual(["id", "steps", "version"]);
    expect(long.data["plan"]).toMatchObject({
      original: { id: "/", groups: [], apps: [] },
      target: { id: "/", groups: [{ id: "/plan", apps: [{ id: "/plan/a" }] }] },
    });
    expect(new Set(heavy.events.map((event) => event.type))).toEqual(new Set(["deployment_success"]));
    light.close();
    heavy.close();
  });
});
