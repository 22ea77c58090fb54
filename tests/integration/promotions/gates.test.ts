import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createRegistry } from "#lib/adapters/registry/client.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { redeploy } from "#lib/domain/environments/commands/redeploy.ts";
import { approvePromotion } from "#lib/domain/promotions/commands/approve.ts";
import { promote } from "#lib/domain/promotions/commands/promote.ts";
import { rollback } from "#lib/domain/promotions/commands/rollback.ts";
import { withdrawPromotion } from "#lib/domain/promotions/commands/withdraw.ts";
import { getPromotion } from "#lib/domain/promotions/queries.ts";
import { setVariable } from "#lib/domain/variables/commands/set.ts";
import { admin, person } from "#tests/integration/domain/stage.ts";

import { type Way, openWay } from "./way.ts";

let way: Way;
beforeAll(async () => {
  way = await openWay();
});
afterAll(() => way?.end());

const db = () => way.stage.worker;
const context = () => way.stage.context;
const promotionOf = (id: string) => db().promotion.findUniqueOrThrow({ where: { id }, include: { deployment: true } });

/** A project whose staging/v1.0 is live and approved. */
async function approved(tag = "v1.0") {
  const project = await way.project();
  const source = await way.live(project.id, "staging", tag);
  await way.verdict(source, "approve");
  return { project, source };
}

const ask = (environment: string, to = "uat", more: object = {}) => promote.run(context(), admin, { environment, to, ...more });
const settle = async (id: string, status: "live" | "failed") => {
  const { deployment } = await promotionOf(id);
  await db().deployment.update({ where: { id: deployment!.id }, data: { status, endedAt: new Date() } });
};

/** Takes it to UAT, live and approved there. */
async function inUat(tag = "v1.0") {
  const { project, source } = await approved(tag);
  const { promotionId } = await ask(source.environmentId);
  await way.advance(promotionId);
  await settle(promotionId, "live");
  const uat = await way.live(project.id, "uat", tag, { id: source.imageId, digest: source.digest });
  await way.verdict(uat, "approve");
  return { project, source, uat };
}

