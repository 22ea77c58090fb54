import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { preview } from "#lib/domain/environments/commands/preview.ts";
import { expireEnvironments } from "#lib/domain/environments/expire.ts";
import { addStage } from "#lib/domain/stages/commands/add.ts";
import { removeStage } from "#lib/domain/stages/commands/remove.ts";
import { reorderStages } from "#lib/domain/stages/commands/reorder.ts";
import { updateStage } from "#lib/domain/stages/commands/update.ts";
import { getPipeline } from "#lib/domain/stages/queries.ts";
import { type Stage, admin, openStage, person } from "#tests/integration/domain/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

const pipeline = (slug: string, actor = admin) => getPipeline(stage.context, actor, slug);
const named = async (slug: string, name: string) => {
  const found = (await pipeline(slug)).stages.find((row) => row.name === name);
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
};
const names = async (slug: string) => (await pipeline(slug)).stages.map(({ name }) => name);
const change = (id: string, fields: object) => updateStage.run(stage.context, admin, { stage: id, ...fields });

describe("a stage", () => {
  it("is added before production, edited, moved and removed, with its name free again afterwards", async () => {
    const { slug } = await stage.project();
    const wanted = { project: slug, name: "qa", title: "QA", kind: "staging", refKind: "tag", refPattern: "rc*", starts: "on_push" };
    const { id } = await addStage.run(stage.context, admin, wanted);
    expect(await names(slug)).toEqual(["review", "demo", "staging", "uat", "qa", "production"]);
    await change(id, { instances: 3, ttlHours: 48, checks: [{ name: "unit", command: "npm test" }] });
    expect(await named(slug, "qa")).toMatchObject({
      instances: 3,
      ttlHours: 48,
      version: 2,
      checks: [{ name: "unit", command: "npm test", timeoutSeconds: 600 }],
    });
    const ids = (await pipeline(slug)).stages.map((row) => row.id);
    await reorderStages.run(stage.context, admin, { project: slug, stages: [id, ...ids.filter((other) => other !== id)] });
    expect(await names(slug)).toEqual(["qa", "review", "demo", "staging", "uat", "production"]);
    await removeStage.run(stage.context, admin, { stage: id });
    expect(await names(slug)).toEqual(["review", "demo", "staging", "uat", "production"]);
    await addStage.run(stage.context, admin, wanted);
    expect(await names(slug)).toEqual(["review", "demo", "staging", "uat", "qa", "production"]);
  });

  it("stays while environments are there, and says which", async () => {
    const { id: projectId, slug } = await stage.project();
    await stage.branch(projectId, "issue-1");
    const { environmentId } = await preview.run(stage.context, admin, { project: slug, ref: "issue-1" });
    const review = await named(slug, "review");
    await expect(removeStage.run(stage.context, admin, { stage: review.id })).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("review/issue-1"),
    });
    await expect(change(review.id, { name: "other" })).rejects.toMatchObject({
      code: "invalid_input",
      fields: { name: expect.stringContaining("review/issue-1") },
    });
    await change(review.id, { title: "Previews" });
    await stage.worker.environment.update({ where: { id: environmentId }, data: { destroyedAt: new Date() } });
    await removeStage.run(stage.context, admin, { stage: review.id });
    expect(await names(slug)).not.toContain("review");
  });

  it("makes sense in its pipeline, or is refused by field", async () => {
    const { slug } = await stage.project();
    const wrong = async (name: string, fields: object) => {
      const error = await change((await named(slug, name)).id, fields).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: "invalid_input" });
      return Object.keys(error instanceof Object && "fields" in error ? { ...Object(error.fields) } : {});
    };
    expect(await wrong("staging", { kind: "production" })).toContain("kind");
    expect(await wrong("staging", { verdictRequired: true })).toEqual(["verdictRequired"]);
    expect(await wrong("staging", { approvalsRequired: 1 })).toEqual(["approvalsRequired"]);
    expect(await wrong("staging", { perRef: false })).toContain("perRef");
    expect(await wrong("production", { starts: "on_push", verdictRequired: false })).toContain("starts");
    expect(await wrong("production", { ttlHours: 24 })).toEqual(["ttlHours"]);
    expect(await wrong("uat", { name: "staging" })).toEqual(["name"]);
    expect(await wrong("staging", { refPattern: ":default" })).toEqual(["refPattern"]);
    expect(await wrong("staging", { refPattern: "v 1" })).toEqual(["refPattern"]);
    expect(await wrong("staging", { checks: [{ name: "x", command: "" }] })).toEqual(["checks.0.command"]);
    const ids = (await pipeline(slug)).stages.map(({ id }) => id);
    const order = (list: string[]) => reorderStages.run(stage.context, admin, { project: slug, stages: list });
    await expect(order(ids.toReversed())).rejects.toMatchObject({ code: "invalid_input", fields: { order: expect.any(String) } });
    await expect(order(ids.slice(1))).rejects.toMatchObject({ code: "conflict" });
    await expect(order([...ids.slice(1), ids[1]!])).rejects.toMatchObject({ code: "conflict" });
  });

  it("keeps the first of two edits that are made of the same sight, and of two that make no sense together", async () => {
    const { slug } = await stage.project();
    const { id, version } = await named(slug, "staging");
    const both = await Promise.allSettled([change(id, { version, instances: 2 }), change(id, { version, instances: 3 })]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "conflict" } });
    const uat = await named(slug, "uat");
    const demo = await named(slug, "demo");
    const renamed = await Promise.allSettled([change(uat.id, { name: "gate" }), change(demo.id, { name: "gate" })]);
    expect(renamed.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const many = await Promise.allSettled(
      Array.from({ length: 4 }, (_, index) =>
        addStage.run(stage.context, admin, {
          project: slug,
          name: `extra-${index % 2}`,
          title: "Extra",
          kind: "review",
          refKind: "branch",
          starts: "on_click",
        }),
      ),
    );
    expect(many.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    const rows = await stage.worker.stage.findMany({ where: { project: { slug } }, orderBy: { position: "asc" } });
    expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index));
  });

  it("is seen by whoever may see its kind, and edited by admins alone", async () => {
    const { id, slug } = await stage.project();
    const deva = person(id, { review: ["view", "deploy"], staging: ["view"] });
    const seen = await pipeline(slug, deva);
    expect(seen.stages.map(({ name }) => name)).toEqual(["review", "staging"]);
    const edit = (stageId: string) => updateStage.run(stage.context, deva, { stage: stageId, instances: 5 });
    await expect(edit(seen.stages[0]!.id)).rejects.toMatchObject({ code: "forbidden" });
    await expect(edit((await named(slug, "production")).id)).rejects.toMatchObject({ code: "not_found" });
    await expect(edit(randomUUID())).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("an environment nobody touches", () => {
  it("goes after the hours its stage says, and not while somebody is at it", async () => {
    const { id: projectId, slug } = await stage.project();
    const made: Record<string, string> = {};
    for (const name of ["old", "read", "busy", "fresh"]) {
      await stage.branch(projectId, name);
      made[name] = (await preview.run(stage.context, admin, { project: slug, ref: name })).environmentId;
    }
    await change((await named(slug, "review")).id, { ttlHours: 24 });
    const long = new Date(Date.now() - 25 * 3_600_000);
    const set = (name: string, data: object) => stage.worker.environment.update({ where: { id: made[name]! }, data });
    await stage.worker.deployment.updateMany({ where: { environmentId: { not: made["busy"]! }, projectId }, data: { status: "live" } });
    await set("old", { changedAt: long });
    await set("read", { changedAt: long, logWatchedUntil: new Date() });
    await set("busy", { changedAt: long });
    expect(await expireEnvironments(stage.worker)).toBe(1);
    const wishes = await stage.worker.environment.findMany({ where: { projectId }, select: { name: true, desired: true } });
    expect(wishes.filter(({ desired }) => desired === "destroyed")).toEqual([{ name: "review/old", desired: "destroyed" }]);
    expect(await stage.worker.auditEntry.count({ where: { action: "environment.expire", environmentId: made["old"]! } })).toBe(1);
    expect(await expireEnvironments(stage.worker)).toBe(0);
  });
});
