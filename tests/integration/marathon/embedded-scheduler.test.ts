import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type AppSpec, type MarathonClient, type MarathonEvent, type ObservedApp, createMarathon } from "#lib/adapters/marathon/client.ts";
import { type TaskLogReader, createTaskLogReader } from "#lib/adapters/mesos/files.ts";
import { type RunningScheduler, startScheduler } from "#lib/scheduler/server.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";
import { removeEverythingOf } from "#tests/support/engine-leftovers.ts";

import { engineSocket, findTestEngine, until } from "../docker/test-engine.ts";

const engine = await findTestEngine();
const image = process.env["BERTH_TEST_NODE_IMAGE"];
const log = pino({ level: "silent" });
const credentials = { username: "berth", password: "a long password" };
const instance = `client-${randomBytes(4).toString("hex")}`;

const script = (text: string) =>
  `require("http").createServer((q,r)=>{console.log("asked é",q.url);r.end(${JSON.stringify(text)})}).listen(8080,()=>console.log("listening"));process.on("SIGTERM",()=>process.exit(0))`;

const app = (name: string, more: Partial<AppSpec> = {}): AppSpec => ({
  id: `/berth/test/${name}`,
  image: image ?? "",
  args: ["-e", script("one")],
  env: { WORDS: 'ü "quoted" $HOME' },
  labels: { "berth.instance": instance, "odd key": "a,b==(c)" },
  instances: 1,
  cpus: 0.1,
  mem: 64,
  port: 8080,
  health: { path: "/", intervalSeconds: 1, timeoutSeconds: 1, gracePeriodSeconds: 30, maxConsecutiveFailures: 3 },
  upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  killGraceSeconds: 2,
  ...more,
});

