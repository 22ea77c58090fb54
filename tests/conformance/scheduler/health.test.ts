import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { type World, createWorld, fetchTask, openEvents, settled, until, webApp } from "./fixture.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld({ resources: { mem: 1_000, cpus: 4 } });
});

afterAll(async () => {
  await world?.end();
});

afterEach(async () => {
  for (const app of (await world.call("GET", "/v2/apps")).body.apps ?? []) await world.call("DELETE", `/v2/apps${app.id}`);
  await until("everything is gone", async () => ((await world.call("GET", "/v2/deployments")).text === "[]" ? true : null));
});

const quick = { intervalSeconds: 1, timeoutSeconds: 1, gracePeriodSeconds: 30 };

/** Answers 200 until it is asked for /break, 500 from then on. */
const breakable = `let status=200;require("http").createServer((q,r)=>{if(q.url==="/break")status=500;r.writeHead(status);r.end()}).listen(8080)`;

/** Puts a shell in place first, made of node: what it is told exits with the number it names. */
const withShell = `const fs=require("fs");fs.mkdirSync("/bin",{recursive:true});fs.writeFileSync("/bin/sh","#!/usr/local/bin/node\\nprocess.exit(Number(process.argv[3]))",{mode:0o755});setInterval(()=>{},1000)`;

describe("a health check", () => {
  it.each(["HTTP", "MESOS_HTTP", "TCP", "MESOS_TCP"])("over %s holds a deployment until it passes", async (protocol) => {
    const script = `setTimeout(()=>require("http").createServer((q,r)=>r.end()).listen(8080),1500)`;
    const begun = Date.now();
    await world.call("PUT", "/v2/apps/h/pass", webApp(world, "x", { args: ["-e", script], healthChecks: [{ protocol, ...quick }] }));
    const app = await settled(world, "h/pass");
    expect(Date.now() - begun).toBeGreaterThan(1_500);
    expect(app).toMatchObject({ tasksHealthy: 1, tasksUnhealthy: 0 });
    expect(app.tasks[0]!.healthCheckResults).toMatchObject([
      { alive: true, consecutiveFailures: 0, lastFailure: null, instanceId: app.tasks[0]!.id.replace("._app.1", "") },
    ]);
  });

  it("by command runs in the container", async () => {
    const check = { protocol: "COMMAND", ...quick, maxConsecutiveFailures: 1 };
    const app = (code: string) => webApp(world, "x", { args: ["-e", withShell], healthChecks: [{ ...check, command: { value: code } }] });
    await world.call("PUT", "/v2/apps/h/command", app("0"));
    expect((await settled(world, "h/command")).tasksHealthy).toBe(1);
    await world.call("PUT", "/v2/apps/h/command", {
      ...app("3"),
      healthChecks: [{ ...check, gracePeriodSeconds: 0, command: { value: "3" } }],
    });
    const failure = await until(
      "it was killed",
      async () => (await world.call("GET", "/v2/apps/h/command")).body.app?.lastTaskFailure ?? null,
    );
    expect(failure).toMatchObject({ state: "TASK_KILLED", message: expect.stringContaining("status 3") });
  });

  it("that fails once too often kills the task, which is replaced, and says so", async () => {
    const app = webApp(world, "x", { args: ["-e", breakable], healthChecks: [{ protocol: "HTTP", ...quick, maxConsecutiveFailures: 2 }] });
    await world.call("PUT", "/v2/apps/h/break", app);
    const [task] = (await settled(world, "h/break")).tasks;
    const stream = await openEvents(world);
    await fetchTask(task!, "/break");
    await until("another one is healthy", async () => {
      const now = (await world.call("GET", "/v2/apps/h/break")).body.app;
      return now?.tasksHealthy === 1 && now.tasks[0]?.id !== task!.id ? true : null;
    });
    const mine = stream.events.filter((event) => event.data.appId === "/h/break" || event.type === "instance_health_changed_event");
    const types = mine.map((event) => event.type);
    expect(types.filter((type) => type === "failed_health_check_event")).toHaveLength(3);
    expect(types.indexOf("health_status_changed_event")).toBeGreaterThan(-1);
    expect(types.indexOf("unhealthy_instance_kill_event")).toBeGreaterThan(types.lastIndexOf("failed_health_check_event"));
    expect(types).toContain("instance_health_changed_event");
    stream.close();
  });

  it("of a task that does not listen is not passed by a port that seems open", async () => {
    const script = "setInterval(()=>{},1000)";
    await world.call(
      "PUT",
      "/v2/apps/h/deaf",
      webApp(world, "x", { args: ["-e", script], healthChecks: [{ protocol: "TCP", ...quick, gracePeriodSeconds: 0 }] }),
    );
    const app = await until("it is unhealthy", async () => {
      const found = (await world.call("GET", "/v2/apps/h/deaf")).body.app;
      return found !== undefined && found.tasksUnhealthy > 0 ? found : null;
    });
    expect(app.tasksHealthy).toBe(0);
  });
});

