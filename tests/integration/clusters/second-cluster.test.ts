import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ensureBuild } from "#lib/domain/builds/ensure.ts";
import { chooseCluster } from "#lib/domain/clusters/commands/choose.ts";
import { addCluster } from "#lib/domain/clusters/commands/edit.ts";
import { removeCluster } from "#lib/domain/clusters/commands/remove.ts";
import { lookAt, recordSettings } from "#lib/domain/clusters/look.ts";
import { getClusterChoice } from "#lib/domain/clusters/queries.ts";
import { destroy } from "#lib/domain/environments/commands/destroy.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { getEnvironmentById } from "#lib/domain/environments/queries.ts";
import { reconcileEnvironment } from "#lib/domain/environments/reconcile.ts";
import { followLog } from "#lib/domain/logs/follow.ts";
import { recordCluster } from "#lib/domain/workers/cluster.ts";
import { sweepEnvironments } from "#lib/domain/workers/sweep.ts";
import { createLog } from "#lib/platform/log.ts";
import { type RunningScheduler, startScheduler } from "#lib/scheduler/server.ts";
import { type TestDatabase, createTestDatabase } from "#tests/support/database.ts";
import { removeEverythingOf } from "#tests/support/engine-leftovers.ts";

import { engineSocket, findTestEngine } from "../docker/test-engine.ts";
import { type Stage, admin, openStage } from "../domain/stage.ts";
import { type FaultProxy, startFaultProxy } from "../marathon/fault-proxy.ts";
import { type TestWorker, openWorker, publishSealingKey } from "./worker.ts";

const engine = await findTestEngine();
const base = process.env["BERTH_TEST_NODE_IMAGE"];
const run = `clusters-${randomBytes(4).toString("hex")}`;
const script = `require("http").createServer((q,r)=>r.end("hello")).listen(8080,()=>console.log("cast off"));process.on("SIGTERM",()=>process.exit(0))`;
const secret = "a long password";

interface Second {
  readonly scheduler: RunningScheduler;
  readonly credentials: { readonly username: string; readonly password: string };
  readonly instance: string;
  end(): Promise<void>;
}

