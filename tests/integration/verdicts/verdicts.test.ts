import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { giveVerdict } from "#lib/domain/verdicts/commands/give.ts";
import { getVerdictHistory } from "#lib/domain/verdicts/queries.ts";
import { standingsOf } from "#lib/domain/verdicts/standing.ts";
import { tellVoided } from "#lib/domain/verdicts/void.ts";
import { type Stage, admin, openStage, person } from "#tests/integration/domain/stage.ts";

import { type Place, goLive, livePlace, tester } from "./place.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

const standing = async (place: Place) => (await standingsOf(stage.context.database, [place.environmentId])).get(place.environmentId);
const give = (place: Place, actor: Parameters<typeof giveVerdict.run>[1], more: object = {}) =>
  giveVerdict.run(stage.context, actor, { environment: place.environmentId, verdict: "approve", ...more });

describe("a verdict", () => {
  it("stands for what is live, with its words, its event and its entry in the log", async () => {
    const place = await livePlace(stage);
    expect(await standing(place)).toEqual({ state: "none" });
    const tess = tester(place.projectId);
    const { id } = await give(place, tess, { verdict: "reject", words: " The total is wrong. ", release: place.releaseId, seen: "none" });
    expect(await standing(place)).toMatchObject({
      state: "rejected",
      verdict: { words: "The total is wrong.", imageDigest: place.digest },
    });
    expect(await stage.worker.event.findFirst({ where: { environmentId: place.environmentId, kind: "verdict.given" } })).toMatchObject({
      message: "Rejected: release #1: “The total is wrong.”",
      detail: { verdict: "rejected", authorEmail: "nobody@example.org", verdictId: id },
    });
    expect(await stage.worker.auditEntry.findFirst({ where: { objectId: id } })).toMatchObject({
      action: "verdict.give",
      outcome: "allowed",
    });
  });

  it("is never changed afterwards, whoever tries", async () => {
    const place = await livePlace(stage);
    const { id } = await give(place, tester(place.projectId));
    await expect(stage.worker.verdict.update({ where: { id }, data: { kind: "reject" } })).rejects.toThrow("never changed");
    await expect(stage.context.database.verdict.deleteMany({ where: { id } })).rejects.toThrow("permission denied");
  });

  it("that is no approval needs words", async () => {
    const place = await livePlace(stage);
    for (const verdict of ["reject", "not_testable"])
      await expect(give(place, tester(place.projectId), { verdict, words: "  " })).rejects.toMatchObject({
        code: "invalid_input",
        fields: { words: expect.any(String) },
      });
    expect(await standing(place)).toEqual({ state: "none" });
  });

  it("is given by whoever has the verb there, and by nobody else", async () => {
    const place = await livePlace(stage);
    const looker = { ...person(place.projectId, { staging: ["view", "deploy", "promote"] }), id: randomUUID() };
    await expect(give(place, looker)).rejects.toMatchObject({ code: "forbidden" });
    const outsider = { ...person(place.projectId, { review: ["view", "verdict"] }), id: randomUUID() };
    await expect(give(place, outsider)).rejects.toMatchObject({ code: "not_found" });
    const tess = tester(place.projectId);
    await expect(give(place, { ...tess, limits: { projects: null, verbs: new Set(["deploy"]) } })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(give(place, { ...tess, limits: { projects: new Set([randomUUID()]), verbs: null } })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(
      give(place, { ...tess, viewing: { by: { id: randomUUID(), name: "Ada" }, as: { kind: "person", id: tess.id!, name: "Tess" } } }),
    ).rejects.toMatchObject({ code: "view_only" });
    expect(await stage.worker.verdict.count({ where: { environmentId: place.environmentId } })).toBe(0);
    expect(await stage.worker.auditEntry.count({ where: { action: "verdict.give", outcome: "denied" } })).toBeGreaterThanOrEqual(4);
  });

  it("is refused on one's own work: the author's, the committer's, the pusher's, and of who handed the image over", async () => {
    const place = await livePlace(stage, { author: "Tess@Example.org" });
    await expect(give(place, tester(place.projectId))).rejects.toMatchObject({ code: "own_commit" });
    await expect(give(place, { ...admin, id: randomUUID(), email: "tess@example.org" })).rejects.toMatchObject({ code: "own_commit" });
    await expect(give(place, tester(place.projectId, { email: "tom@example.org" }))).resolves.toBeDefined();

    const pushed = await livePlace(stage);
    const tom = tester(pushed.projectId, { email: "tom@example.org" });
    const { commit, id } = await stage.worker.image.findFirstOrThrow({ where: { digest: pushed.digest } });
    await stage.worker.commitPush.create({ data: { projectId: pushed.projectId, commit, personId: tom.id!, personName: "Tom" } });
    await expect(give(pushed, tom, { verdict: "reject", words: "no" })).rejects.toMatchObject({ code: "own_commit" });

    const handed = await livePlace(stage);
    const una = tester(handed.projectId, { email: "una@example.org" });
    await stage.worker.image.updateMany({ where: { digest: handed.digest }, data: { handedOverById: una.id } });
    await expect(give(handed, una)).rejects.toMatchObject({ code: "own_commit" });
    await stage.worker.image.update({ where: { id }, data: { authorEmail: null, committerEmail: null } });
    await stage.worker.ref.update({ where: { id: pushed.refId }, data: { authorEmail: "una@example.org" } });
    await expect(give(pushed, tester(pushed.projectId, { email: "una@example.org" }))).rejects.toMatchObject({ code: "own_commit" });
    expect(await stage.worker.auditEntry.count({ where: { reason: "own_commit", outcome: "denied" } })).toBeGreaterThanOrEqual(4);
  });

  it("approves only what answers; what does not can be rejected", async () => {
    const place = await livePlace(stage);
    const tess = tester(place.projectId);
    for (const state of [{ health: "unhealthy" }, { health: "crashing" }, { health: "healthy", desired: "stopped" as const }]) {
      await stage.worker.environment.update({ where: { id: place.environmentId }, data: { desired: "running", ...state } });
      await expect(give(place, tess)).rejects.toMatchObject({ code: "not_live", detail: expect.stringContaining(place.name) });
    }
    await expect(give(place, tess, { verdict: "not_testable", words: "It is stopped." })).resolves.toBeDefined();
    await stage.worker.environment.update({ where: { id: place.environmentId }, data: { liveReleaseId: null } });
    await expect(give(place, tess, { verdict: "reject", words: "Nothing there." })).rejects.toMatchObject({ code: "not_live" });
    expect(await standing(place)).toEqual({ state: "none" });
  });

  it("names only items of the checklist of that very commit, and does not approve what failed", async () => {
    const place = await livePlace(stage);
    const { commit } = await stage.worker.release.findUniqueOrThrow({ where: { id: place.releaseId } });
    const parsed = { checklist: ["Sign in"], stages: { staging: { checklist: ["Pay"] }, uat: { checklist: ["Other"] } } };
    await stage.worker.pipelineFile.create({ data: { projectId: place.projectId, commit, parsed } });
    const tess = tester(place.projectId);
    await expect(give(place, tess, { checklist: [{ item: "Other", ok: true }] })).rejects.toMatchObject({ code: "invalid_input" });
    await expect(give(place, tess, { checklist: [{ item: "Pay", ok: false }] })).rejects.toMatchObject({ code: "invalid_input" });
    const { id } = await give(place, tess, { checklist: [{ item: "Pay", ok: true }] });
    expect(await stage.worker.verdict.findUnique({ where: { id } })).toMatchObject({
      checklist: [
        { item: "Sign in", ok: null },
        { item: "Pay", ok: true },
      ],
    });
  });
});

describe("a verdict is void", () => {
  it("as soon as another image is live, and says which", async () => {
    const place = await livePlace(stage);
    await give(place, tester(place.projectId));
    const next = await goLive(stage, place);
    expect(await standing(place)).toMatchObject({ state: "void", reason: "image_changed", changes: [{ kind: "image" }] });
    await goLive(stage, place, { digest: next.digest });
    expect(await standing(place)).toMatchObject({ state: "void" });
    await goLive(stage, place, { digest: place.digest });
    expect(await standing(place)).toMatchObject({ state: "approved" });
  });

  it("as soon as a variable changes, before it is deployed and after, with who and when, until it is as it was", async () => {
    const place = await livePlace(stage);
    await give(place, tester(place.projectId));
    const { id } = await stage.worker.variable.create({
      data: { projectId: place.projectId, name: "TAX", kind: "plain", value: "19", changedByName: "Otto" },
    });
    const changed = {
      state: "void",
      reason: "configuration_changed",
      changes: [{ kind: "variable", name: "TAX", by: "Otto", at: expect.any(Date) }],
    };
    expect(await standing(place)).toMatchObject(changed);
    await goLive(stage, place, { digest: place.digest, variables: { TAX: { value: "19" } } });
    expect(await standing(place)).toMatchObject(changed);
    const history = await getVerdictHistory(stage.context, tester(place.projectId), place.slug, place.name);
    expect(history.verdicts).toMatchObject([{ worth: "void", voidedBy: expect.stringMatching(/^TAX changed by Otto at \d{4}-/) }]);
    await stage.worker.variable.delete({ where: { id } });
    expect(await standing(place)).toMatchObject({ state: "void" });
    await goLive(stage, place, { digest: place.digest });
    expect(await standing(place)).toMatchObject({ state: "approved" });
  });

  it("by a variable of its own stage or environment, and not by one of another", async () => {
    const place = await livePlace(stage);
    const other = await livePlace(stage, { kind: "uat", project: { id: place.projectId, slug: place.slug } });
    const tess = tester(place.projectId);
    for (const one of [place, other]) await give(one, tess);
    const uat = await stage.worker.stage.findFirstOrThrow({ where: { projectId: place.projectId, kind: "uat" } });
    await stage.worker.variable.create({ data: { projectId: place.projectId, stageId: uat.id, name: "A", kind: "plain", value: "1" } });
    expect([await standing(place), await standing(other)]).toMatchObject([{ state: "approved" }, { state: "void" }]);
    await stage.worker.variable.create({
      data: { projectId: place.projectId, environmentId: place.environmentId, name: "B", kind: "plain", value: "1" },
    });
    expect(await standing(place)).toMatchObject({ state: "void", changes: [{ name: "B" }] });
  });

  it("by a setting of the app, and not by another number of instances", async () => {
    const place = await livePlace(stage);
    await give(place, tester(place.projectId));
    await goLive(stage, place, { digest: place.digest, instances: 4 });
    await stage.worker.stage.updateMany({ where: { projectId: place.projectId }, data: { instances: 4 } });
    expect(await standing(place)).toMatchObject({ state: "approved" });
    await stage.worker.stage.updateMany({ where: { projectId: place.projectId, kind: "staging" }, data: { mem: 999 } });
    expect(await standing(place)).toMatchObject({ state: "void", changes: [{ kind: "setting", name: "memory" }] });
    await stage.worker.stage.updateMany({ where: { projectId: place.projectId, kind: "staging" }, data: { mem: 256 } });
    await stage.worker.project.update({ where: { id: place.projectId }, data: { appSettings: { killGraceSeconds: 60 } } });
    expect(await standing(place)).toMatchObject({ state: "void", changes: [{ kind: "setting" }] });
  });

  it("and is then told once, to who gave it", async () => {
    const place = await livePlace(stage);
    const tess = tester(place.projectId);
    await give(place, tess);
    for (let round = 0; round < 2; round += 1) {
      const { liveReleaseId } = await stage.worker.environment.findUniqueOrThrow({ where: { id: place.environmentId } });
      await goLive(stage, place);
      await stage.worker.$transaction((tx) => tellVoided(tx, { id: place.environmentId, projectId: place.projectId }, liveReleaseId));
    }
    const told = await stage.worker.event.findMany({ where: { environmentId: place.environmentId, kind: "verdict.voided" } });
    expect(told).toMatchObject([{ detail: { judgeId: tess.id, reason: "image_changed" } }]);
  });

  it("and cannot be given as an approval of what is about to change", async () => {
    const place = await livePlace(stage);
    await stage.worker.variable.create({
      data: { projectId: place.projectId, name: "KEY", kind: "plain", value: "1", changedByName: "Otto" },
    });
    await expect(give(place, tester(place.projectId))).rejects.toMatchObject({
      code: "configuration_pending",
      detail: expect.stringContaining("KEY changed by Otto"),
    });
    await expect(give(place, tester(place.projectId), { verdict: "reject", words: "No." })).resolves.toBeDefined();
  });
});

describe("several at once", () => {
  it("two testers: the second is told of the first, and only one verdict is kept", async () => {
    const place = await livePlace(stage);
    const [tess, tom] = [tester(place.projectId), tester(place.projectId, { name: "Tom", email: "tom@example.org" })];
    const results = await Promise.allSettled([
      give(place, tess, { seen: "none" }),
      give(place, tom, { verdict: "reject", words: "No.", seen: "none" }),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "verdict_meanwhile" } });
    expect(await stage.worker.verdict.count({ where: { environmentId: place.environmentId } })).toBe(1);
  });

  it("a push: what was not looked at is never approved, whichever comes first", async () => {
    for (let round = 0; round < 6; round += 1) {
      const place = await livePlace(stage);
      const [verdict] = await Promise.allSettled([
        give(place, tester(place.projectId), { release: place.releaseId, seen: "none" }),
        goLive(stage, place),
      ]);
      const kept = await stage.worker.verdict.findFirst({ where: { environmentId: place.environmentId } });
      // Either it was given on what was looked at, or it was refused and nothing is kept.
      const refusal = verdict?.status === "rejected" ? verdict.reason : null;
      expect([kept?.imageDigest ?? null, refusal?.code ?? null]).toEqual(
        refusal === null ? [place.digest, null] : [null, "verdict_outdated"],
      );
      expect(await standing(place)).not.toMatchObject({ state: "approved" });
    }
  });

  it("without what was seen, each is numbered and the newest counts", async () => {
    const place = await livePlace(stage);
    await Promise.all(
      Array.from({ length: 5 }, (_none, index) => give(place, tester(place.projectId), { verdict: "reject", words: `No ${index}.` })),
    );
    const rows = await stage.worker.verdict.findMany({ where: { environmentId: place.environmentId }, orderBy: { number: "asc" } });
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(await standing(place)).toMatchObject({ verdict: { number: 5 } });
  });
});
