import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { startScheduler } from "#lib/scheduler/server.ts";

import { testEnvironment } from "../../support/environment.ts";
import { cuttable } from "./cuttable.ts";
import { type World, call, createWorld, credentials, settled, until, webApp } from "./fixture.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const quick = { healthChecks: [{ protocol: "HTTP", intervalSeconds: 1, timeoutSeconds: 1, gracePeriodSeconds: 60 }] };

async function containersOf(world: World) {
  return world.docker.listContainers({ all: true, filters: { label: [`berth.scheduler=${world.instance}`] } });
}

describe("a scheduler that is killed", () => {
  let world: World;
  let folder: string;
  let child: ChildProcess | null = null;
  let port = 0;

  beforeAll(async () => {
    world = await createWorld();
    await world.scheduler.stop();
    folder = await mkdtemp(join(tmpdir(), "berth-scheduler-child-"));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await build({
      entryPoints: [fileURLToPath(new URL("child.ts", import.meta.url))],
      outfile: join(folder, "child.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      logLevel: "error",
    });
  });

  afterAll(async () => {
    await kill();
    await world?.end();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    const options = {
      databaseUrl: world.databaseUrl,
      socketPath: testEnvironment().dockerSocket,
      instance: world.instance,
      workDir: world.workDir,
      port,
      ...credentials,
    };
    const process_ = spawn(process.execPath, [join(folder, "child.mjs"), JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    child = process_;
    const said = await new Promise<string>((resolve, reject) => {
      process_.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()));
      process_.once("exit", (code) => reject(new Error(`the scheduler ended with ${code}`)));
    });
    port = Number(said);
    Object.assign(world, {
      call: (method: string, path: string, body?: unknown) =>
        call({ host: "127.0.0.1", port }, { method, path, body, headers: { authorization: basic } }),
    });
  }

  const basic = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;

  async function kill(): Promise<void> {
    const victim = child;
    child = null;
    if (victim === null || victim.exitCode !== null) return;
    const gone = new Promise((resolve) => victim.once("exit", resolve));
    victim.kill("SIGKILL");
    await gone;
  }

  it("at any moment of a rolling upgrade is followed by one that finishes it: exactly the wanted tasks, no orphans", async () => {
    await start();
    const size = { instances: 3, ...quick };
    await world.call("PUT", "/v2/apps/k/roll", webApp(world, "0", size));
    await settled(world, "k/roll");
    for (const [round, wait] of [0, 20, 150, 500, 1_100, 1_800].entries()) {
      const put = await world.call("PUT", "/v2/apps/k/roll", webApp(world, String(round + 1), size));
      expect(put.status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, wait));
      await kill();
      await start();
      // Tasks that were adopted are asked for their health anew.
      const app = await until("all three are healthy", async () => {
        const found = await settled(world, "k/roll", 60);
        return found.tasksHealthy === 3 ? found : null;
      });
      expect(app).toMatchObject({ tasksRunning: 3, tasksUnhealthy: 0 });
      expect(app.tasks.every((task) => task.version === put.body.version)).toBe(true);
      const wanted = app.tasks.map((task) => task.id).toSorted();
      await until("only the wanted containers are left", async () => {
        const found = (await containersOf(world)).map((container) => container.Labels["berth.task"]).toSorted();
        return JSON.stringify(found) === JSON.stringify(wanted) ? true : null;
      });
    }
  });

  it("leaves its tasks running, and the next one adopts them and notices who died meanwhile", async () => {
    const before = (await world.call("GET", "/v2/apps/k/roll")).body.app!;
    await kill();
    const [dead, ...living] = before.tasks;
    await world.docker.getContainer(dead!.id).kill();
    await start();
    const after = await until("there are three again", async () => {
      const app = (await world.call("GET", "/v2/apps/k/roll")).body.app!;
      return app.tasksHealthy === 3 && app.tasks.every((task) => task.id !== dead!.id) ? app : null;
    });
    expect(after.tasks.map((task) => task.id)).toEqual(expect.arrayContaining(living.map((task) => task.id)));
  });

  it("during a deletion is followed by one that ends it", async () => {
    await world.call("DELETE", "/v2/apps/k/roll");
    await kill();
    await start();
    await until("all containers are gone", async () => ((await containersOf(world)).length === 0 ? true : null));
    expect((await world.call("GET", "/v2/deployments")).text).toBe("[]");
  });

  it("removes containers with its label that no task wants, and no others", async () => {
    const base = { Image: world.image, Cmd: ["-e", "setInterval(()=>{},1000)"] };
    const leftover = await world.docker.createContainer({ ...base, Labels: { "berth.scheduler": world.instance, "berth.task": "nobody" } });
    const foreign = await world.docker.createContainer({ ...base, Labels: { "berth.scheduler": `${world.instance}-other` } });
    try {
      await leftover.start();
      await until("the leftover is gone", async () => ((await containersOf(world)).length === 0 ? true : null), 60);
      expect((await foreign.inspect()).State.Status).toBe("created");
    } finally {
      await foreign.remove({ force: true });
    }
  });
});

describe("a second scheduler of the same instance", () => {
  it("does not start beside the first", async () => {
    const world = await createWorld({ startTimeoutSeconds: 1 });
    onTestFinished(() => world.end());
    await expect(startScheduler(world.options)).rejects.toThrow("another scheduler of this instance is running");
  });
});

describe("a Docker Engine that goes away", () => {
  it("leaves the scheduler up, and what happened meanwhile is made good when it is back", async () => {
    const folder = await mkdtemp(join(tmpdir(), "berth-scheduler-engine-"));
    const here = { path: join(folder, "docker.sock") };
    const engine = await cuttable(here, { path: testEnvironment().dockerSocket });
    const world = await createWorld({ docker: { socketPath: here.path } });
    onTestFinished(async () => {
      await world.end();
      await engine.cut();
      await rm(folder, { recursive: true, force: true });
    });
    await world.call("PUT", "/v2/apps/e/a", webApp(world, "x", { instances: 2 }));
    const { tasks } = await settled(world, "e/a");
    await engine.cut();
    expect((await world.call("GET", "/v2/info")).status).toBe(200);
    await world.docker.getContainer(tasks[0]!.id).kill();
    expect((await world.call("PUT", "/v2/apps/e/b", webApp(world, "y"))).status).toBe(201);
    expect((await world.call("GET", "/v2/apps/e/a")).body.app?.tasks).toHaveLength(2);
    await engine.join();
    expect((await settled(world, "e/b")).tasksRunning).toBe(1);
    await until("the dead one is replaced", async () => {
      const app = (await world.call("GET", "/v2/apps/e/a")).body.app!;
      return app.tasksRunning === 2 && app.tasks.every((task) => task.id !== tasks[0]!.id) ? true : null;
    });
  });
});

describe("a Postgres that goes away", () => {
  it("keeps containers and answers reads; writes are refused with 503 until it is back", async () => {
    const world = await createWorld();
    const url = new URL(world.databaseUrl);
    const database = await cuttable({ host: "127.0.0.1", port: 0 }, { host: url.hostname, port: Number(url.port) });
    onTestFinished(async () => {
      await world.end();
      await database.cut();
    });
    await world.scheduler.stop();
    url.port = String(database.port);
    world.scheduler = await startScheduler({ ...world.options, databaseUrl: url.href });
    await world.call("PUT", "/v2/apps/p/a", webApp(world, "x", { instances: 2 }));
    const { tasks } = await settled(world, "p/a");
    await database.cut();
    const refused = await until("a write is refused", async () => {
      const answer = await world.call("PUT", "/v2/apps/p/a", { instances: 3 });
      return answer.status === 503 ? answer : null;
    });
    expect(refused.headers["retry-after"]).toBe("1");
    expect((await world.call("DELETE", `/v2/apps/p/a/tasks/${tasks[0]!.id}`)).status).toBe(503);
    expect((await world.call("GET", "/v2/apps/p/a")).body.app?.tasksRunning).toBe(2);
    await world.docker.getContainer(tasks[0]!.id).kill();
    await until("the death is known", async () => ((await world.call("GET", "/v2/apps/p/a")).body.app?.tasksRunning === 1 ? true : null));
    await database.join();
    await until("it is replaced", async () => ((await world.call("GET", "/v2/apps/p/a")).body.app?.tasksRunning === 2 ? true : null));
    expect((await world.call("PUT", "/v2/apps/p/a", { instances: 1 })).status).toBe(200);
    expect((await settled(world, "p/a")).tasks).toHaveLength(1);
  });
});

describe("a network of tasks that somebody removed, or doubled", () => {
  it("does not keep tasks from starting", async () => {
    const world = await createWorld();
    onTestFinished(() => world.end());
    const name = `berth-tasks-${world.instance}`;
    await until("it is there", () =>
      world.docker
        .getNetwork(name)
        .inspect()
        .catch(() => null),
    );
    await world.docker.getNetwork(name).remove();
    await world.call("PUT", "/v2/apps/n/removed", webApp(world, "x"));
    expect((await settled(world, "n/removed")).lastTaskFailure).toBeUndefined();
    const twin = { Name: name, Driver: "bridge", Labels: { "berth.scheduler": world.instance } };
    await world.docker.createNetwork(twin);
    await world.restart();
    await world.call("PUT", "/v2/apps/n/doubled", webApp(world, "x"));
    expect((await settled(world, "n/doubled")).lastTaskFailure).toBeUndefined();
    await until("one is left", async () => ((await world.docker.listNetworks({ filters: { name: [name] } })).length === 1 ? true : null));
  });
});