async function startOne(instance: string, ports: readonly [number, number]): Promise<Second> {
  const database: TestDatabase = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "berth-second-"));
  const credentials = { username: "berth", password: `${secret} of ${instance}` };
  const scheduler = await startScheduler({
    databaseUrl: database.roles.scheduler,
    docker: { socketPath: engineSocket() },
    listen: { host: "127.0.0.1", port: 0 },
    credentials,
    instance,
    workDir: folder,
    log: createLog("scheduler", "fatal"),
    portRange: ports,
    eagerHealthChecks: true,
  });
  return {
    scheduler,
    credentials,
    instance,
    async end() {
      await scheduler.stop();
      await removeEverythingOf(`unix://${engineSocket()}`, instance);
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe.skipIf(!engine || base === undefined)("a second Marathon, attached with basic authentication", { timeout: 60_000 }, () => {
  let stage: Stage;
  let worker: TestWorker;
  let first: Second;
  let second: Second;
  let proxy: FaultProxy;
  let clusterId: string;
  let engineId: string;

  beforeAll(async () => {
    stage = await openStage();
    const sealingKey = await publishSealingKey(stage.worker);
    [first, second] = await Promise.all([startOne(`${run}-a`, [33_000, 33_099]), startOne(`${run}-b`, [33_100, 33_199])]);
    proxy = await startFaultProxy(`http://127.0.0.1:${second.scheduler.address.port}`);
    const settings = { urls: [`http://127.0.0.1:${first.scheduler.address.port}`], credentials: first.credentials, embedded: true };
    worker = await openWorker({ database: stage.worker, sealingKey, settings });
    await recordSettings(worker.context);
    const { username, password } = second.credentials;
    const input = { name: "Quay", urls: [proxy.url], credentials: "basic", username, secret: password };
    clusterId = (await addCluster.run(stage.context, admin, input)).id;
    engineId = await makeImage();
  }, 60_000);

  afterAll(async () => {
    await proxy?.stop();
    await Promise.all([first?.end(), second?.end()]);
    await worker?.end();
    await stage?.end();
    if (engineId !== undefined) await engine?.getImage(engineId).remove({ force: true });
  });

  async function makeImage(): Promise<string> {
    if (!engine) throw new Error("no engine");
    const container = await engine.createContainer({ Image: base ?? "", Cmd: ["node"] });
    const made: { Id: string } = await container.commit({
      changes: [`ENTRYPOINT ["node","-e",${JSON.stringify(script)}]`, "CMD []", "EXPOSE 8080"],
    });
    await container.remove({ force: true });
    return made.Id;
  }

  /** An environment whose image is there already, brought up by the worker. */
  async function bringUp(choice: string | null): Promise<{ environmentId: string; appId: string; slug: string }> {
    const project = await stage.project();
    if (choice !== null) await chooseCluster.run(stage.context, admin, { project: project.slug, cluster: choice });
    await stage.branch(project.id, "issue-1");
    const { environmentId, deploymentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" });
    const { commit, refName } = await stage.worker.deployment.findUniqueOrThrow({ where: { id: deploymentId ?? "" } });
    const image = await stage.worker.image.create({
      data: {
        projectId: project.id,
        commit,
        repository: "shop",
        tag: randomUUID(),
        digest: engineId,
        engineId,
        pushed: false,
        ports: [8080],
        sizeBytes: 1n,
      },
    });
    await stage.worker.$transaction(async (tx) => {
      const build = await ensureBuild(tx, { projectId: project.id, commit, refName, requestedByName: null });
      const now = new Date();
      await tx.build.update({ where: { id: build.id }, data: { status: "built", imageId: image.id, startedAt: now, endedAt: now } });
    });
    await reconcileEnvironment(worker.context, environmentId);
    const { appId, health } = await stage.worker.environment.findUniqueOrThrow({ where: { id: environmentId } });
    const deployments = await stage.worker.deployment.findMany({
      where: { environmentId },
      select: { status: true, errorCode: true, errorText: true },
    });
    expect({ health, deployments }).toEqual({ health: "healthy", deployments: [{ status: "live", errorCode: null, errorText: null }] });
    return { environmentId, appId, slug: project.slug };
  }

  const appsOf = async (id: string | null) => {
    const { marathon } = await worker.context.clusters.reach(id);
    return (await marathon.listApps()).map((app) => app.id);
  };

  it("cannot be chosen before it has answered, and then it can", async () => {
    const { slug } = await stage.project();
    await expect(chooseCluster.run(stage.context, admin, { project: slug, cluster: clusterId })).rejects.toMatchObject({
      fields: { cluster: expect.stringContaining("has not answered yet") },
    });
    expect(await lookAt(worker.context, clusterId)).toBe("back");
    await chooseCluster.run(stage.context, admin, { project: slug, cluster: clusterId });
    await chooseCluster.run(stage.context, admin, { project: slug, stage: "demo", cluster: "default" });
    expect(await getClusterChoice(stage.context, admin, slug)).toMatchObject({
      chosen: clusterId,
      stages: expect.arrayContaining([expect.objectContaining({ name: "demo", own: true, chosen: null })]),
    });
    await chooseCluster.run(stage.context, admin, { project: slug, cluster: "default" });
  });

  it("gets the environments of a project that chose it, and the other gets none of them", async () => {
    // Its own Mesos answers where Marathon says, which is not where the way with faults begins.
    const { username, password } = second.credentials;
    const urls = [`http://127.0.0.1:${second.scheduler.address.port}`];
    const direct = await addCluster.run(stage.context, admin, { name: "Pier", urls, credentials: "basic", username, secret: password });
    await lookAt(worker.context, direct.id);
    const [here, there] = [await bringUp(null), await bringUp(direct.id)];
    expect(await appsOf(null)).toEqual([here.appId]);
    expect(await appsOf(direct.id)).toEqual([there.appId]);
    // Its output is read there too.
    const id = there.environmentId;
    await stage.worker.environment.update({ where: { id }, data: { logWatchedUntil: new Date(Date.now() + 1_500) } });
    await followLog(worker.context, id);
    const { runtimeLogId } = await stage.worker.environment.findUniqueOrThrow({ where: { id } });
    const chunks = await stage.worker.logChunk.findMany({ where: { logId: runtimeLogId } });
    expect(chunks.map(({ text }) => text).join("")).toContain("cast off");
    await recordCluster(worker.context, direct.id);
    expect(await stage.worker.clusterSnapshot.findUnique({ where: { clusterId: direct.id } })).toMatchObject({ cpus: expect.any(Number) });
  });

  it("keeps its environments when the project chooses another, says so, and cannot be detached meanwhile", async () => {
    const { environmentId, slug, appId } = await bringUp(clusterId);
    await chooseCluster.run(stage.context, admin, { project: slug, cluster: "default" });
    expect((await getClusterChoice(stage.context, admin, slug)).elsewhere).toEqual([{ name: "review/issue-1", cluster: "Quay" }]);
    await expect(removeCluster.run(stage.context, admin, { cluster: clusterId })).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining(`${slug}/review/issue-1`),
    });
    await expect(stage.worker.environment.update({ where: { id: environmentId }, data: { clusterId: null } })).rejects.toThrow(
      /stays in the cluster/,
    );
    await destroy.run(stage.context, admin, { environment: environmentId });
    await reconcileEnvironment(worker.context, environmentId);
    expect(await appsOf(clusterId)).not.toContain(appId);
  });

  it("holds up nobody while it lets questions hang; its environments say since when, and go on when it is back", async () => {
    const [here, there] = [await bringUp(null), await bringUp(clusterId)];
    proxy.rule = () => "hang";
    expect(await lookAt(worker.context, clusterId)).toBe("lost");
    const begun = performance.now();
    await reconcileEnvironment(worker.context, there.environmentId);
    await sweepEnvironments(worker.context, null);
    await reconcileEnvironment(worker.context, here.environmentId);
    expect(performance.now() - begun).toBeLessThan(3_000);
    const page = await getEnvironmentById(stage.context, admin, there.environmentId);
    expect(page.cluster).toMatchObject({ name: "Quay", downSince: expect.any(Date) });
    expect((await getEnvironmentById(stage.context, admin, here.environmentId)).cluster).toMatchObject({
      isDefault: true,
      downSince: null,
    });
    proxy.rule = () => "pass";
    expect(await lookAt(worker.context, clusterId)).toBe("back");
    expect((await getEnvironmentById(stage.context, admin, there.environmentId)).cluster).toMatchObject({ downSince: null });
  });

  it("is asked for one list in a pass, and nothing of the other cluster is touched by it", async () => {
    const before = await appsOf(null);
    proxy.seen.length = 0;
    await sweepEnvironments(worker.context, clusterId);
    expect(proxy.seen).toEqual(["GET /v2/apps"]);
    expect(await appsOf(null)).toEqual(before);
  });
});