describe("an eager scheduler", () => {
  it("notices a healthy task long before the interval is over", async () => {
    const eager = await createWorld({ eagerHealthChecks: true });
    onTestFinished(() => eager.end());
    const app = webApp(eager, "x", { healthChecks: [{ protocol: "HTTP", intervalSeconds: 5, timeoutSeconds: 5, gracePeriodSeconds: 30 }] });
    await eager.call("PUT", "/v2/apps/h/eager", app);
    const { tasks } = await settled(eager, "h/eager");
    const [result] = tasks[0]!.healthCheckResults ?? [];
    expect(result).toMatchObject({ alive: true, consecutiveFailures: 0 });
    expect(Date.parse(String(result!["firstSuccess"])) - Date.parse(tasks[0]!.startedAt!)).toBeLessThan(2_500);
  });
});

describe("a crash loop", () => {
  it("waits longer each time, shows the countdown, and is let go by hand", async () => {
    const stream = await openEvents(world, "?event_type=status_update_event");
    const app = webApp(world, "x", { args: ["-e", "console.error('no config');process.exit(7)"], backoffSeconds: 2, backoffFactor: 10 });
    await world.call("PUT", "/v2/apps/c/loop", app);
    const failure = await until("it failed", async () => (await world.call("GET", "/v2/apps/c/loop")).body.app?.lastTaskFailure ?? null);
    expect(failure).toMatchObject({ appId: "/c/loop", state: "TASK_FAILED", message: "Container exited with status 7" });
    const [item] = (await world.call("GET", "/v2/queue")).body.queue;
    expect(item).toMatchObject({ app: { id: "/c/loop" }, count: 1, delay: { overdue: false } });
    expect(item!.delay.timeLeftSeconds).toBeGreaterThan(0);
    await until("the second one failed", () =>
      stream.events.filter((event) => event.data.taskStatus === "TASK_FAILED").length === 2 ? true : null,
    );
    const [longer] = (await world.call("GET", "/v2/queue")).body.queue;
    expect(longer!.delay.timeLeftSeconds).toBeGreaterThan(10);
    expect((await world.call("DELETE", "/v2/queue//c/loop/delay")).status).toBe(204);
    await until(
      "the third one started at once",
      () => (stream.events.filter((event) => event.data.taskStatus === "TASK_FAILED").length === 3 ? true : null),
      5,
    );
    stream.close();
  });

  it("of an image that is nowhere says so and waits", async () => {
    const app = webApp(world, "x", { container: { docker: { image: "127.0.0.1:9/none:1" } }, networks: [{ mode: "host" }] });
    await world.call("PUT", "/v2/apps/c/image", app);
    const failure = await until("it failed", async () => (await world.call("GET", "/v2/apps/c/image")).body.app?.lastTaskFailure ?? null);
    expect(failure.message).toMatch(/^Failed to pull image 127\.0\.0\.1:9\/none:1: /);
    expect((await world.call("GET", "/v2/queue")).body.queue).toHaveLength(1);
    expect((await world.docker.listContainers({ all: true, filters: { label: [`berth.scheduler=${world.instance}`] } })).length).toBe(0);
  });

  it("by hunger names the limit", async () => {
    const script = "const a=[];setInterval(()=>a.push(Buffer.alloc(8e6,1)),10)";
    await world.call("PUT", "/v2/apps/c/memory", webApp(world, "x", { args: ["-e", script], mem: 48 }));
    const failure = await until("it failed", async () => (await world.call("GET", "/v2/apps/c/memory")).body.app?.lastTaskFailure ?? null);
    expect(failure.message).toContain("Memory limit exceeded: 48 MB");
  });
});

describe("more than the machine has", () => {
  it("waits in the queue with the reason, and starts when there is room", async () => {
    await world.call("PUT", "/v2/apps/m/first", webApp(world, "x", { mem: 900 }));
    await settled(world, "m/first");
    await world.call("PUT", "/v2/apps/m/second", webApp(world, "x", { mem: 200 }));
    const item = await until("it waits", async () => (await world.call("GET", "/v2/queue")).body.queue[0] ?? null);
    expect(item).toMatchObject({ app: { id: "/m/second" }, count: 1, delay: { timeLeftSeconds: 0, overdue: true } });
    const declined = item.processedOffersSummary.rejectSummaryLastOffers.filter((row) => row.declined > 0);
    expect(declined).toMatchObject([{ reason: "InsufficientMemory", declined: 1 }]);
    const offers = await world.call("GET", "/v2/queue?embed=lastUnusedOffers");
    expect(offers.text).toContain('"reason":["InsufficientMemory"]');
    await world.call("DELETE", "/v2/apps/m/first");
    expect((await settled(world, "m/second")).tasksRunning).toBe(1);
    expect((await world.call("GET", "/v2/queue")).body.queue).toHaveLength(0);
  });

  it.each([
    ["InsufficientCpus", { cpus: 5 }],
    ["InsufficientPorts", { container: { docker: { image: "x" }, portMappings: [{ containerPort: 80, hostPort: 80 }] } }],
    ["UnfulfilledConstraint", { constraints: [["hostname", "CLUSTER", "elsewhere"]] }],
  ])("waits with %s", async (reason, change) => {
    await world.call("PUT", "/v2/apps/m/wait", webApp(world, "x", change));
    const item = await until("it waits", async () => (await world.call("GET", "/v2/queue")).body.queue[0] ?? null);
    const declined = item.processedOffersSummary.rejectSummaryLastOffers.filter((row) => row.declined > 0);
    expect(declined).toMatchObject([{ reason }]);
  });
});
