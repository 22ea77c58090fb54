import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { Actor } from "#lib/domain/access/policy.ts";
import { blockersOf } from "#lib/domain/blockers/queries.ts";
import { giveVerdict } from "#lib/domain/verdicts/commands/give.ts";
import { type Stage, openStage, person } from "#tests/integration/domain/stage.ts";

import { type Place, goLive, livePlace, tester } from "./place.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());
beforeEach(async () => {
  for (const part of ["docker", "registry", "marathon"]) {
    const said = { state: "up", detail: null, checkedAt: new Date(), since: new Date(), facts: {} };
    await stage.worker.partStatus.upsert({ where: { part }, create: { part, ...said }, update: said });
  }
  await stage.worker.workerHeartbeat.deleteMany();
  await beat();
});

const beat = () =>
  stage.worker.workerHeartbeat.create({ data: { poolId: randomUUID(), version: "test", startedAt: new Date(), beatAt: new Date() } });
const ops = (projectId: string): Actor => {
  const verbs = ["view", "deploy", "promote"];
  return { ...person(projectId, { review: verbs, staging: verbs, uat: verbs, production: verbs }), id: randomUUID() };
};
const codes = async (place: Place, actor: Actor = ops(place.projectId)) =>
  (await blockersOf(stage.context, actor, place.environmentId)).map(({ code }) => code);

async function member(projectId: string, name: string, role: "tester" | "ops") {
  const { id } = await stage.worker.person.create({ data: { email: `${randomUUID()}@example.org`, name } });
  await stage.worker.membership.create({ data: { projectId, personId: id, role } });
}

async function deploying(
  place: Place,
  status: "queued" | "preparing" | "deploying" | "verifying" | "failed",
  more: { number?: number; startedAt?: Date; errorCode?: string; buildId?: string } = {},
  step: { name: string; detail?: string } | null = null,
) {
  const number = more.number ?? (await stage.worker.deployment.count({ where: { environmentId: place.environmentId } })) + 1;
  return stage.worker.deployment.create({
    data: {
      projectId: place.projectId,
      environmentId: place.environmentId,
      number,
      status,
      trigger: "push",
      commit: "d".repeat(40),
      refName: "refs/heads/x",
      requestedByName: "Deva",
      startedAt: status === "queued" ? null : new Date(),
      ...more,
      ...(step === null ? {} : { steps: { create: { position: 0, status: "running", ...step } } }),
    },
  });
}

