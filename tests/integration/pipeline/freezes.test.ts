import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { wallOf } from "#lib/core/wall-clock.ts";
import { isHeld } from "#lib/domain/deployments/hold.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { claimEnvironment } from "#lib/domain/environments/lease.ts";
import { readSnapshot } from "#lib/domain/environments/snapshot.ts";
import { addFreeze } from "#lib/domain/freezes/commands/add.ts";
import { removeFreeze } from "#lib/domain/freezes/commands/remove.ts";
import { freezeOf, freezesOf } from "#lib/domain/freezes/standing.ts";
import { type Stage, admin, openStage, person } from "#tests/integration/domain/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

const hour = 3_600_000;
const wall = (ms: number, zone: string) => new Date(wallOf(new Date(Date.now() + ms), zone)).toISOString().slice(0, 16);
const around = (zone = "Asia/Kathmandu") => ({ kind: "once", from: wall(-hour, zone), to: wall(hour, zone), timeZone: zone });
const freeze = (project: string, fields: object) =>
  addFreeze.run(stage.context, admin, { project, title: "Year's end", ...around(), ...fields });
const stageOf = (projectId: string, name: string) => stage.worker.stage.findFirstOrThrow({ where: { projectId, name } });

/** A preview that was asked for, as the worker finds it. */
async function waiting() {
  const project = await stage.project();
  await stage.branch(project.id, "issue-1");
  const { environmentId, deploymentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" });
  const held = async () => {
    const snapshot = await readSnapshot(stage.worker, environmentId);
    const deployment = snapshot?.deployments[0];
    const lease = await claimEnvironment(stage.worker, environmentId, "pool");
    if (snapshot === null || deployment === undefined || lease === null) throw new Error("nothing waits");
    const answer = await isHeld({ ...stage.context, database: stage.worker }, lease, snapshot, deployment);
    await stage.worker.environment.update({ where: { id: environmentId }, data: { leasedBy: null, leaseUntil: null } });
    return answer;
  };
  const detail = async (name: string) => (await stage.worker.deploymentStep.findFirstOrThrow({ where: { deploymentId, name } })).detail;
  return { project, environmentId, deploymentId, held, detail };
}

describe("a freeze window", () => {
  it("holds what waits for its stage, says until when, and lets it go on when it is lifted", async () => {
    const { project, environmentId, held, detail } = await waiting();
    expect(await held()).toBe(false);
    const { id } = await freeze(project.slug, { stage: "review" });
    expect(await held()).toBe(true);
    expect(await detail("queue")).toMatch(/^Review is frozen until .* UTC: Year's end\./);
    await removeFreeze.run(stage.context, admin, { freeze: id });
    expect(await held()).toBe(false);
    const jobs = await stage.worker.$queryRaw<Array<{ key: string }>>`SELECT key FROM graphile_worker.jobs WHERE key IS NOT NULL`;
    expect(jobs.map(({ key }) => key)).toContain(`reconcile-environment:${environmentId}`);
  });

  it("holds by the project's window as by the stage's, and by no other stage's", async () => {
    const { project, held } = await waiting();
    await freeze(project.slug, { stage: "production" });
    expect(await held()).toBe(false);
    await freeze(project.slug, {});
    expect(await held()).toBe(true);
    const [review, production] = [await stageOf(project.id, "review"), await stageOf(project.id, "production")];
    const at = new Date();
    const all = await freezesOf(stage.worker, { projectId: project.id, stageIds: [review.id, production.id], at });
    expect([...all.keys()]).toEqual([review.id, production.id]);
    expect(await freezeOf(stage.worker, { projectId: project.id, stageId: review.id, at: new Date(at.getTime() + 2 * hour) })).toBeNull();
  });

  it("stops what was being built when it began short of starting, and lets what is live start again", async () => {
    const { project, deploymentId, environmentId, held, detail } = await waiting();
    await stage.worker.deployment.update({ where: { id: deploymentId }, data: { status: "preparing", startedAt: new Date() } });
    expect(await held()).toBe(false);
    await freeze(project.slug, { stage: "review" });
    expect(await held()).toBe(true);
    expect(await detail("start")).toMatch(/^Review is frozen until/);
    const image = await stage.worker.image.create({
      data: { projectId: project.id, commit: "1", digest: "d", repository: "r", tag: "t", engineId: "e", pushed: false, sizeBytes: 1n },
    });
    const release = await stage.worker.release.create({
      data: {
        environmentId,
        number: 1,
        imageId: image.id,
        commit: "1",
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
    await stage.worker.environment.update({ where: { id: environmentId }, data: { liveReleaseId: release.id } });
    await stage.worker.deployment.update({
      where: { id: deploymentId },
      data: { status: "queued", releaseId: release.id, trigger: "restart" },
    });
    expect(await held()).toBe(false);
  });

  it("is refused by field where it cannot be meant", async () => {
    const { slug } = await stage.project();
    const wrong = (fields: object) =>
      addFreeze.run(stage.context, admin, { project: slug, title: "T", ...fields }).then(
        () => null,
        (error: unknown) => (error instanceof Object && "fields" in error ? Object.keys(Object(error.fields)) : [String(error)]),
      );
    const recurring = { kind: "recurring", cron: "0 16 * * 5", durationMinutes: 60, timeZone: "UTC" };
    expect(await wrong({ ...around(), to: wall(-2 * hour, "Asia/Kathmandu") })).toEqual(["to"]);
    expect(await wrong({ kind: "once", from: "2020-01-01T00:00", to: "2020-01-02T00:00", timeZone: "UTC" })).toEqual(["to"]);
    expect(await wrong({ ...around(), from: "2026-02-30T10:00" })).toContain("from");
    expect(await wrong({ ...recurring, timeZone: "Mars/Olympus" })).toEqual(["timeZone"]);
    expect(await wrong({ ...recurring, cron: "every friday" })).toEqual(["cron"]);
    expect(await wrong({ ...recurring, cron: "* * * * * *" })).toEqual(["cron"]);
    expect(await wrong({ ...recurring, cron: "0 0 30 2 *" })).toEqual(["cron"]);
    expect(await wrong({ ...recurring, cron: "0 * * * *", durationMinutes: 90 })).toEqual(["durationMinutes"]);
    expect(await wrong({ ...recurring, durationMinutes: 1 })).toEqual(["durationMinutes"]);
    expect(await wrong({ ...recurring, stage: "nowhere" })).toEqual(["stage"]);
    expect(await wrong(recurring)).toBeNull();
  });

  it("is made and lifted by admins of the project alone", async () => {
    const { id: projectId, slug } = await stage.project();
    const { id } = await freeze(slug, {});
    const ops = person(projectId, { production: ["view", "promote", "deploy"] });
    await expect(addFreeze.run(stage.context, ops, { project: slug, title: "T", ...around() })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(removeFreeze.run(stage.context, ops, { freeze: id })).rejects.toMatchObject({ code: "forbidden" });
    const nobody = person(slug, {});
    await expect(removeFreeze.run(stage.context, nobody, { freeze: id })).rejects.toMatchObject({ code: "not_found" });
  });
});
