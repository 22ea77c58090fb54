import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Actor } from "#lib/domain/access/policy.ts";
import { countInbox, listInbox } from "#lib/domain/inbox/queries.ts";
import { giveVerdict } from "#lib/domain/verdicts/commands/give.ts";
import { openRejectionsOf } from "#lib/domain/verdicts/rejections.ts";
import { type Stage, admin, openStage, person } from "#tests/integration/domain/stage.ts";

import { type Place, goLive, livePlace, tester } from "./place.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

async function waiting(actor: Actor) {
  const items = await listInbox(stage.context, actor);
  expect(await countInbox(stage.context, actor)).toBe(items.length);
  return items.map(({ kind, what, why, target }) => ({ kind, what, why, target }));
}

const give = (place: Place, actor: Actor, verdict: string, words = "") =>
  giveVerdict.run(stage.context, actor, { environment: place.environmentId, verdict, words });
const developer = (projectId: string, email = "deva@example.org"): Actor => ({
  ...person(projectId, { review: ["view", "deploy"], demo: ["view"], staging: ["view"] }),
  id: randomUUID(),
  email,
});
const ops = (projectId: string): Actor => ({
  ...person(projectId, { staging: ["view", "promote"], uat: ["view", "promote"], production: ["view", "promote"] }),
  id: randomUUID(),
  email: "otto@example.org",
});

describe("for a tester waits", () => {
  it("what is live in staging or UAT without a verdict that counts, until he or another gives one", async () => {
    const place = await livePlace(stage);
    const tess = tester(place.projectId);
    await livePlace(stage, { kind: "review", project: { id: place.projectId, slug: place.slug } });
    expect(await waiting(tess)).toMatchObject([
      { kind: "verdict-wanted", what: `${place.name} waits for a verdict`, target: { type: "environment", name: place.name } },
    ]);
    await give(place, tester(place.projectId, { email: "tom@example.org" }), "not_testable", "No data.");
    expect(await waiting(tess)).toEqual([]);
    await goLive(stage, place, { digest: place.digest, instances: 3 });
    expect(await waiting(tess)).toEqual([]);
    await goLive(stage, place, { digest: place.digest, variables: { A: { value: "1" } } });
    expect(await waiting(tess)).toMatchObject([{ kind: "verdict-wanted" }]);
    await give(place, tess, "reject", "Wrong.");
    await goLive(stage, place);
    expect(await waiting(tess)).toMatchObject([{ kind: "verdict-wanted" }]);
    for (const state of [{ health: "unhealthy" }, { desired: "stopped" as const }, { destroyedAt: new Date() }]) {
      await stage.worker.environment.update({
        where: { id: place.environmentId },
        data: { desired: "running", health: "healthy", ...state },
      });
      expect(await waiting(tess)).toEqual([]);
    }
  });

  it("nothing of his own work, nothing where he gives no verdicts, and nothing for admins who hold no role", async () => {
    const place = await livePlace(stage, { author: "TESS@example.org" });
    expect(await waiting(tester(place.projectId))).toEqual([]);
    expect(await waiting({ ...tester(place.projectId, { email: "tom@example.org" }) })).toHaveLength(1);
    expect(await waiting(developer(place.projectId))).toEqual([]);
    const ada = { ...admin, id: randomUUID(), limits: { projects: new Set([place.projectId]), verbs: null } };
    expect(await waiting(ada)).toEqual([]);
  });
});

