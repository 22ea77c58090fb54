import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { toDeployment, toInfo, toObservedApp, toQueueItem } from "./translate.ts";
import { appBodySchema, appListSchema, deploymentsSchema, infoSchema, queueSchema, taskSchema } from "./wire.ts";

const shared =
  process.env["BERTH_MARATHON_SCHEMAS"] ?? fileURLToPath(new URL("../../../../shared/reference/marathon-schemas", import.meta.url));
const read = (body: unknown) => toObservedApp(appBodySchema.parse(body));
const onlyTask = (task: Record<string, unknown>, healthChecks: unknown[] = [{}]) =>
  read({ id: "/a", healthChecks, tasks: [{ id: "t", ...task }] }).tasks[0];

describe("what Marathon shows of an app", () => {
  it("becomes ours with everything that may be missing missing", () => {
    expect(read({ id: "/a" })).toEqual({
      id: "/a",
      version: "",
      configVersion: "",
      instances: 1,
      cpus: 0,
      mem: 0,
      disk: 0,
      image: null,
      labels: {},
      tasks: [],
      deployments: [],
      lastFailure: null,
      staged: 0,
      running: 0,
      healthy: 0,
      unhealthy: 0,
    });
  });

  it("survives nulls and oddities in what is not essential, and drops what it does not know", () => {
    const app = read({
      id: "/a",
      cpus: 0.5,
      mem: "much",
      labels: { a: "1", b: 2, c: null },
      container: null,
      lastTaskFailure: "?",
      versionInfo: null,
      tasks: null,
      deployments: null,
      tasksRunning: -1,
      extra: {},
    });
    expect(app).toMatchObject({ cpus: 0.5, mem: 0, labels: { a: "1" }, image: null, lastFailure: null, running: 0 });
  });

  it.each([[{ id: 7 }], [{ id: "/a", instances: "many" }], [{ id: "/a", tasks: [{ host: "h" }] }], [null], [[]]])(
    "is refused where it cannot be guessed: %j",
    (body) => {
      expect(appBodySchema.safeParse(body).success).toBe(false);
    },
  );

  it("tells the last change of configuration from the last change of scale", () => {
    const app = read({
      id: "/a",
      version: "2020-01-02T00:00:00.000Z",
      versionInfo: { lastScalingAt: "x", lastConfigChangeAt: "2020-01-01T00:00:00.000Z" },
    });
    expect(app.configVersion).toBe("2020-01-01T00:00:00.000Z");
  });

  it.each([
    ["TASK_STAGING", "staging"],
    ["TASK_STARTING", "staging"],
    ["TASK_RUNNING", "running"],
    ["TASK_KILLING", "ended"],
    ["TASK_UNREACHABLE", "staging"],
    ["TASK_FAILED", "ended"],
    ["TASK_LOST", "ended"],
    ["TASK_GONE", "ended"],
    ["something new", "ended"],
  ])("a task in %s is %s", (state, expected) => {
    expect(onlyTask({ state })?.state).toBe(expected);
  });

  it("a task without a state, as before 1.4, is told by its times", () => {
    expect(onlyTask({ stagedAt: "2015-08-26T20:23:39.463Z" })?.state).toBe("staging");
    expect(onlyTask({ stagedAt: "2015-08-26T20:23:39.463Z", startedAt: "2015-08-26T20:23:44.678Z", slaveId: null })).toMatchObject({
      state: "running",
      startedAt: new Date("2015-08-26T20:23:44.678Z"),
      agentId: null,
    });
  });

  it.each([
    ["no result list", undefined, 1, null],
    ["an empty list", [], 1, null],
    ["a null result (0.x)", [null], 1, null],
    ["a check that never answered", [{ alive: false, firstSuccess: null, lastFailure: null }], 1, null],
    ["alive", [{ alive: true, firstSuccess: "x" }], 1, true],
    ["dead", [{ alive: false, lastFailure: "x", consecutiveFailures: 2 }], 1, false],
    ["one of two alive, one unknown", [{ alive: true }], 2, null],
    ["two of two alive", [{ alive: true }, { alive: true }], 2, true],
    ["one alive, one dead", [{ alive: true }, { alive: false, lastFailure: "x" }], 2, false],
  ])("health: %s", (_what, healthCheckResults, checks, expected) => {
    expect(
      onlyTask(
        { state: "TASK_RUNNING", healthCheckResults },
        Array.from({ length: checks }, () => ({})),
      )?.healthy,
    ).toBe(expected);
  });
});

