import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { preview } from "#lib/domain/environments/commands/preview.ts";
import { scale } from "#lib/domain/environments/commands/scale.ts";
import { getEnvironmentById } from "#lib/domain/environments/queries.ts";
import { previewScale } from "#lib/domain/environments/scaling.ts";
import { updateStage } from "#lib/domain/stages/commands/update.ts";

import { admin, openStage, person, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

async function environment() {
  const project = await stage.project();
  await stage.branch(project.id, "issue-1");
  const { environmentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" });
  return { projectId: project.id, environmentId };
}

const hosts = (...free: { cpus: number; mem: number }[]) => ({ cpus: 8, cpusPromised: 1, mem: 4096, memPromised: 1024, hosts: free });

async function totals(readAt: Date, ...free: { cpus: number; mem: number }[]): Promise<void> {
  const data = { ...hosts(...free), readAt };
  await stage.worker.clusterSnapshot.upsert({ where: { id: 1 }, create: { id: 1, ...data }, update: data });
}

describe("what a scaling would mean", () => {
  it("is told to whoever may scale, refused to whoever may not, and hidden from whoever may not view", async () => {
    const { projectId, environmentId } = await environment();
    const ask = (verbs: readonly string[]) => previewScale(stage.context, person(projectId, { review: verbs }), environmentId, { to: 2 });
    expect(await ask(["view", "scale"])).toMatchObject({ from: 1, to: 2 });
    await expect(ask(["view", "deploy"])).rejects.toMatchObject({ code: "forbidden" });
    await expect(ask([])).rejects.toMatchObject({ code: "not_found" });
    const facts = async (verbs: readonly string[]) =>
      (await getEnvironmentById(stage.context, person(projectId, { review: verbs }), environmentId)).scaling;
    expect(await facts(["view"])).toBeNull();
    expect(await facts(["view", "scale"])).toMatchObject({ instances: 1 });
  });

  it("counts what the hosts have free, and does not trust totals that are old", async () => {
    const { environmentId } = await environment();
    await totals(new Date(), { cpus: 0.5, mem: 300 }, { cpus: 4, mem: 600 });
    expect(await previewScale(stage.context, admin, environmentId, { to: 4 })).toMatchObject({ room: 3, fits: true });
    expect(await previewScale(stage.context, admin, environmentId, { to: 5 })).toMatchObject({ room: 3, fits: false });
    await totals(new Date(Date.now() - 5 * 60_000), { cpus: 4, mem: 600 });
    expect(await previewScale(stage.context, admin, environmentId, { to: 4 })).toMatchObject({ room: null, fits: null });
  });

  it("is bounded: none at all is a stop, and more than fifty is refused", async () => {
    const { environmentId } = await environment();
    for (const to of [0, 51]) {
      await expect(previewScale(stage.context, admin, environmentId, { to })).rejects.toMatchObject({ code: "invalid_input" });
      await expect(scale.run(stage.context, admin, { environment: environmentId, instances: to })).rejects.toMatchObject({
        code: "invalid_input",
        fields: { instances: expect.any(String) },
      });
    }
  });
});

describe("the number of instances", () => {
  it("is changed once however often it is asked for, with who asked and from where to where", async () => {
    const { environmentId } = await environment();
    for (let times = 0; times < 3; times++) await scale.run(stage.context, admin, { environment: environmentId, instances: 3 });
    const events = await stage.worker.event.findMany({ where: { environmentId, kind: "environment.scaling" } });
    expect(events).toMatchObject([{ actorName: "Ada", message: "Scale from 1 instance to 3 asked for" }]);
    const [entry] = await stage.worker.auditEntry.findMany({
      where: { environmentId, action: "environment.scale" },
      orderBy: { seq: "asc" },
    });
    expect(entry).toMatchObject({ before: { instances: 1 }, after: { instances: 3 } });
  });

  it("is the environment's own: another number in the stage is for new environments", async () => {
    const { projectId, environmentId } = await environment();
    await scale.run(stage.context, admin, { environment: environmentId, instances: 3 });
    const { id } = await stage.worker.stage.findFirstOrThrow({ where: { projectId, name: "review" } });
    await updateStage.run(stage.context, admin, { stage: id, instances: 2 });
    expect((await stage.worker.environment.findUniqueOrThrow({ where: { id: environmentId } })).instances).toBe(3);
    await stage.branch(projectId, "issue-2");
    const { slug } = await stage.worker.project.findUniqueOrThrow({ where: { id: projectId } });
    const other = await preview.run(stage.context, admin, { project: slug, ref: "issue-2" });
    expect((await stage.worker.environment.findUniqueOrThrow({ where: { id: other.environmentId } })).instances).toBe(2);
  });
});
