import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { fetchCommit } from "#lib/adapters/git/mirror.ts";
import { createGitRunner } from "#lib/adapters/git/runner.ts";
import { ensureBuild } from "#lib/domain/builds/ensure.ts";
import { openSource } from "#lib/domain/builds/source.ts";
import { createRelease } from "#lib/domain/deployments/release.ts";
import { redeploy } from "#lib/domain/environments/commands/redeploy.ts";
import { readSnapshot } from "#lib/domain/environments/snapshot.ts";
import { receiveWebhook } from "#lib/domain/inbound-hooks/receive.ts";
import { promotionBlockers } from "#lib/domain/promotions/blockers.ts";
import { approvePullRequest } from "#lib/domain/pull-requests/commands/approve.ts";
import { followPullRequests } from "#lib/domain/pull-requests/commands/follow.ts";
import { getOrigin, listPullRequests } from "#lib/domain/pull-requests/queries.ts";
import { syncRefs } from "#lib/domain/refs/sync.ts";
import { setVariable } from "#lib/domain/variables/commands/set.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import { createLog } from "#lib/platform/log.ts";
import { openWorker, publishSealingKey, type TestWorker } from "#tests/integration/clusters/worker.ts";
import { type Stage, admin, openStage, person } from "#tests/integration/domain/stage.ts";
import { git } from "#tests/integration/git/fixture.ts";
import { type TestGitServer, startTestGitServer } from "#tests/support/git-server.ts";

import { signedPullRequest } from "./signed.ts";

let stage: Stage;
let worker: TestWorker;
let context: WorkerContext;
let folder: string;
let server: TestGitServer;

beforeAll(async () => {
  stage = await openStage();
  folder = await mkdtemp(join(tmpdir(), "berth-pulls-"));
  server = await startTestGitServer({ folder });
  const sealingKey = await publishSealingKey(stage.worker);
  worker = await openWorker({ database: stage.worker, sealingKey, settings: { urls: ["http://127.0.0.1:1"], embedded: false } });
  const runner = { homeDir: join(folder, "home"), log: createLog("worker", "fatal"), protocols: ["http"], environment: process.env };
  context = { ...worker.context, git: createGitRunner(runner) };
});
afterAll(async () => {
  await worker?.end();
  await server?.close();
  await stage?.end();
  await rm(folder, { recursive: true, force: true });
});

/** A project whose remote has a branch master, and pull request 12 from a fork; `push` moves any ref to a commit of its own. */
async function forked() {
  const project = await stage.project();
  const work = join(folder, project.slug);
  const bare = `${work}.git`;
  await git(folder, "init", "--quiet", "--bare", bare);
  await git(folder, "init", "--quiet", work);
  const push = async (ref: string) => {
    await git(work, "commit", "--quiet", "--allow-empty", "-m", `Work for ${ref}`);
    await git(work, "push", "--quiet", "--force", bare, `HEAD:${ref}`);
    return (await git(work, "rev-parse", "HEAD")).trim();
  };
  await push("refs/heads/master");
  const commit = await push("refs/pull/12/head");
  const remote = { repositoryKind: "remote", repositoryUrl: `${server.origin}/git/${project.slug}.git`, defaultBranch: "master" } as const;
  await stage.worker.project.update({ where: { id: project.id }, data: remote });
  await stage.worker.stage.updateMany({ where: { projectId: project.id }, data: { refPattern: "nothing" } });
  return { project, bare, commit, push };
}

/** The same, followed and looked at. */
async function followed() {
  const place = await forked();
  await followPullRequests.run(stage.context, admin, { project: place.project.slug, on: true });
  await syncRefs(context, place.project.id);
  return place;
}

const listed = async (slug: string) => (await listPullRequests(stage.context, admin, slug)).rows;
const approve = (slug: string, commit: string, actor = admin) =>
  approvePullRequest.run(stage.context, actor, { project: slug, number: 12, commit });
const newest = (environmentId: string) =>
  stage.worker.deployment.findFirstOrThrow({ where: { environmentId }, orderBy: { number: "desc" } });

