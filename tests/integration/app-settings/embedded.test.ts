import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { inspectImage, removeImage, tagImage } from "#lib/adapters/docker/images.ts";
import { pushImage } from "#lib/adapters/docker/push.ts";
import { type MarathonClient, type ObservedTask, createMarathon } from "#lib/adapters/marathon/client.ts";
import type { AppDefinition } from "#lib/adapters/marathon/definition.ts";
import { type AppSettingsInput, appSettings } from "#lib/domain/app-settings/schema.ts";
import { appDefinitionOf } from "#lib/domain/environments/app-spec.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { archiveFor } from "#lib/domain/registry-archives/keep.ts";
import { openArchive } from "#lib/domain/registry-archives/queries.ts";
import { generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import { type RunningScheduler, startScheduler } from "#lib/scheduler/server.ts";
import { type Stage, admin, openStage } from "#tests/integration/domain/stage.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";

import { engineSocket, findTestEngine, until } from "../docker/test-engine.ts";
import { type TestRegistry, hasRegistry, startTestRegistry } from "../registry/start-registry.ts";

const engine = await findTestEngine();
const busybox = process.env["BERTH_TEST_BUSYBOX_IMAGE"];
const credentials = { username: "berth", password: "a long password" };
/** htpasswd -nbB tester right-password */
const htpasswd = "tester:$2y$05$ljjfJlqfmhzoTIT4L5c7S.0EDqHAU5e/WZEJ208fJd/yBPvE1QxXC";
const account = { username: "tester", password: "right-password" };
const instance = `settings-${randomBytes(4).toString("hex")}`;
const log = pino({ level: "silent" });

describe.skipIf(!engine || busybox === undefined || !(await hasRegistry()))("settings of an app on the embedded scheduler", () => {
  let stage: Stage;
  let database: TestDatabase;
  let scheduler: RunningScheduler;
  let marathon: MarathonClient;
  let registry: TestRegistry;
  let door: Server;
  let origin = "";
  let folder = "";
  let image = "";
  const served: string[] = [];
  const sealingKey = generateSealingKey("k1");

  /** What stands for web: the archive by its address, and a file. */
  async function answer(path: string): Promise<Buffer | null> {
    if (path === "/motd.txt") return Buffer.from("fetched words");
    const [, release = "", address = ""] = /^\/fetch\/([^/]+)\/([^/]+)\/docker\.tar\.gz$/.exec(path) ?? [];
    return openArchive(stage.context.database, release, address).catch(() => null);
  }

  beforeAll(async () => {
    if (!engine || busybox === undefined) return;
    [stage, database, registry] = await Promise.all([openStage(), createTestDatabase(), startTestRegistry({ htpasswd })]);
    folder = await mkdtemp(join(tmpdir(), "berth-settings-"));
    door = createServer((request, response) => {
      served.push(request.url ?? "");
      void answer(request.url ?? "").then((body) => response.writeHead(body === null ? 404 : 200).end(body ?? ""));
    });
    await new Promise<void>((ready) => door.listen(0, "127.0.0.1", ready));
    const address = door.address();
    origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    const repository = `${registry.host}/shop`;
    await tagImage(engine, busybox, { repository, tag: "1" });
    const { digest } = await pushImage(engine, {
      repository,
      tag: "1",
      auth: account,
      onOutput: () => undefined,
      signal: new AbortController().signal,
      timeoutMs: 60_000,
    });
    // Only the registry has it under this name now.
    await removeImage(engine, `${repository}:1`);
    await removeImage(engine, `${repository}@${digest}`).catch(() => undefined);
    image = `${repository}@${digest}`;
    scheduler = await startScheduler({
      databaseUrl: database.roles.scheduler,
      docker: { socketPath: engineSocket() },
      listen: { host: "127.0.0.1", port: 0 },
      credentials,
      instance,
      workDir: folder,
      portRange: [21_050, 21_070],
      fetch: { hosts: [new URL(origin).host] },
      log,
      eagerHealthChecks: true,
    });
    marathon = createMarathon({ urls: [`http://127.0.0.1:${scheduler.address.port}`], credentials, log });
  }, 60_000);

  afterAll(async () => {
    for (const app of await marathon.listApps()) await marathon.deleteApp(app.id);
    await until(
      "all tasks are gone",
      20_000,
      async () => (await marathon.listApps()).length === 0 && (await marathon.deployments()).length === 0,
    );
    await marathon.close();
    await scheduler.stop();
    await new Promise((closed) => door.close(closed));
    if (engine) await removeImage(engine, image).catch(() => undefined);
    await Promise.all([registry.stop(), stage.end(), database.drop(), rm(folder, { recursive: true, force: true })]);
  }, 60_000);

  /** The app of a live release with these settings, as the worker would send it. */
  async function definitionFor(name: string, settings: AppSettingsInput): Promise<AppDefinition & { environmentId: string }> {
    const project = await stage.project();
    await stage.branch(project.id, "issue-1");
    const { environmentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" });
    const row = { pushed: true, repository: image.split("@")[0] ?? "" };
    const stored = await stage.worker.image.create({
      data: { projectId: project.id, commit: "1".repeat(40), digest: randomUUID(), tag: "t", engineId: "e", sizeBytes: 1n, ...row },
    });
    const release = await stage.worker.release.create({
      data: {
        environmentId,
        number: 1,
        imageId: stored.id,
        commit: "1".repeat(40),
        variables: {},
        fingerprint: "f",
        instances: 1,
        cpus: 0.1,
        mem: 32,
        port: 8080,
        healthPath: "/index.html",
      },
    });
    await stage.worker.environment.update({ where: { id: environmentId }, data: { liveReleaseId: release.id } });
    const worker = {
      database: stage.worker,
      settings: { ...stage.context.settings, dashboardOrigin: origin },
      sealingKey,
      registry: { prefix: registry.host, credentials: account },
    };
    const definition = appDefinitionOf({
      appId: `/berth/settings/${name}`,
      image,
      instances: 1,
      release: { cpus: 0.1, mem: 32, port: 8080, healthPath: "/index.html", app: appSettings.parse(settings) },
      graceSeconds: 30,
      host: "issue-1--shop.preview.localhost",
      routeName: name,
      labels: { "berth.instance": instance, "berth.environment": environmentId, "berth.release": release.id },
      platform: { PORT: "8080", HOST: "0.0.0.0" },
      variables: {},
      archiveUri: await archiveFor(worker, { id: release.id, image: row }),
    });
    return { ...definition, environmentId };
  }

  async function healthyTask(id: string): Promise<ObservedTask> {
    const state: { task: ObservedTask | null } = { task: null };
    await until(`${id} is healthy`, 40_000, async () => {
      const app = await marathon.getApp(id);
      if (app?.lastFailure != null) throw new Error(app.lastFailure.message);
      state.task = app?.tasks.find((task) => task.healthy === true) ?? null;
      return state.task !== null && app?.deployments.length === 0;
    });
    if (state.task === null) throw new Error("no task");
    return state.task;
  }

  const pageOf = async (task: ObservedTask, path = "/index.html") =>
    (await fetch(`http://${task.host}:${task.ports[0] ?? 0}${path}`)).text();

  it("are seen working: a private image, a command, the host's network, labels, an artifact and a Docker parameter", async () => {
    const { environmentId: _id, ...app } = await definitionFor("command", {
      start: {
        kind: "command",
        command:
          'mkdir -p /tmp/w && cat "$MESOS_SANDBOX/motd.txt" > /tmp/w/index.html && hostname >> /tmp/w/index.html && exec httpd -f -p $PORT -h /tmp/w',
      },
      network: "host",
      fetch: [{ uri: `${origin}/motd.txt` }],
      labels: { team: "shop" },
      parameters: [{ key: "hostname", value: "set-by-hand" }],
      routing: { kind: "marathon-lb" },
    });
    const { version } = await marathon.putApp(app);
    const task = await healthyTask(app.id);
    expect(await pageOf(task)).toBe("fetched wordsset-by-hand\n");
    const seen = await marathon.getApp(app.id);
    expect(seen?.labels).toMatchObject({ team: "shop", HAPROXY_GROUP: "external", HAPROXY_0_VHOST: "issue-1--shop.preview.localhost" });
    // The image came from the registry that asks for a password, by the archive alone.
    expect(engine && (await inspectImage(engine, image))).not.toBeNull();
    expect(served.filter((path) => path.endsWith("/docker.tar.gz"))).toHaveLength(1);
    // A second pass asks for the very same: nothing differs, nothing restarts.
    expect(await seen?.differencesFrom(app)).toEqual([]);
    await marathon.putApp(app);
    expect((await healthyTask(app.id)).id).toBe(task.id);
    expect(version).not.toBe("");
  }, 90_000);

  it("give arguments to the image as they are, without a shell, in a bridge network with a further port", async () => {
    const { environmentId: _id, ...app } = await definitionFor("arguments", {
      start: {
        kind: "arguments",
        arguments: [
          "sh",
          "-c",
          'mkdir -p /tmp/w; echo "$0 $1" > /tmp/w/index.html; httpd -p 9090 -h /tmp/w; exec httpd -f -p 8080 -h /tmp/w',
          "$HOME",
          "two words",
        ],
      },
      ports: [{ name: "admin", containerPort: 9090 }],
      healthChecks: [{ protocol: "TCP", portIndex: 1, intervalSeconds: 1 }],
    });
    await marathon.putApp(app);
    const task = await healthyTask(app.id);
    expect(await pageOf(task)).toBe("$HOME two words\n");
    expect(task.ports).toHaveLength(2);
    expect(await (await fetch(`http://${task.host}:${task.ports[1] ?? 0}/index.html`)).text()).toBe("$HOME two words\n");
  }, 90_000);

  it("start nothing once the release is not wanted any more: the archive is refused, and its address is in no message", async () => {
    const { environmentId, ...app } = await definitionFor("unwanted", {
      forcePull: true,
      backoff: { seconds: 100, factor: 1, maxSeconds: 100 },
    });
    await stage.worker.environment.update({ where: { id: environmentId }, data: { desired: "stopped" } });
    await marathon.putApp(app);
    const state = { message: "" };
    await until("the task has failed", 30_000, async () => {
      state.message = (await marathon.getApp(app.id))?.lastFailure?.message ?? "";
      return state.message !== "";
    });
    expect(state.message).toContain("the server answered 404");
    expect(state.message).not.toMatch(/[\w-]{43}/);
    await marathon.deleteApp(app.id);
  }, 60_000);
});
