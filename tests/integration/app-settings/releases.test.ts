import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { allowPowers, setAppSettings } from "#lib/domain/app-settings/commands/set.ts";
import { createRelease } from "#lib/domain/deployments/release.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { readSnapshot } from "#lib/domain/environments/snapshot.ts";
import { type Stage, admin, openStage } from "#tests/integration/domain/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

const commit = "1".repeat(40);

/** An environment that waits to be deployed, and a way to fix its release as the worker does. */
async function waiting() {
  const project = await stage.project();
  await stage.branch(project.id, "issue-1", commit);
  const { environmentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" });
  const image = await stage.worker.image.create({
    data: { projectId: project.id, commit, digest: "sha256:d", repository: "shop", tag: "t", engineId: "e", pushed: false, sizeBytes: 1n },
  });
  const release = async () => {
    const snapshot = await readSnapshot(stage.worker, environmentId);
    const deployment = snapshot?.deployments[0];
    if (snapshot === null || deployment === undefined) throw new Error("nothing waits");
    const id = await stage.worker.$transaction((tx) => createRelease(tx, snapshot, deployment, { id: image.id, ports: [] }));
    return stage.worker.release.findUniqueOrThrow({ where: { id } });
  };
  const file = (app: object) =>
    stage.worker.pipelineFile.create({ data: { projectId: project.id, commit, path: "berth.json", content: "{}", parsed: { app } } });
  return { project, release, file };
}

describe("a release", () => {
  it("keeps the settings of its moment, what differs from the defaults, and they are part of its fingerprint", async () => {
    const { project, release } = await waiting();
    const before = await release();
    expect(before.app).toEqual({});
    await setAppSettings.run(stage.context, admin, { project: project.slug, set: { network: "bridge", disk: 0 } });
    expect((await release()).fingerprint).toBe(before.fingerprint);
    await setAppSettings.run(stage.context, admin, { project: project.slug, set: { killGraceSeconds: 30 } });
    await setAppSettings.run(stage.context, admin, { project: project.slug, stage: "review", set: { disk: 64 } });
    const after = await release();
    expect(after.app).toEqual({ killGraceSeconds: 30, disk: 64 });
    expect(after.fingerprint).not.toBe(before.fingerprint);
    await setAppSettings.run(stage.context, admin, { project: project.slug, set: { killGraceSeconds: 31 } });
    expect((await stage.worker.release.findUniqueOrThrow({ where: { id: after.id } })).app).toEqual(after.app);
  });

  it("takes what berth.json says at its commit, below the page's word", async () => {
    const { project, release, file } = await waiting();
    await file({ disk: 7, killGraceSeconds: 7 });
    await setAppSettings.run(stage.context, admin, { project: project.slug, set: { disk: 8 } });
    expect((await release()).app).toEqual({ disk: 8, killGraceSeconds: 7 });
  });

  it("is not made where a commit's berth.json asks for power that nobody allowed", async () => {
    const { project, release, file } = await waiting();
    await file({ network: "host", parameters: [{ key: "privileged", value: "true" }] });
    await expect(release()).rejects.toMatchObject({ code: "app_power_refused", detail: expect.stringContaining("network=host") });
    const allow = (powers: string[]) => allowPowers.run(stage.context, admin, { project: project.slug, powers, reason: "Tried out" });
    await allow(["network=host"]);
    await expect(release()).rejects.toMatchObject({ code: "app_power_refused", detail: expect.stringContaining("privileged=true") });
    await allow(["network=host", "privileged=true"]);
    expect((await release()).app).toMatchObject({ network: "host" });
    // What is not allowed any more is not asked for any more.
    await allow([]);
    await expect(release()).rejects.toMatchObject({ code: "app_power_refused" });
  });

  it("is made where the page says otherwise than a commit that reaches too far", async () => {
    const { project, release, file } = await waiting();
    await file({ network: "host" });
    await setAppSettings.run(stage.context, admin, { project: project.slug, stage: "review", set: { network: "bridge" } });
    expect((await release()).app).toEqual({});
  });

  it("is not made with labels by which a commit would be found under another's name", async () => {
    const { release, file } = await waiting();
    await file({ labels: { HAPROXY_0_VHOST: "shop.example.org" } });
    await expect(release()).rejects.toMatchObject({ code: "app_power_refused" });
  });
});