describe("why an environment waits", () => {
  it("is nothing to whoever may not view it, and to nobody when nothing is in the way", async () => {
    const place = await livePlace(stage, { kind: "review", ref: "issue-1" });
    expect(await codes(place)).toEqual([]);
    const stranger = { ...person(place.projectId, { demo: ["view"] }), id: randomUUID() };
    await expect(blockersOf(stage.context, stranger, place.environmentId)).rejects.toMatchObject({ code: "not_found" });
    await expect(blockersOf(stage.context, ops(place.projectId), randomUUID())).rejects.toMatchObject({ code: "not_found" });
  });

  it("names the missing, the void and the bad verdict before the next stage, and by name who can give one", async () => {
    const place = await livePlace(stage);
    await member(place.projectId, "Ada", "tester");
    await member(place.projectId, "Tom", "tester");
    await member(place.projectId, "Otto", "ops");
    const blockers = () => blockersOf(stage.context, ops(place.projectId), place.environmentId);
    expect(await blockers()).toMatchObject([
      { code: "verdict_missing", clearedBy: "any tester of this project: Ada, Tom", expectedAt: null },
    ]);
    const tess = tester(place.projectId);
    const give = (verdict: string, words = "") =>
      giveVerdict.run(stage.context, tess, { environment: place.environmentId, verdict, words });
    await give("reject", "The total is wrong.");
    expect(await blockers()).toMatchObject([{ code: "rejected", words: "Tess rejected it: “The total is wrong.”" }]);
    await give("not_testable", "No data.");
    expect(await blockers()).toMatchObject([{ code: "not_testable" }]);
    await give("approve");
    expect(await blockers()).toEqual([]);
    await stage.worker.variable.create({
      data: { projectId: place.projectId, name: "KEY", kind: "plain", value: "1", changedByName: "Otto" },
    });
    expect(await blockers()).toMatchObject([{ code: "verdict_void", words: expect.stringMatching(/KEY changed by Otto at \d{4}/) }]);
  });

  it("says what the cluster, a build, a check or another deployment is doing, and when it will be over", async () => {
    const place = await livePlace(stage, { kind: "review", ref: "issue-2" });
    const first = await deploying(place, "verifying", {}, { name: "start", detail: "The cluster has no room: INSUFFICIENT_CPUS" });
    expect(await codes(place)).toEqual(["no_room"]);
    await deploying(place, "queued");
    expect(await codes(place)).toEqual(["queued_behind", "no_room"]);
    await stage.worker.deployment.deleteMany({ where: { environmentId: place.environmentId, id: { not: first.id } } });
    const step = (name: string, detail: string | null) =>
      stage.worker.deploymentStep.updateMany({ where: { deploymentId: first.id }, data: { name, detail } });
    for (const [name, code] of [
      ["build", "building"],
      ["checks", "checks_running"],
      ["verify", "deploying"],
    ] as const) {
      await step(name, null);
      expect(await codes(place)).toEqual([code]);
    }
    const before = await deploying(
      await livePlace(stage, { project: { id: place.projectId, slug: place.slug }, kind: "review" }),
      "failed",
      {
        number: 1,
      },
    );
    const [started, ended] = [new Date(Date.now() - 60_000), new Date(Date.now() - 30_000)];
    await stage.worker.deployment.update({ where: { id: before.id }, data: { status: "live" } });
    await stage.worker.deploymentStep.create({
      data: { deploymentId: before.id, name: "build", position: 1, status: "done", startedAt: started, endedAt: ended },
    });
    await step("build", null);
    const [blocker] = await blockersOf(stage.context, ops(place.projectId), place.environmentId);
    const inMs = (blocker?.expectedAt?.getTime() ?? 0) - Date.now();
    expect(inMs).toBeGreaterThan(15_000);
    expect(inMs).toBeLessThanOrEqual(31_000);
  });

  it("names parts that are down, before everything else, while something moves", async () => {
    const place = await livePlace(stage, { kind: "review", ref: "issue-3" });
    await deploying(place, "deploying", {}, { name: "start" });
    await stage.worker.partStatus.update({ where: { part: "marathon" }, data: { state: "down", detail: "It is being updated." } });
    expect(await codes(place)).toEqual(["cluster_down", "deploying"]);
    await stage.worker.partStatus.update({ where: { part: "registry" }, data: { state: "down" } });
    expect(await codes(place)).toEqual(["cluster_down", "registry_down", "deploying"]);
    await stage.worker.workerHeartbeat.deleteMany();
    expect(await codes(place)).toEqual(["worker_down", "deploying"]);
  });

  it("names a failure, an app that does not answer, and a ref that is gone or was moved", async () => {
    const place = await livePlace(stage, { kind: "review", ref: "issue-4" });
    const failed = await deploying(place, "failed", { errorCode: "dockerfile_missing" });
    expect(await codes(place)).toEqual(["build_failed"]);
    await stage.worker.deployment.update({ where: { id: failed.id }, data: { errorCode: "app_exited" } });
    expect(await codes(place)).toEqual(["deployment_failed"]);
    await stage.worker.environment.update({ where: { id: place.environmentId }, data: { health: "crashing" } });
    await stage.worker.ref.update({ where: { id: place.refId }, data: { goneAt: new Date() } });
    expect(await codes(place)).toEqual(["ref_gone", "deployment_failed", "not_live"]);
    const tag = await livePlace(stage);
    await goLive(stage, tag);
    expect(await codes(tag)).toEqual(["tag_moved", "verdict_missing"]);
  });

  it("names the freeze before the next stage and when it ends, to who may view that stage", async () => {
    const place = await livePlace(stage);
    await giveVerdict.run(stage.context, tester(place.projectId), { environment: place.environmentId, verdict: "approve" });
    const uat = await stage.worker.stage.findFirstOrThrow({ where: { projectId: place.projectId, kind: "uat" } });
    const endsAt = new Date(Date.now() + 3_600_000);
    const window = {
      projectId: place.projectId,
      stageId: uat.id,
      title: "Fair",
      kind: "once" as const,
      timeZone: "UTC",
      createdByName: "Ada",
    };
    await stage.worker.freezeWindow.create({ data: { ...window, startsAt: new Date(Date.now() - 60_000), endsAt } });
    expect(await blockersOf(stage.context, ops(place.projectId), place.environmentId)).toMatchObject([
      { code: "frozen", expectedAt: endsAt },
    ]);
    const developer = { ...person(place.projectId, { staging: ["view"] }), id: randomUUID() };
    expect(await codes(place, developer)).toEqual([]);
  });
});
