import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { type AppSpec, type MarathonClient, type ObservedApp, createMarathon } from "#lib/adapters/marathon/client.ts";
import { type RunningScheduler, startScheduler } from "#lib/scheduler/server.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";
import { removeEverythingOf } from "#tests/support/engine-leftovers.ts";

import { engineSocket, findTestEngine, until } from "../docker/test-engine.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

const engine = await findTestEngine();
const image = process.env["BERTH_TEST_NODE_IMAGE"];
const log = pino({ level: "silent" });
const credentials = { username: "berth", password: "a long password" };
const instance = `faults-${randomBytes(4).toString("hex")}`;
const timeoutMs = 700;

describe.skipIf(!engine || image === undefined)("the client on a bad way to the real scheduler", () => {
  let database: TestDatabase;
  let scheduler: RunningScheduler;
  let folder: string;
  let proxies: FaultProxy[];
  let client: MarathonClient;
  let direct: MarathonClient;
  let made = 0;

  const app = (instances = 0, more: Partial<AppSpec> = {}): AppSpec => ({
    id: `/berth/faults/app-${++made}`,
    image: image ?? "",
    args: ["-e", 'require("http").createServer((q,r)=>r.end("x")).listen(8080);process.on("SIGTERM",()=>process.exit(0))'],
    env: {},
    labels: { "berth.instance": instance },
    instances,
    cpus: 0.1,
    mem: 64,
    port: 8080,
    health: { path: "/", intervalSeconds: 1, timeoutSeconds: 1, gracePeriodSeconds: 30, maxConsecutiveFailures: 3 },
    upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    ...more,
  });

  const realUrl = (): string => `http://127.0.0.1:${scheduler.address.port}`;

  async function versionsOf(id: string): Promise<string[]> {
    const response = await fetch(`${realUrl()}/v2/apps${id}/versions`, {
      headers: { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}` },
    });
    return z.object({ versions: z.array(z.string()) }).parse(await response.json()).versions;
  }

  /** The next writes meet these faults, one each, and everything after passes. */
  function onWrites(...faults: Fault[]): void {
    const left = [...faults];
    for (const proxy of proxies) proxy.rule = ({ method }) => (method === "GET" ? "pass" : (left.shift() ?? "pass"));
  }

  const writes = (): string[] => proxies.flatMap((proxy) => proxy.seen.filter((line) => !line.startsWith("GET ")));

  async function quiet(id: string): Promise<ObservedApp> {
    const state: { app: ObservedApp | null } = { app: null };
    await until("nothing is being deployed", 30_000, async () => {
      const isQuiet = (await direct.deployments()).length === 0;
      state.app = await direct.getApp(id);
      return isQuiet;
    });
    if (state.app === null) throw new Error("no app");
    return state.app;
  }

  /** A caller that comes again, as the reconciler does. */
  async function persist<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (attempt === 5) throw error;
      }
    }
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), "berth-faults-"));
    scheduler = await startScheduler({
      databaseUrl: database.roles.scheduler,
      docker: { socketPath: engineSocket() },
      listen: { host: "127.0.0.1", port: 0 },
      credentials,
      instance,
      workDir: folder,
      log,
      eagerHealthChecks: true,
    });
    direct = createMarathon({ urls: [realUrl()], credentials, log });
  });

  beforeEach(async () => {
    proxies = [await startFaultProxy(realUrl()), await startFaultProxy(realUrl())];
    client = createMarathon({ urls: proxies.map((proxy) => proxy.url), credentials, log, timeoutMs });
  });

  afterEach(async () => {
    await client.close();
    for (const proxy of proxies) await proxy.stop();
  });

  afterAll(async () => {
    await direct.close();
    await scheduler.stop();
    await removeEverythingOf(`unix://${engineSocket()}`, instance);
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const faults: [string, Fault][] = [
    ["is cut", "cut"],
    ["is cut after it was done", "cut-after"],
    ["hangs", "hang"],
    ["is done and answered too late", "late"],
    ["is answered 500", { status: 500 }],
    ["is answered 503", { status: 503, body: "<html><title>Service unavailable</title>" }],
    ["is answered 502 with a page", { status: 502, body: "<html><title>Bad gateway</title>" }],
    ["is answered with no end", "endless"],
    ["meets a standby without a leader", { status: 503, body: "Could not determine the current leader" }],
  ];

  it.each(faults)("a creation whose request %s makes one app in one version", async (_what, fault) => {
    const spec = app();
    onWrites(fault);
    await persist(() => client.putApp(spec));
    expect(await quiet(spec.id)).toMatchObject({ instances: 0 });
    expect(await versionsOf(spec.id)).toHaveLength(1);
    expect(writes().length).toBeLessThanOrEqual(2);
  });

  it.each(faults)("a change whose request %s is made once", async (_what, fault) => {
    const spec = app();
    await direct.putApp(spec);
    await quiet(spec.id);
    onWrites(fault);
    await persist(() => client.putApp({ ...spec, mem: 65 }));
    const seen = await direct.getApp(spec.id);
    expect(await seen?.differencesFrom({ ...spec, mem: 65 })).toEqual([]);
    await quiet(spec.id);
    expect(await versionsOf(spec.id)).toHaveLength(2);
  });

  it.each(faults)("a scaling whose request %s is made once, and a deletion leaves nothing", async (_what, fault) => {
    const spec = app(0, { health: null });
    await direct.putApp(spec);
    await quiet(spec.id);
    onWrites(fault);
    await persist(() => client.scaleApp(spec.id, 1));
    expect(await quiet(spec.id)).toMatchObject({ instances: 1, running: 1 });
    expect(await versionsOf(spec.id)).toHaveLength(2);
    onWrites(fault);
    await persist(() => client.deleteApp(spec.id));
    expect(await direct.getApp(spec.id)).toBeNull();
    onWrites(fault);
    expect(await persist(() => client.deleteApp(spec.id))).toSatisfy((change: unknown) => change === null || typeof change === "object");
  });

  it("a restart that is cut after it was done replaces the task once, and the deployment is known as our own", async () => {
    const spec = app(1);
    await direct.putApp(spec);
    await until("it runs", 40_000, async () => (await quiet(spec.id)).healthy === 1);
    onWrites("cut-after");
    const change = await client.restartApp(spec.id);
    expect(client.isOwn(change.deploymentId)).toBe(true);
    await until("it runs again", 40_000, async () => (await quiet(spec.id)).healthy === 1);
    expect(await versionsOf(spec.id)).toHaveLength(2);
    expect(writes()).toEqual([`POST /v2/apps${spec.id}/restart`]);
  }, 120_000);

  it("a wish made again while Marathon is at it, by somebody who forgot the first, changes nothing and is no lock", async () => {
    const spec = app(1, { args: ["-e", "setInterval(() => {}, 1000)"] });
    onWrites("cut-after");
    const { deploymentId } = await client.putApp(spec);
    const forgetful = createMarathon({ urls: [realUrl()], credentials, log });
    expect(await forgetful.putApp(spec)).toMatchObject({ created: false });
    await expect(forgetful.putApp({ ...spec, mem: 99 })).rejects.toMatchObject({ code: "marathon_locked", deployments: [deploymentId] });
    await until("one deployment runs", 10_000, async () => (await direct.deployments()).length === 1);
    expect((await direct.deployments()).map((deployment) => deployment.id)).toEqual([deploymentId]);
    expect(await versionsOf(spec.id)).toHaveLength(1);
    await forgetful.cancelDeployment(deploymentId);
    await until("it is over", 30_000, async () => (await direct.deployments()).length === 0 && (await direct.getApp(spec.id)) === null);
    await forgetful.close();
  }, 90_000);

  it("a lock is told and not knocked at", async () => {
    onWrites({ status: 409, body: JSON.stringify({ message: "App is locked by one or more deployments.", deployments: [{ id: "d-1" }] }) });
    await expect(client.scaleApp("/berth/faults/any", 2)).rejects.toMatchObject({ code: "marathon_locked", deployments: ["d-1"] });
    expect(writes()).toHaveLength(1);
  });

  it("a member that points at the other one is believed, a member that points elsewhere is not", async () => {
    const [one, two] = proxies;
    if (one === undefined || two === undefined) throw new Error("no proxies");
    const spec = app();
    one.rule = ({ url }) => ({ status: 302, headers: { location: two.url + url } });
    await client.putApp(spec);
    expect(two.seen).toContain(`PUT /v2/apps${spec.id}`);
    one.rule = ({ url }) => ({ status: 307, headers: { location: `http://127.0.0.1:1${url}` } });
    two.rule = one.rule;
    await expect(client.scaleApp(spec.id, 0)).rejects.toMatchObject({ code: "marathon_failed" });
  });

  it("readings that break are made again at another member, and one that never ends is given up", async () => {
    for (const fault of ["cut", "hang", { status: 503 }] satisfies Fault[]) {
      const [one, two] = proxies;
      if (one === undefined || two === undefined) throw new Error("no proxies");
      one.rule = () => fault;
      two.rule = () => "pass";
      expect(await client.listApps({ labels: { "berth.instance": instance } })).toBeInstanceOf(Array);
    }
    for (const proxy of proxies) proxy.rule = () => "endless";
    const started = performance.now();
    await expect(client.listApps()).rejects.toMatchObject({ code: expect.stringMatching(/^marathon_(?:unavailable|failed)$/) });
    expect(performance.now() - started).toBeLessThan(10_000);
    for (const proxy of proxies) proxy.rule = () => "garbage";
    await expect(client.listApps()).rejects.toMatchObject({ code: "marathon_failed" });
  });

  it("whoever reads again at every hint sees the end, though hints are lost, repeated, reordered and broken", async () => {
    const spec = app();
    const held: string[] = [];
    let chunks = 0;
    const distort = (chunk: string): string[] => {
      chunks++;
      if (chunks % 5 === 0) return [];
      if (chunks % 3 === 0) {
        held.push(chunk);
        return ["data: {\n\n"];
      }
      return [chunk, chunk, ...held.splice(0).toReversed()];
    };
    for (const proxy of proxies) proxy.rule = ({ url }) => (url.startsWith("/v2/events") ? { stream: distort } : "pass");
    const stop = new AbortController();
    const state = { instances: -1, hints: 0 };
    const reading = (async () => {
      for await (const _hint of client.events(stop.signal)) {
        state.hints++;
        state.instances = (await client.getApp(spec.id))?.instances ?? -1;
      }
    })();
    await until("the stream is open", 10_000, async () => state.hints > 0);
    await direct.putApp(spec);
    for (const instances of [1, 0, 2, 1]) {
      await quiet(spec.id);
      await direct.scaleApp(spec.id, instances);
    }
    await until("the end was seen", 30_000, async () => state.instances === 1);
    stop.abort();
    await reading;
    await direct.deleteApp(spec.id);
    expect(state.hints).toBeGreaterThan(5);
  }, 120_000);

  it("after all of this there are exactly the apps that were asked for, no deployment is left, and no container is one too many", async () => {
    await until("everything is quiet", 30_000, async () => (await direct.deployments()).length === 0);
    const apps = await direct.listApps();
    expect(new Set(apps.map((one) => one.id)).size).toBe(apps.length);
    expect(apps.every((one) => one.tasks.filter((task) => task.state !== "ended").length === one.instances)).toBe(true);
    const containers = (await engine?.listContainers({ filters: { label: [`berth.scheduler=${instance}`] } })) ?? [];
    expect(containers).toHaveLength(apps.reduce((sum, one) => sum + one.instances, 0));
  });
});