describe("a deployment", () => {
  it.each([
    ["arrays (up to 1.0)", [[{ action: "StartApplication", app: "/a" }], [{ action: "ScaleApplication", app: "/a" }]]],
    [
      "objects with type (1.1.0)",
      [{ actions: [{ type: "StartApplication", app: "/a" }] }, { actions: [{ type: "ScaleApplication", app: "/a" }] }],
    ],
    [
      "objects with action",
      [{ actions: [{ action: "StartApplication", app: "/a" }] }, { actions: [{ action: "ScaleApplication", app: "/a" }] }],
    ],
  ])("has its steps read from %s", (_what, steps) => {
    const [deployment] = deploymentsSchema
      .parse([
        { id: "d", version: "v", affectedApps: ["/a"], steps, currentActions: [{ action: "ScaleApplication", app: "/a" }], currentStep: 2 },
      ])
      .map(toDeployment);
    expect(deployment).toEqual({
      id: "d",
      version: "v",
      appIds: ["/a"],
      step: 2,
      steps: [[{ action: "StartApplication", appId: "/a" }], [{ action: "ScaleApplication", appId: "/a" }]],
      currentActions: [{ action: "ScaleApplication", appId: "/a" }],
    });
  });
});

describe("the version", () => {
  it.each([
    ["0.8.2", "1.4", false],
    ["1.3.14", "1.4", false],
    ["1.4.13", "1.4", true],
    ["1.5.0-SNAPSHOT", "1.5", true],
    ["1.10.26", "1.5", true],
    ["2.0.0", "1.5", true],
    ["unknown", "1.5", true],
  ])("%s is written to in the form of %s, whole replacement: %s", (version, dialect, fullReplacement) => {
    expect(toInfo(infoSchema.parse({ version }))).toMatchObject({ dialect, fullReplacement });
  });
});

describe("the queue", () => {
  it("tells a back-off from a lack of room, with the reasons in order", () => {
    const { queue } = queueSchema.parse({
      queue: [
        { app: { id: "/a", env: { SECRET: "x" } }, count: 1, delay: { timeLeftSeconds: 30, overdue: false }, since: "s" },
        {
          app: { id: "/b" },
          count: 2,
          delay: { timeLeftSeconds: 0, overdue: true },
          processedOffersSummary: {
            unusedOffersCount: 5,
            rejectSummaryLastOffers: [
              { reason: "InsufficientCpus", declined: 1 },
              { reason: "InsufficientMemory", declined: 4 },
              { reason: "InsufficientDisk", declined: 0 },
            ],
          },
        },
        { pod: { id: "/p" }, count: 1 },
        { count: 1 },
      ],
    });
    expect(queue.flatMap(toQueueItem)).toEqual([
      { appId: "/a", count: 1, delaySeconds: 30, since: "s", reasons: [], unusedOffers: null },
      { appId: "/b", count: 2, delaySeconds: 0, since: null, reasons: ["InsufficientMemory", "InsufficientCpus"], unusedOffers: 5 },
      { appId: "/p", count: 1, delaySeconds: 0, since: null, reasons: [], unusedOffers: null },
    ]);
  });
});

describe.skipIf(!existsSync(shared))("Marathon's own published examples", () => {
  const example = (version: string, name: string): unknown => JSON.parse(readFileSync(join(shared, "examples", version, name), "utf8"));
  const versions = ["v0.15.6", "v1.1.7", "v1.3.14", "v1.4.13", "v1.5.15", "master-90619da"].filter((version) =>
    existsSync(join(shared, "examples", version)),
  );

  it.each(versions)("%s can be read", (version) => {
    const { apps } = appListSchema.parse(example(version, "app_list.json"));
    expect(apps.map(toObservedApp).every((app) => app.id.length > 0)).toBe(true);
    expect(deploymentsSchema.parse(example(version, "deployments.json")).map(toDeployment)[0]?.steps.flat()[0]?.action).toMatch(
      /^(?:Start|Scale)Application$/,
    );
    expect(queueSchema.parse(example(version, "queue.json")).queue.flatMap(toQueueItem).length).toBeGreaterThan(0);
    expect(toInfo(infoSchema.parse(example(version, "info.json"))).version).toMatch(/^\d/);
    const { tasks } = JSON.parse(readFileSync(join(shared, "examples", version, "app_tasks.json"), "utf8"));
    expect(taskSchema.array().parse(tasks).length).toBeGreaterThan(0);
  });
});