describe("pull requests from forks", () => {
  it("are not even listed until somebody turns them on, and go when they are turned off", async () => {
    const { project, commit } = await forked();
    await syncRefs(context, project.id);
    expect(await listPullRequests(stage.context, admin, project.slug)).toEqual({ on: false, rows: [], mayApprove: false });
    expect(await stage.worker.pullRequest.count({ where: { projectId: project.id } })).toBe(0);
    await followPullRequests.run(stage.context, admin, { project: project.slug, on: true });
    await syncRefs(context, project.id);
    expect(await listed(project.slug)).toMatchObject([
      { number: 12, commit, title: "Work for refs/pull/12/head", author: "Anna", approval: null, environment: null },
    ]);
    expect(await stage.worker.ref.count({ where: { projectId: project.id } })).toBe(1);
    expect(await stage.worker.build.count({ where: { projectId: project.id } })).toBe(0);
    const { environmentId } = await approve(project.slug, commit);
    await followPullRequests.run(stage.context, admin, { project: project.slug, on: false });
    await syncRefs(context, project.id);
    expect((await stage.worker.environment.findUniqueOrThrow({ where: { id: environmentId } })).desired).toBe("destroyed");
  });

  it("are followed only where there is a forge that has them", async () => {
    const { slug } = await stage.project();
    await expect(followPullRequests.run(stage.context, admin, { project: slug, on: true })).rejects.toMatchObject({ code: "conflict" });
  });

  it("run in review at the approved commit, which can be fetched, and in an environment of their own", async () => {
    const { project, commit } = await followed();
    const { environmentId, deploymentId, environmentName } = await approve(project.slug, commit);
    expect(environmentName).toBe("review/pr-12");
    expect(await newest(environmentId)).toMatchObject({ id: deploymentId, commit, refName: "refs/pull/12/head" });
    const { source, mirror } = await openSource(context, project.id);
    await fetchCommit(context.git, source, mirror, { fullRef: "refs/pull/12/head", commit, timeoutMs: 30_000 });
    const { pullRequest } = await getOrigin(stage.context, admin, environmentId);
    expect(pullRequest).toMatchObject({ number: 12, approvedCommit: commit, approvedBy: "Ada", waiting: null });
  });

  it("stay at the approved commit when more is pushed, whatever is redeployed, until that is approved too", async () => {
    const { project, commit, push } = await followed();
    const { environmentId } = await approve(project.slug, commit);
    const pushed = await push("refs/pull/12/head");
    await syncRefs(context, project.id);
    expect((await listed(project.slug))[0]).toMatchObject({ commit: pushed, approval: null });
    expect(await stage.worker.deployment.count({ where: { environmentId } })).toBe(1);
    await redeploy.run(stage.context, admin, { environment: environmentId });
    expect((await newest(environmentId)).commit).toBe(commit);
    expect((await getOrigin(stage.context, admin, environmentId)).pullRequest?.waiting).toBe(pushed);
    await expect(approve(project.slug, commit)).rejects.toMatchObject({ code: "conflict", detail: expect.stringContaining(pushed) });
    expect((await approve(project.slug, pushed)).environmentId).toBe(environmentId);
    expect((await newest(environmentId)).commit).toBe(pushed);
  });

  it("are approved by nobody who may not deploy to review, and by two at once only once", async () => {
    const { project, commit } = await followed();
    const tester = person(project.id, { review: ["view", "verdict"], staging: ["view", "deploy"] });
    await expect(approve(project.slug, commit, tester)).rejects.toMatchObject({ code: "forbidden" });
    const made = await Promise.all([approve(project.slug, commit), approve(project.slug, commit)]);
    expect(new Set(made.map(({ environmentId }) => environmentId)).size).toBe(1);
    expect(await stage.worker.pullRequestApproval.count({ where: { commit } })).toBe(1);
  });

  it("count as the branch’s where their commit is the head of a branch, and end with their ref", async () => {
    const { project, bare, commit, push } = await followed();
    const { environmentId } = await approve(project.slug, commit);
    await push("refs/pull/13/head");
    await git(bare, "update-ref", "refs/heads/own", "refs/pull/13/head");
    await git(bare, "update-ref", "-d", "refs/pull/12/head");
    await syncRefs(context, project.id);
    expect(await listed(project.slug)).toEqual([]);
    expect((await stage.worker.environment.findUniqueOrThrow({ where: { id: environmentId } })).desired).toBe("destroyed");
    await expect(approve(project.slug, commit)).rejects.toMatchObject({ code: "not_found" });
  });

  it("are built for themselves: a branch that comes to the same commit takes nothing that a stranger’s cache had a part in", async () => {
    const { project, commit } = await followed();
    const build = (refName: string) =>
      stage.worker.$transaction((tx) => ensureBuild(tx, { projectId: project.id, commit, refName, requestedByName: null }));
    const pull = await build("refs/pull/12/head");
    await stage.worker.build.update({ where: { id: pull.id }, data: { status: "built" } });
    expect(await build("refs/pull/12/head")).toEqual(pull);
    const branch = await build("refs/heads/master");
    expect(branch).not.toEqual(pull);
    expect(await build("refs/tags/v1")).toEqual(branch);
  });

  it("of GitLab are merge requests", async () => {
    const { project, push } = await followed();
    const commit = await push("refs/merge-requests/9/head");
    await syncRefs(context, project.id);
    expect((await listed(project.slug)).map(({ number }) => number)).toEqual([12, 9]);
    const made = await approvePullRequest.run(stage.context, admin, { project: project.slug, number: 9, commit });
    expect((await newest(made.environmentId)).refName).toBe("refs/merge-requests/9/head");
  });

  it("get their titles from a webhook, which can close them and start nothing", async () => {
    const { project, commit } = await followed();
    const { environmentId } = await approve(project.slug, commit);
    const told = async (state: string) => {
      const { arrival, headers, raw } = signedPullRequest(project.id, { number: 12, title: "Paint the quay", state });
      expect(await receiveWebhook(stage.context.database, arrival, headers, raw)).toBe("taken");
      await syncRefs(context, project.id);
    };
    await told("open");
    expect((await listed(project.slug))[0]?.title).toBe("Paint the quay");
    await told("closed");
    expect(await listed(project.slug)).toEqual([]);
    expect((await stage.worker.environment.findUniqueOrThrow({ where: { id: environmentId } })).desired).toBe("destroyed");
    await told("open");
    expect((await listed(project.slug))[0]).toMatchObject({ environment: null, approval: { by: "Ada" } });
  });
});