describe.skipIf(!engine || image === undefined)("the Marathon client and the embedded scheduler", () => {
  let database: TestDatabase;
  let scheduler: RunningScheduler;
  let marathon: MarathonClient;
  let logs: TaskLogReader;
  let folder: string;
  const events: MarathonEvent[] = [];
  const stop = new AbortController();
  let listening: Promise<void>;

  async function settled(name: string, instances: number): Promise<ObservedApp> {
    const state: { app: ObservedApp | null } = { app: null };
    await until(`${name} runs ${instances} healthy tasks`, 40_000, async () => {
      state.app = await marathon.getApp(`/berth/test/${name}`);
      return (
        state.app !== null &&
        state.app.deployments.length === 0 &&
        state.app.tasks.filter((task) => task.healthy === true).length === instances
      );
    });
    if (state.app === null) throw new Error("no app");
    return state.app;
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), "berth-client-"));
    const listen = { host: "127.0.0.1", port: 0 };
    scheduler = await startScheduler({
      databaseUrl: database.roles.scheduler,
      docker: { socketPath: engineSocket() },
      listen,
      credentials,
      instance,
      workDir: folder,
      log,
      eagerHealthChecks: true,
    });
    const urls = [`http://127.0.0.1:${scheduler.address.port}`];
    marathon = createMarathon({ urls, credentials, log });
    logs = createTaskLogReader({ info: () => marathon.info(), marathonUrls: urls, credentials, log });
    listening = (async () => {
      for await (const event of marathon.events(stop.signal)) events.push(event);
    })();
  });

  afterAll(async () => {
    stop.abort();
    await listening;
    await Promise.all([marathon.close(), logs.close(), scheduler.stop()]);
    await removeEverythingOf(`unix://${engineSocket()}`, instance);
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it("know each other", async () => {
    expect(await marathon.ping()).toBe(true);
    expect(await marathon.info()).toMatchObject({
      dialect: "1.5",
      fullReplacement: true,
      mesosUrl: expect.stringContaining(String(scheduler.address.port)),
    });
    const stranger = createMarathon({
      urls: [`http://127.0.0.1:${scheduler.address.port}`],
      credentials: { ...credentials, password: "wrong" },
      log,
    });
    await expect(stranger.info()).rejects.toMatchObject({ code: "marathon_unauthorised" });
    await stranger.close();
  });

  it("bring an app up, read its output, scale, change, restart and delete it", async () => {
    const created = await marathon.putApp(app("web"));
    expect(created).toMatchObject({ created: true, deploymentId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const first = await settled("web", 1);
    expect(first).toMatchObject({ image, instances: 1, running: 1, healthy: 1, lastFailure: null, labels: { "odd key": "a,b==(c)" } });
    const [task] = first.tasks;
    if (!task) throw new Error("no task");
    expect(task).toMatchObject({
      state: "running",
      rawState: "TASK_RUNNING",
      version: first.configVersion,
      agentId: expect.any(String),
      startedAt: expect.any(Date),
    });
    expect(await (await fetch(`http://${task.host}:${task.ports[0]}/hello`)).text()).toBe("one");

    const place = { taskId: task.id, agentId: task.agentId, host: task.host };
    await until("the output shows the request", 10_000, async () =>
      String((await logs.read(place, "stdout", 0, 10_000))?.data).includes("asked é /hello\n"),
    );
    const end = await logs.read(place, "stdout", "end", 0);
    expect(end?.offset).toBe(end?.next);
    expect((await logs.tail(place, "stdout", 8))?.length).toBe(8);
    expect(
      await logs.read({ ...place, taskId: "nobody.instance-00000000-0000-0000-0000-000000000000._app.1" }, "stdout", 0, 10),
    ).toBeNull();

    await marathon.scaleApp("/berth/test/web", 2);
    const scaled = await settled("web", 2);
    expect(scaled.configVersion).toBe(first.configVersion);
    expect(scaled.version > first.version).toBe(true);

    const changed = await marathon.putApp(app("web", { args: ["-e", script("two")] }));
    expect(changed.created).toBe(false);
    const second = await settled("web", 1);
    expect(second.configVersion > first.configVersion).toBe(true);
    expect(await (await fetch(`http://${second.tasks[0]?.host}:${second.tasks[0]?.ports[0]}/`)).text()).toBe("two");

    await marathon.restartApp("/berth/test/web");
    const restarted = await settled("web", 1);
    expect(restarted.tasks[0]?.id).not.toBe(second.tasks[0]?.id);

    await marathon.killTasks(restarted.tasks.map((one) => one.id));
    await until("the killed task is replaced", 30_000, async () => (await settled("web", 1)).tasks[0]?.id !== restarted.tasks[0]?.id);

    expect((await marathon.listApps({ labels: { "berth.instance": instance, "odd key": "a,b==(c)" } })).map((one) => one.id)).toEqual([
      "/berth/test/web",
    ]);
    expect(await marathon.listApps({ labels: { "berth.instance": "another" } })).toEqual([]);

    expect(await marathon.deleteApp("/berth/test/web")).toMatchObject({ deploymentId: expect.any(String) });
    expect(await marathon.getApp("/berth/test/web")).toBeNull();
    expect(await marathon.deleteApp("/berth/test/web")).toBeNull();

    await until("the last deployment is told", 20_000, async () =>
      events.some((event) => event.type === "app_terminated_event" && event.appId === "/berth/test/web"),
    );
    expect(events[0]?.type).toBe("connected");
    expect(events).toContainEqual(expect.objectContaining({ type: "deployment_success", deploymentId: created.deploymentId }));
    expect(events).toContainEqual(
      expect.objectContaining({ type: "status_update_event", appId: "/berth/test/web", taskId: task.id, taskStatus: "TASK_RUNNING" }),
    );
  }, 120_000);

  it("tell a lock, a refusal and a cancelled deployment apart", async () => {
    const stuck = app("stuck", { args: ["-e", "setInterval(() => {}, 1000)"] });
    const { deploymentId } = await marathon.putApp(stuck);
    await until("it waits for health", 20_000, async () => (await marathon.getApp(stuck.id))?.running === 1);
    expect((await marathon.getApp(stuck.id))?.deployments).toEqual([deploymentId]);
    expect((await marathon.getApp(stuck.id))?.tasks[0]?.healthy).not.toBe(true);
    expect(await marathon.deployments()).toContainEqual(expect.objectContaining({ id: deploymentId, appIds: [stuck.id] }));
    await expect(marathon.scaleApp(stuck.id, 3)).rejects.toMatchObject({ code: "marathon_locked", deployments: [deploymentId] });
    await expect(marathon.putApp({ ...stuck, mem: 128 })).rejects.toMatchObject({ code: "marathon_locked" });
    await expect(
      marathon.putApp({ ...stuck, id: "/berth/test/bad", upgrade: { minimumHealthCapacity: 7, maximumOverCapacity: 1 } }),
    ).rejects.toMatchObject({
      code: "marathon_refused",
      detail: expect.stringContaining("minimumHealthCapacity"),
    });
    await expect(marathon.restartApp("/berth/test/nobody")).rejects.toMatchObject({ code: "not_found" });
    expect(await marathon.cancelDeployment(deploymentId)).not.toBeNull();
    await until(
      "nothing of it is left",
      20_000,
      async () => (await marathon.deployments()).length === 0 && (await marathon.getApp(stuck.id)) === null,
    );
    expect(await marathon.cancelDeployment(deploymentId)).toBeNull();
  }, 60_000);

  it("show why an app does not come up", async () => {
    const crashing = app("crash", {
      args: ["-e", "console.error('boom'); process.exit(3)"],
      backoff: { seconds: 30, factor: 2, maxSeconds: 60 },
    });
    await marathon.putApp(crashing);
    await until("its failure shows", 20_000, async () => (await marathon.getApp(crashing.id))?.lastFailure !== null);
    const failure = (await marathon.getApp(crashing.id))?.lastFailure;
    expect(failure).toMatchObject({ state: "TASK_FAILED", message: expect.stringMatching(/3/), taskId: expect.stringContaining("crash") });
    const output = await logs.tail({ taskId: failure?.taskId ?? "", agentId: null, host: null }, "stderr", 10_000);
    expect(output?.toString()).toContain("boom\n");
    await until("it waits its turn", 10_000, async () =>
      (await marathon.queue()).some((item) => item.appId === crashing.id && item.delaySeconds > 5),
    );
    await marathon.resetDelay(crashing.id);
    await marathon.deleteApp(crashing.id);

    const huge = app("huge", { mem: 10_000_000 });
    await marathon.putApp(huge);
    await until("the reason shows", 20_000, async () =>
      (await marathon.queue()).some((item) => item.appId === huge.id && item.reasons.includes("InsufficientMemory")),
    );
    await marathon.deleteApp(huge.id);
  }, 60_000);

  it("lose no byte of an output, whatever pieces it is read in", async () => {
    const line = "zeile é 漢 🚀";
    const talker = app("talker", {
      args: ["-e", `for (let i = 0; i < 8000; i++) console.log(${JSON.stringify(line)}); setInterval(() => {}, 1000)`],
      health: null,
    });
    await marathon.putApp(talker);
    const expected = Buffer.from(`${line}\n`.repeat(8000));
    await until("it runs", 20_000, async () => (await marathon.getApp(talker.id))?.running === 1);
    const task = (await marathon.getApp(talker.id))?.tasks[0];
    if (!task) throw new Error("no task");
    const place = { taskId: task.id, agentId: task.agentId, host: task.host };
    await until("everything is written", 20_000, async () => (await logs.read(place, "stdout", "end", 0))?.offset === expected.length);
    const whole = await logs.read(place, "stdout", 0, 10_000_000);
    expect(whole?.next).toBe(expected.length);
    expect(whole?.data.equals(expected)).toBe(true);
    const tail = await logs.tail(place, "stdout", 12);
    expect(tail?.equals(expected.subarray(-12))).toBe(true);
    await marathon.deleteApp(talker.id);
  }, 60_000);
});
