import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { preview } from "#lib/domain/environments/commands/preview.ts";
import { redeploy } from "#lib/domain/environments/commands/redeploy.ts";
import { getEnvironmentById } from "#lib/domain/environments/queries.ts";
import { followRefs } from "#lib/domain/refs/follow.ts";
import { storeRefs } from "#lib/domain/refs/store.ts";
import { setVariable } from "#lib/domain/variables/commands/set.ts";
import { type Stage, admin, openStage } from "#tests/integration/domain/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

const commit = (digit: string) => digit.repeat(40);

/** What the remote lists, stored and followed as a sync does. */
async function push(project: { id: string; slug: string }, kind: "branch" | "tag", name: string, to: string) {
  const fullName = `refs/${kind === "tag" ? "tags" : "heads"}/${name}`;
  await stage.worker.$transaction(async (tx) => {
    const known = await tx.ref.findFirst({ where: { projectId: project.id, kind, name } });
    const changes =
      known === null ? { added: [{ kind, name, fullName, commit: to }], moved: [] } : { added: [], moved: [{ known, commit: to }] };
    const stored = await storeRefs(tx, project, { ...changes, gone: [] }, new Map());
    await followRefs(tx, stage.context.settings, { ...project, defaultBranch: "master" }, stored);
  });
}

/** staging/v1 that runs commit 1. */
async function tagged() {
  const project = await stage.project();
  await push(project, "tag", "v1", commit("1"));
  const environment = await stage.worker.environment.findFirstOrThrow({ where: { projectId: project.id } });
  const image = await stage.worker.image.create({
    data: {
      projectId: project.id,
      commit: commit("1"),
      digest: `sha256:${randomUUID()}`,
      repository: "shop",
      tag: "t",
      engineId: "e",
      pushed: false,
      sizeBytes: 1n,
    },
  });
  const release = await stage.worker.release.create({
    data: {
      environmentId: environment.id,
      number: 1,
      imageId: image.id,
      commit: commit("1"),
      variables: {},
      fingerprint: "f",
      instances: 1,
      cpus: 1,
      mem: 32,
      port: 80,
      healthPath: "/",
      servedAt: new Date(),
    },
  });
  await stage.worker.deployment.updateMany({ where: { environmentId: environment.id }, data: { status: "live", releaseId: release.id } });
  await stage.worker.environment.update({ where: { id: environment.id }, data: { liveReleaseId: release.id, health: "healthy" } });
  return { project, environment, image };
}

const newest = (environmentId: string) =>
  stage.worker.deployment.findFirstOrThrow({ where: { environmentId }, orderBy: { number: "desc" } });

describe("a tag that moves", () => {
  it("replaces nothing, even where pushes redeploy, and is reported once to people and once to its environment", async () => {
    const { project, environment } = await tagged();
    await stage.worker.stage.updateMany({ where: { projectId: project.id, name: "staging" }, data: { redeployOnPush: true } });
    await push(project, "tag", "v1", commit("2"));
    expect(await stage.worker.deployment.count({ where: { environmentId: environment.id } })).toBe(1);
    const events = await stage.worker.event.findMany({
      where: { projectId: project.id, kind: { in: ["ref.tag_moved", "environment.tag-moved"] } },
    });
    expect(events.map(({ kind, environmentId }) => [kind, environmentId])).toEqual([
      ["ref.tag_moved", null],
      ["environment.tag-moved", environment.id],
    ]);
    expect(events[0]?.detail).toEqual({ ref: "v1", from: commit("1"), to: commit("2") });
    const page = await getEnvironmentById(stage.context, admin, environment.id);
    expect(page.movedTag).toEqual({ name: "v1", from: commit("1"), to: commit("2"), mayTake: true });
    await push(project, "tag", "v1", commit("1"));
    expect((await getEnvironmentById(stage.context, admin, environment.id)).movedTag).toBeNull();
  });

  it("is taken only by whoever names the new commit; redeploys, previews and new configuration keep the image", async () => {
    const { project, environment, image } = await tagged();
    await push(project, "tag", "v1", commit("2"));
    await redeploy.run(stage.context, admin, { environment: environment.id });
    expect(await newest(environment.id)).toMatchObject({ commit: commit("1"), imageId: image.id });
    const setting = { scope: "environment", environment: environment.id, name: "A", kind: "plain", value: "1" };
    await setVariable.run(stage.context, admin, { project: project.slug, ...setting });
    expect((await newest(environment.id)).commit).toBe(commit("1"));
    const again = { project: project.slug, stage: "staging", ref: "refs/tags/v1" };
    await expect(preview.run(stage.context, admin, again)).rejects.toMatchObject({ code: "tag_moved" });
    await expect(redeploy.run(stage.context, admin, { environment: environment.id, commit: commit("3") })).rejects.toMatchObject({
      code: "tag_moved",
    });
    await redeploy.run(stage.context, admin, { environment: environment.id, commit: commit("2") });
    expect(await newest(environment.id)).toMatchObject({ commit: commit("2"), imageId: null });
  });

  it("starts nothing where its environment was taken away, and goes its way where there never was one", async () => {
    const { project, environment } = await tagged();
    await stage.worker.environment.update({ where: { id: environment.id }, data: { desired: "destroyed", destroyedAt: new Date() } });
    await push(project, "tag", "v1", commit("2"));
    expect(await stage.worker.environment.count({ where: { projectId: project.id, destroyedAt: null } })).toBe(0);
    await stage.worker.stage.updateMany({ where: { projectId: project.id, name: "staging" }, data: { refPattern: "never" } });
    await push(project, "tag", "v2", commit("1"));
    await stage.worker.stage.updateMany({ where: { projectId: project.id, name: "staging" }, data: { refPattern: "v*" } });
    await push(project, "tag", "v2", commit("2"));
    const made = await stage.worker.environment.findFirstOrThrow({ where: { projectId: project.id, destroyedAt: null } });
    expect(await newest(made.id)).toMatchObject({ commit: commit("2"), trigger: "push" });
  });

  it("is another thing than a branch that moves, which redeploys as its stage says", async () => {
    const project = await stage.project();
    await push(project, "branch", "master", commit("1"));
    const environment = await stage.worker.environment.findFirstOrThrow({ where: { projectId: project.id, name: "demo/master" } });
    await push(project, "branch", "master", commit("2"));
    expect(await newest(environment.id)).toMatchObject({ commit: commit("2"), trigger: "push" });
  });
});