describe("what runs of a fork", () => {
  /** An approved pull request with an image of its commit, in a project with a plain variable and a secret in each scope. */
  async function built() {
    const place = await followed();
    const { project, commit } = place;
    const { environmentId } = await approve(project.slug, commit);
    const scopes = [{ scope: "project" }, { scope: "stage", stage: "review" }, { scope: "environment", environment: environmentId }];
    for (const [index, scope] of scopes.entries()) {
      const common = { project: project.slug, ...scope };
      await setVariable.run(stage.context, admin, { ...common, name: `PLAIN_${index}`, kind: "plain", value: "seen" });
      await setVariable.run(stage.context, admin, { ...common, name: `SECRET_${index}`, kind: "secret", value: "never seen" });
    }
    const data = { projectId: project.id, commit, repository: "shop", tag: "t", engineId: "e", pushed: false, sizeBytes: 1n };
    const image = await stage.worker.image.create({ data: { ...data, digest: `sha256:${project.id}` } });
    return { ...place, environmentId, image };
  }

  async function release({ environmentId, image }: Awaited<ReturnType<typeof built>>) {
    const snapshot = await readSnapshot(stage.worker, environmentId);
    const deployment = snapshot?.deployments[0];
    if (snapshot === null || deployment === undefined) throw new Error("nothing waits");
    const id = await stage.worker.$transaction((tx) => createRelease(tx, snapshot, deployment, { id: image.id, ports: [] }));
    return stage.worker.release.findUniqueOrThrow({ where: { id } });
  }

  it("gets the plain variables and no secret of any scope, and the database refuses one", async () => {
    const place = await built();
    const made = await release(place);
    expect(made.variables).toEqual({ PLAIN_0: { value: "seen" }, PLAIN_1: { value: "seen" }, PLAIN_2: { value: "seen" } });
    const variables = { KEY: { secretId: place.project.id } };
    await expect(stage.worker.release.update({ where: { id: made.id }, data: { variables } })).rejects.toThrow(/berth_guard/);
  });

  it("gets no power that the project was allowed", async () => {
    const place = await built();
    const power = { parameters: [{ key: "privileged", value: "true" }] };
    const data = { appSettings: power, allowedPowers: ["privileged=true"] };
    await stage.worker.project.update({ where: { id: place.project.id }, data });
    await expect(release(place)).rejects.toMatchObject({ code: "app_power_refused" });
  });

  it("is no commit that nobody approved, by the database’s own word, and nothing of it runs elsewhere", async () => {
    const { project, environmentId, commit } = await built();
    const row = { projectId: project.id, trigger: "push", refName: "refs/pull/12/head", status: "queued" } as const;
    const create = (data: { environmentId: string; commit: string }) =>
      stage.worker.deployment.create({ data: { ...row, ...data, number: 99 } });
    await stage.worker.deployment.updateMany({ where: { environmentId }, data: { status: "failed" } });
    await expect(create({ environmentId, commit: "9".repeat(40) })).rejects.toThrow(/berth_guard/);
    const { stageId, slug, name, appId } = await stage.worker.environment.findUniqueOrThrow({ where: { id: environmentId } });
    const ordinary = { projectId: project.id, stageId, slug, name, appId: `${appId}-2`, host: "other.localhost", instances: 1 };
    const other = await stage.worker.environment.create({ data: { ...ordinary, runtimeLogId: crypto.randomUUID() } });
    await expect(create({ environmentId: other.id, commit })).rejects.toThrow(/berth_guard/);
    await expect(stage.worker.environment.update({ where: { id: environmentId }, data: { pullRequestId: null } })).rejects.toThrow(
      /berth_guard/,
    );
  });

  it("is never promoted, by the program or by the database", async () => {
    const place = await built();
    const { id: releaseId } = await release(place);
    const to = await stage.worker.stage.findFirstOrThrow({ where: { projectId: place.project.id, kind: "production" } });
    const wish = { environmentId: place.environmentId, toStageId: to.id, at: new Date() };
    expect((await promotionBlockers(stage.worker, wish)).map(({ words }) => words)).toContainEqual(expect.stringContaining("pull request"));
    const data = { projectId: place.project.id, fromReleaseId: releaseId, imageId: place.image.id, digest: "d", fingerprint: "f" };
    const promotion = { ...data, commit: place.commit, toStageId: to.id, askedByName: "Ada", fromEnvironmentId: place.environmentId };
    await expect(stage.worker.promotion.create({ data: promotion })).rejects.toThrow(/berth_guard/);
  });
});