describe("a promotion", () => {
  it("carries the approved image into the next stage's environment of the same tag, as a deployment that builds nothing", async () => {
    const { source } = await approved();
    const { promotionId } = await ask(source.environmentId);
    expect(await promotionOf(promotionId)).toMatchObject({ status: "waiting", digest: source.digest });
    await way.advance(promotionId);
    await way.advance(promotionId);
    const { deployment, ...promotion } = await promotionOf(promotionId);
    expect(promotion).toMatchObject({ status: "started", imageId: source.imageId });
    expect(deployment).toMatchObject({ trigger: "promotion", imageId: source.imageId, buildId: null, releaseId: null, status: "queued" });
    const environment = await db().environment.findUniqueOrThrow({ where: { id: deployment!.environmentId } });
    expect(environment).toMatchObject({ name: "uat/v1.0", desired: "running" });
    expect(await db().deployment.count({ where: { environmentId: environment.id } })).toBe(1);
    await settle(promotionId, "live");
    expect((await promotionOf(promotionId)).status).toBe("done");
  });

  it("makes production's single environment at the first promotion, and takes the same one at the next", async () => {
    const { project, uat } = await inUat();
    const first = await ask(uat.environmentId, "production");
    await way.advance(first.promotionId);
    const { deployment } = await promotionOf(first.promotionId);
    const production = await db().environment.findUniqueOrThrow({ where: { id: deployment!.environmentId } });
    expect(production).toMatchObject({
      name: "production",
      refId: null,
      slug: "production",
      appId: `/berth/${project.slug}/production/production`,
    });
    expect(production.host).toBe(`production--${project.slug}.preview.localhost`);
    await settle(first.promotionId, "live");
    const second = await ask(uat.environmentId, "production");
    await way.advance(second.promotionId);
    expect((await promotionOf(second.promotionId)).toEnvironmentId).toBe(production.id);
  });

  it("is refused without a verdict, with a rejection, with one that could not be tested, and with a void one, each with its code", async () => {
    const project = await way.project();
    const source = await way.live(project.id, "staging", "v1.0");
    const refused = (code: string) => expect(ask(source.environmentId)).rejects.toMatchObject({ code });
    await refused("verdict_missing");
    await way.verdict(source, "reject");
    await refused("rejected");
    await way.verdict(source, "not_testable");
    await refused("not_testable");
    await way.verdict(source, "approve");
    const next = await way.live(project.id, "staging", "v1.0");
    await refused("verdict_void");
    await way.verdict(next, "approve");
    await setVariable.run(context(), admin, {
      project: project.slug,
      scope: "stage",
      stage: "staging",
      name: "MODE",
      kind: "plain",
      value: "2",
    });
    await refused("verdict_void");
    expect(await db().promotion.count({ where: { projectId: project.id } })).toBe(0);
  });

  it("skips no gate: not from staging to production, not backwards, not to a stage that is not reached so, not of a branch into a stage of tags", async () => {
    const { project, source, uat } = await inUat();
    const code = "no_way_there";
    await expect(ask(source.environmentId, "production")).rejects.toMatchObject({ code });
    await expect(ask(uat.environmentId, "uat")).rejects.toMatchObject({ code });
    await expect(ask(uat.environmentId, "staging")).rejects.toMatchObject({ code });
    await expect(ask(source.environmentId, "demo")).rejects.toMatchObject({ code });
    await expect(ask(source.environmentId, "nowhere")).rejects.toMatchObject({ code: "not_found" });
    await way.stage.branch(project.id, "issue-1");
    const { environmentId } = await preview.run(context(), admin, { project: project.slug, ref: "issue-1" });
    await expect(ask(environmentId, "uat")).rejects.toMatchObject({ code });
  });

  it("is refused for what is stopped or not healthy, for another image than the one looked at, and for a stage of another project", async () => {
    const { source } = await approved();
    const { environmentId: id } = source;
    await expect(ask(id, "uat", { digest: `sha256:${"0".repeat(64)}` })).rejects.toMatchObject({ code: "conflict" });
    await db().environment.update({ where: { id }, data: { health: "unhealthy" } });
    await expect(ask(id)).rejects.toMatchObject({ code: "not_live" });
    await db().environment.update({ where: { id }, data: { health: "healthy", desired: "stopped" } });
    await expect(ask(id)).rejects.toMatchObject({ code: "not_live" });
    await db().environment.update({ where: { id }, data: { desired: "running" } });
    const other = await way.project();
    const foreign = await db().stage.findFirstOrThrow({ where: { projectId: other.id, name: "uat" } });
    await expect(ask(id, foreign.id)).rejects.toMatchObject({ code: "not_found" });
    await expect(ask(randomUUID())).rejects.toMatchObject({ code: "not_found" });
  });

  it("of two people who ask at once one wins, and the other is told who", async () => {
    const { project, source } = await approved();
    const people = await Promise.all([way.someone(project.id, ["ops"], "Olga"), way.someone(project.id, ["ops"], "Otto")]);
    const answers = await Promise.allSettled(
      people.map((actor) => promote.run(context(), actor, { environment: source.environmentId, to: "uat" })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const lost = answers.find((answer) => answer.status === "rejected");
    expect(lost).toMatchObject({
      reason: { code: "conflict", detail: expect.stringMatching(/^(Olga|Otto) is promoting staging\/v1\.0 to UAT already/) },
    });
    expect(await db().promotion.count({ where: { projectId: project.id } })).toBe(1);
  });

  it("is asked for by whoever may promote into the stage, and does not exist for others", async () => {
    const { project, source } = await approved();
    const developer = await way.someone(project.id, ["developer"]);
    const tester = await way.someone(project.id, ["tester"]);
    const stranger = await way.someone((await way.project()).id, ["ops"]);
    const by = (actor: typeof developer, to: string) => promote.run(context(), actor, { environment: source.environmentId, to });
    await expect(by(developer, "uat")).rejects.toMatchObject({ code: "not_found" });
    await expect(by(stranger, "uat")).rejects.toMatchObject({ code: "not_found" });
    await expect(by(tester, "production")).rejects.toMatchObject({ code: "not_found" });
    await expect(by(tester, "uat")).resolves.toMatchObject({ environmentId: source.environmentId });
  });

  it("that was fine when it was asked for is refused by the worker when it is not any more", async () => {
    const moved = await approved();
    const first = await ask(moved.source.environmentId);
    await way.live(moved.project.id, "staging", "v1.0");
    await way.advance(first.promotionId);
    expect(await promotionOf(first.promotionId)).toMatchObject({ status: "refused", noteCode: "verdict_void", deployment: null });

    const rejected = await approved();
    const second = await ask(rejected.source.environmentId);
    await way.verdict(rejected.source, "reject");
    await way.advance(second.promotionId);
    expect(await promotionOf(second.promotionId)).toMatchObject({ status: "refused", noteCode: "rejected", deployment: null });

    const lost = await approved();
    const ops = await way.someone(lost.project.id, ["ops"]);
    const third = await promote.run(context(), ops, { environment: lost.source.environmentId, to: "uat" });
    await db().membership.deleteMany({ where: { personId: ops.id! } });
    await way.advance(third.promotionId);
    expect(await promotionOf(third.promotionId)).toMatchObject({ status: "refused", noteCode: "forbidden", deployment: null });
  });

  it("is refused with the reason while the registry is down, and when the image is gone from it", async () => {
    const { source } = await approved();
    const first = await ask(source.environmentId);
    await way.advanceWithoutRegistry(first.promotionId);
    expect(await promotionOf(first.promotionId)).toMatchObject({ status: "refused", noteCode: "registry_unavailable", deployment: null });
    const client = createRegistry({ url: way.registry.url });
    await client.deleteManifest("shop", source.digest);
    await client.close();
    const second = await ask(source.environmentId);
    await way.advance(second.promotionId);
    expect(await promotionOf(second.promotionId)).toMatchObject({ status: "refused", noteCode: "image_gone", deployment: null });
    await db().image.update({ where: { id: source.imageId }, data: { removedAt: new Date() } });
    await expect(ask(source.environmentId)).rejects.toMatchObject({ code: "image_gone" });
  });

  it("does not care for a tag that moves meanwhile: it is the digest that is carried", async () => {
    const { project, source } = await approved();
    const { promotionId } = await ask(source.environmentId);
    await db().ref.updateMany({ where: { projectId: project.id }, data: { commit: "2".repeat(40) } });
    await way.advance(promotionId);
    expect((await promotionOf(promotionId)).deployment).toMatchObject({ imageId: source.imageId, commit: "1".repeat(40) });
  });

  it("waits for a freeze that starts meanwhile and goes by itself afterwards, every gate looked at again", async () => {
    const { project, source } = await approved();
    const { promotionId } = await ask(source.environmentId);
    const freeze = await db().freezeWindow.create({
      data: {
        projectId: project.id,
        title: "Black Friday",
        kind: "once",
        startsAt: new Date(Date.now() - 60_000),
        endsAt: new Date(Date.now() + 3_600_000),
        timeZone: "UTC",
        createdByName: "Ada",
      },
    });
    await way.advance(promotionId);
    expect(await promotionOf(promotionId)).toMatchObject({ status: "waiting", noteCode: "frozen", deployment: null });
    await db().freezeWindow.delete({ where: { id: freeze.id } });
    await way.verdict(source, "reject");
    await way.advance(promotionId);
    expect(await promotionOf(promotionId)).toMatchObject({ status: "refused", noteCode: "rejected", deployment: null });
    await way.verdict(source, "approve");
    const again = await ask(source.environmentId);
    await way.advance(again.promotionId);
    expect((await promotionOf(again.promotionId)).status).toBe("started");
  });

  it("goes through a freeze with a reason and a second person, and only then", async () => {
    const { project, source } = await approved();
    await expect(ask(source.environmentId, "uat", { overrideReason: "Now" })).rejects.toMatchObject({ code: "invalid_input" });
    await db().freezeWindow.create({
      data: {
        projectId: project.id,
        title: "Quiet",
        kind: "once",
        startsAt: new Date(0),
        endsAt: new Date(Date.now() + 3_600_000),
        timeZone: "UTC",
        createdByName: "Ada",
      },
    });
    const asker = await way.someone(project.id, ["ops"], "Olga");
    const { promotionId } = await promote.run(context(), asker, { environment: source.environmentId, to: "uat", overrideReason: "A hole" });
    await way.advance(promotionId);
    expect((await promotionOf(promotionId)).status).toBe("requested");
    await expect(approvePromotion.run(context(), asker, { promotion: promotionId })).rejects.toMatchObject({ code: "own_commit" });
    await approvePromotion.run(context(), await way.someone(project.id, ["ops"], "Otto"), { promotion: promotionId });
    await way.advance(promotionId);
    expect(await promotionOf(promotionId)).toMatchObject({ status: "started", freezeOverridden: true });
    expect(await db().event.count({ where: { projectId: project.id, kind: "freeze.overridden" } })).toBe(1);
  });

  it("waits for a second person where its stage wants one: not the asker, not the commit's author, and once", async () => {
    const { project, source } = await approved();
    await db().stage.updateMany({ where: { projectId: project.id, name: "uat" }, data: { approvalsRequired: 1 } });
    const asker = await way.someone(project.id, ["ops"], "Olga");
    const author = await way.someone(project.id, ["ops"], "Deva");
    await db().image.update({ where: { id: source.imageId }, data: { authorEmail: author.email!.toUpperCase() } });
    const { promotionId } = await promote.run(context(), asker, { environment: source.environmentId, to: "uat" });
    await way.advance(promotionId);
    expect(await promotionOf(promotionId)).toMatchObject({ status: "requested", deployment: null });
    await expect(approvePromotion.run(context(), author, { promotion: promotionId })).rejects.toMatchObject({ code: "own_commit" });
    const developer = await way.someone(project.id, ["developer"]);
    await expect(approvePromotion.run(context(), developer, { promotion: promotionId })).rejects.toMatchObject({ code: "not_found" });
    const second = await way.someone(project.id, ["tester"], "Tess");
    await approvePromotion.run(context(), second, { promotion: promotionId, words: "Seen." });
    await expect(approvePromotion.run(context(), second, { promotion: promotionId })).rejects.toMatchObject({ code: "conflict" });
    await way.advance(promotionId);
    expect((await promotionOf(promotionId)).status).toBe("started");
  });

  it("is refused when the second person lost the right while it waited", async () => {
    const { project, source } = await approved();
    await db().stage.updateMany({ where: { projectId: project.id, name: "uat" }, data: { approvalsRequired: 1 } });
    const asker = await way.someone(project.id, ["ops"], "Olga");
    const second = await way.someone(project.id, ["ops"], "Otto");
    const { promotionId } = await promote.run(context(), asker, { environment: source.environmentId, to: "uat" });
    await approvePromotion.run(context(), second, { promotion: promotionId });
    await db().person.update({ where: { id: second.id! }, data: { disabledAt: new Date() } });
    await way.advance(promotionId);
    expect(await promotionOf(promotionId)).toMatchObject({ status: "refused", noteCode: "forbidden", deployment: null });
  });

  it("says nothing of the stage it comes from to who may not view that one, be it what the tester said", async () => {
    const { project, source } = await approved();
    const { promotionId } = await ask(source.environmentId);
    await way.verdict(source, "reject");
    await db().promotion.update({ where: { id: promotionId }, data: { note: "staging/v1.0: Tess rejected it" } });
    const reads = async (kinds: object) => JSON.stringify(await getPromotion(context(), person(project.id, kinds), promotionId));
    expect(await reads({ staging: ["view"], uat: ["view"] })).toMatch(/staging\/v1\.0.*Tried it/);
    const narrow = await reads({ uat: ["view"] });
    for (const word of ["staging", "Tried it", "Tess"]) expect(narrow).not.toContain(word);
    await expect(reads({ staging: ["view"] })).rejects.toMatchObject({ code: "not_found" });
  });

  it("can be withdrawn until it starts, and then another may be asked for", async () => {
    const { source } = await approved();
    const first = await ask(source.environmentId);
    await withdrawPromotion.run(context(), admin, { promotion: first.promotionId, reason: "Not today" });
    await way.advance(first.promotionId);
    expect(await promotionOf(first.promotionId)).toMatchObject({ status: "withdrawn", note: "Not today", deployment: null });
    const second = await ask(source.environmentId);
    await way.advance(second.promotionId);
    await expect(withdrawPromotion.run(context(), admin, { promotion: second.promotionId })).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("a stage that only promotions lead into", () => {
  it("takes nothing by preview, and by redeploy and changed configuration only the image that runs", async () => {
    const { project, uat } = await inUat();
    await expect(preview.run(context(), admin, { project: project.slug, stage: "uat", ref: "v1.0" })).rejects.toMatchObject({
      code: "only_by_promotion",
    });
    await db().ref.updateMany({ where: { projectId: project.id }, data: { commit: "9".repeat(40) } });
    const { deploymentId } = await redeploy.run(context(), admin, { environment: uat.environmentId });
    expect(await db().deployment.findUniqueOrThrow({ where: { id: deploymentId } })).toMatchObject({ imageId: uat.imageId, buildId: null });
    await setVariable.run(context(), admin, { project: project.slug, scope: "stage", stage: "uat", name: "A", kind: "plain", value: "1" });
    const newest = await db().deployment.findFirstOrThrow({ where: { environmentId: uat.environmentId }, orderBy: { number: "desc" } });
    expect(newest).toMatchObject({ trigger: "configuration", imageId: uat.imageId });
  });

  it("is kept by the database too: no row without its promotion, its verdict and its second person", async () => {
    const { project, source } = await approved();
    const uat = await way.live(project.id, "uat", "v1.0", { id: source.imageId, digest: source.digest });
    const foreign = await way.image(project.id);
    let number = 100;
    const row = (data: object) =>
      db().deployment.create({
        data: {
          projectId: project.id,
          environmentId: uat.environmentId,
          number: (number += 1),
          trigger: "x",
          commit: "c",
          refName: "",
          ...data,
        },
      });
    const refused = (data: object) => expect(row(data)).rejects.toThrow(/berth_guard/);
    await refused({});
    await refused({ imageId: foreign.id });
    const elsewhere = await way.live(project.id, "staging", "v7.0");
    await refused({ releaseId: elsewhere.releaseId });
    const promotion = async (data: object) => {
      const stage = await db().stage.findFirstOrThrow({ where: { projectId: project.id, name: "uat" } });
      return db().promotion.create({
        data: {
          projectId: project.id,
          fromEnvironmentId: elsewhere.environmentId,
          fromReleaseId: elsewhere.releaseId,
          imageId: elsewhere.imageId,
          digest: elsewhere.digest,
          fingerprint: "f",
          commit: "c",
          toStageId: stage.id,
          toEnvironmentId: uat.environmentId,
          askedByName: "Eve",
          ...data,
        },
      });
    };
    const asked = await promotion({});
    await refused({ imageId: elsewhere.imageId, promotionId: asked.id });
    await db().promotion.update({ where: { id: asked.id }, data: { status: "started" } });
    await refused({ imageId: elsewhere.imageId, promotionId: asked.id });
    await way.verdict(elsewhere, "approve");
    await db().stage.updateMany({ where: { projectId: project.id, name: "uat" }, data: { approvalsRequired: 1 } });
    await refused({ imageId: elsewhere.imageId, promotionId: asked.id });
    await db().promotionApproval.create({ data: { promotionId: asked.id, personId: randomUUID(), personName: "Otto" } });
    await refused({ imageId: foreign.id, promotionId: asked.id });
    const kept = await row({ imageId: elsewhere.imageId, promotionId: asked.id });
    await expect(db().deployment.update({ where: { id: kept.id }, data: { imageId: foreign.id } })).rejects.toThrow(/berth_guard/);
    await db().deployment.update({ where: { id: kept.id }, data: { status: "failed" } });
    await row({ imageId: uat.imageId });
  });
});

describe("a rollback", () => {
  it("goes back to a release that once answered here: all of it, its image alone, or its configuration alone", async () => {
    const { project } = await approved();
    const old = await way.live(project.id, "staging", "v1.0");
    const now = await way.live(project.id, "staging", "v1.0");
    const environment = now.environmentId;
    const made = async (more: object) => {
      const { deploymentId } = await rollback.run(context(), admin, { environment, release: old.releaseId, ...more });
      return db().deployment.findUniqueOrThrow({ where: { id: deploymentId! } });
    };
    expect(await made({ reason: "It is slow" })).toMatchObject({
      trigger: "rollback",
      releaseId: old.releaseId,
      imageId: null,
      reason: "It is slow",
    });
    expect(await made({ keep: "configuration" })).toMatchObject({ releaseId: null, imageId: old.imageId, configurationReleaseId: null });
    expect(await made({ keep: "image" })).toMatchObject({ imageId: now.imageId, configurationReleaseId: old.releaseId });
  });

  it("is refused to what never answered, is not of this environment, runs already, or has no image any more", async () => {
    const { source } = await approved();
    const other = await approved();
    const run = (release: string | number) => rollback.run(context(), admin, { environment: source.environmentId, release });
    await expect(run(other.source.releaseId)).rejects.toMatchObject({ code: "not_found" });
    await expect(run(99)).rejects.toMatchObject({ code: "not_found" });
    await expect(run(source.releaseId)).rejects.toMatchObject({ code: "conflict" });
    const { projectId } = await db().environment.findUniqueOrThrow({ where: { id: source.environmentId } });
    const next = await way.live(projectId, "staging", "v1.0");
    await db().release.update({ where: { id: source.releaseId }, data: { servedAt: null } });
    await expect(run(source.releaseId)).rejects.toMatchObject({ code: "never_served" });
    await db().release.update({ where: { id: source.releaseId }, data: { servedAt: new Date() } });
    await db().image.update({ where: { id: source.imageId }, data: { removedAt: new Date() } });
    await expect(run(source.releaseId)).rejects.toMatchObject({ code: "image_gone" });
    expect(next.releaseId).not.toBe(source.releaseId);
  });

  it("is of whoever may deploy there: a tester in staging, ops everywhere, no developer", async () => {
    const { project, uat } = await inUat();
    const tester = await way.someone(project.id, ["tester"]);
    const developer = await way.someone(project.id, ["developer"]);
    const ops = await way.someone(project.id, ["ops"]);
    const next = await way.live(project.id, "uat", "v1.0");
    const staging = await way.live(project.id, "staging", "v1.0");
    const run = (actor: typeof ops, environment: string, release: string | number) =>
      rollback.run(context(), actor, { environment, release });
    await expect(run(developer, staging.environmentId, 1)).rejects.toMatchObject({ code: "forbidden" });
    await expect(run(tester, staging.environmentId, 1)).resolves.toBeTruthy();
    await expect(run(tester, next.environmentId, uat.releaseId)).rejects.toMatchObject({ code: "forbidden" });
    await expect(run(ops, next.environmentId, uat.releaseId)).resolves.toBeTruthy();
  });
});