describe("for the author waits", () => {
  it("what was rejected of his work, until a later build of its branch is there", async () => {
    const place = await livePlace(stage, { kind: "review", ref: "issue-7", author: "Deva@example.org" });
    const deva = developer(place.projectId);
    await give(place, tester(place.projectId), "reject", "The total\nis wrong.");
    expect(await waiting(deva)).toEqual([
      {
        kind: "work-rejected",
        what: "review/issue-7 was rejected",
        why: expect.stringMatching(/^Shop .*: The total is wrong\.$/),
        target: { type: "environment", project: place.slug, name: "review/issue-7" },
      },
    ]);
    expect(await waiting(developer(place.projectId, "dora@example.org"))).toEqual([]);
    const rejections = await openRejectionsOf(stage.context.database, [place.environmentId], ["review", "staging"]);
    expect(rejections.get(place.environmentId)).toMatchObject({
      words: "The total\nis wrong.",
      environmentName: "review/issue-7",
      by: "Tess",
    });
    const image = await stage.worker.image.findFirstOrThrow({ where: { digest: place.digest } });
    const build = { projectId: place.projectId, recipe: "a", dockerfilePath: "Dockerfile", contextPath: ".", logId: randomUUID() };
    await stage.worker.build.create({
      data: { ...build, commit: "b".repeat(40), refName: "refs/heads/issue-7", status: "built", imageId: image.id, endedAt: new Date() },
    });
    expect(await waiting(deva)).toEqual([]);
    expect((await openRejectionsOf(stage.context.database, [place.environmentId], ["review"])).size).toBe(0);
  });

  it("a rejection of a tag until a later build is judged in that stage, also where he may not look: then without the stage's name", async () => {
    const project = await stage.project();
    const first = await livePlace(stage, { kind: "uat", ref: "v2.0", author: "deva@example.org", project });
    const deva = developer(project.id);
    await give(first, tester(project.id), "not_testable", "Nobody can sign in.");
    expect(await waiting(deva)).toMatchObject([
      {
        kind: "work-rejected",
        what: expect.stringMatching(/^Your work on .* could not be tested$/),
        why: "Nobody can sign in.",
        target: { type: "refs", project: project.slug },
      },
    ]);
    expect(JSON.stringify(await waiting(deva))).not.toMatch(/uat|v2\.0/i);
    const second = await livePlace(stage, { kind: "uat", ref: "v2.1", project });
    expect(await waiting(deva)).toHaveLength(1);
    await give(second, tester(project.id), "approve");
    expect(await waiting(deva)).toEqual([]);
  });

  it("a rejection shows on the card of the branch whose commit the tag is, to who may view the stage", async () => {
    const project = await stage.project();
    const commit = "c".repeat(40);
    const review = await livePlace(stage, { kind: "review", ref: "issue-9", commit, project });
    const other = await livePlace(stage, { kind: "review", ref: "issue-8", project });
    const staging = await livePlace(stage, { ref: "v3.0", commit, project });
    await give(staging, tester(project.id), "reject", "No.");
    const ids = [review.environmentId, other.environmentId, staging.environmentId];
    const seen = await openRejectionsOf(stage.context.database, ids, ["review", "staging"]);
    expect([...seen]).toMatchObject([[review.environmentId, { environmentName: "staging/v3.0", words: "No.", kind: "reject" }]]);
    expect((await openRejectionsOf(stage.context.database, ids, ["review"])).size).toBe(0);
  });

  it("a deployment of his push that failed", async () => {
    const place = await livePlace(stage, { kind: "review", ref: "issue-5" });
    await stage.worker.ref.update({ where: { id: place.refId }, data: { authorEmail: "Deva@example.org" } });
    const { commit } = await stage.worker.ref.findUniqueOrThrow({ where: { id: place.refId } });
    const data = { projectId: place.projectId, environmentId: place.environmentId, trigger: "push", commit, refName: "refs/heads/issue-5" };
    await stage.worker.deployment.create({
      data: { ...data, number: 1, status: "failed", errorCode: "build_failed", endedAt: new Date() },
    });
    expect(await waiting(developer(place.projectId))).toMatchObject([
      { kind: "push-failed", why: expect.stringContaining("It is your commit") },
    ]);
  });
});

describe("for ops waits", () => {
  it("what is approved and can be promoted onward, until it is there or on its way, or the approval is void", async () => {
    const place = await livePlace(stage);
    const otto = ops(place.projectId);
    expect(await waiting(otto)).toEqual([]);
    await give(place, tester(place.projectId), "approve");
    expect(await waiting(otto)).toMatchObject([{ kind: "promotion-possible", what: `${place.name} is approved` }]);
    expect(await waiting(developer(place.projectId))).toEqual([]);
    const { id } = await stage.worker.variable.create({
      data: { projectId: place.projectId, environmentId: place.environmentId, name: "K", kind: "plain", value: "1" },
    });
    expect(await waiting(otto)).toEqual([]);
    await stage.worker.variable.delete({ where: { id } });
    expect(await waiting(otto)).toHaveLength(1);
    const uat = await livePlace(stage, { kind: "uat", ref: "elsewhere", project: { id: place.projectId, slug: place.slug } });
    await goLive(stage, uat, { digest: place.digest });
    expect(await waiting(otto)).toHaveLength(1);
    await stage.worker.environment.update({ where: { id: uat.environmentId }, data: { refId: place.refId } });
    expect(await waiting(otto)).toEqual([]);
  });
});
