import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { destroy } from "#lib/domain/environments/commands/destroy.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { stop } from "#lib/domain/environments/commands/stop.ts";
import { setVariable } from "#lib/domain/variables/commands/set.ts";
import { getEnvironmentVariables, getProjectVariables } from "#lib/domain/variables/queries.ts";
import { generateSealingKey, open } from "#lib/platform/crypto/sealing.ts";

import { type Stage, admin, openStage, person } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(async () => {
  await stage.end();
});

describe("a preview", () => {
  it("writes environment, deployment, audit entry, event and job together", async () => {
    const project = await stage.project();
    await stage.branch(project.id, "issue-1");
    const result = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" });
    const { worker } = stage;
    expect(await worker.deployment.findUnique({ where: { id: result.deploymentId } })).toMatchObject({
      status: "queued",
      trigger: "preview",
      number: 1,
    });
    expect(await worker.auditEntry.findFirst({ where: { environmentId: result.environmentId } })).toMatchObject({
      action: "environment.preview",
      outcome: "allowed",
      actorName: "Ada",
    });
    expect(await worker.event.count({ where: { deploymentId: result.deploymentId } })).toBe(1);
    const jobs = await worker.$queryRaw<
      Array<{ key: string }>
    >`SELECT key FROM graphile_worker.jobs WHERE key = ${`reconcile-environment:${result.environmentId}`}`;
    expect(jobs).toHaveLength(1);
  });

  it("leaves at most one deployment waiting, however many people click at once", async () => {
    const project = await stage.project();
    await stage.branch(project.id, "issue-2");
    const results = await Promise.all(
      Array.from({ length: 12 }, () => preview.run(stage.context, admin, { project: project.slug, ref: "issue-2" })),
    );
    expect(new Set(results.map((result) => result.environmentId)).size).toBe(1);
    const counts = await stage.worker.deployment.groupBy({ by: ["status"], where: { projectId: project.id }, _count: true });
    expect(counts.toSorted((one, other) => one.status.localeCompare(other.status)).map(({ status, _count }) => [status, _count])).toEqual([
      ["queued", 1],
      ["superseded", 11],
    ]);
  });

  it("gives two branches with one slug two hosts", async () => {
    const project = await stage.project();
    for (const name of ["a/b", "a-b", "A-B"]) await stage.branch(project.id, name);
    for (const ref of ["a/b", "a-b", "A-B"]) await preview.run(stage.context, admin, { project: project.slug, ref });
    const hosts = await stage.worker.environment.findMany({ where: { projectId: project.id }, select: { host: true, appId: true } });
    expect(new Set(hosts.map((row) => row.host)).size).toBe(3);
    expect(new Set(hosts.map((row) => row.appId)).size).toBe(3);
  });

  it("does not exist for somebody who may not view the stage, and is refused to who may only view it", async () => {
    const project = await stage.project();
    await stage.branch(project.id, "issue-3");
    const input = { project: project.slug, ref: "issue-3" };
    await expect(preview.run(stage.context, person("another project", { review: ["view", "deploy"] }), input)).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(preview.run(stage.context, person(project.id, { review: ["view"] }), input)).rejects.toMatchObject({ code: "forbidden" });
    expect(await stage.worker.environment.count({ where: { projectId: project.id } })).toBe(0);
    expect(await stage.worker.auditEntry.count({ where: { outcome: "denied", action: "environment.preview" } })).toBeGreaterThanOrEqual(2);
    await expect(preview.run(stage.context, person(project.id, { review: ["view", "deploy"] }), input)).resolves.toBeDefined();
  });

  it.each([
    { project: "x", ref: ["issue-1"] },
    { project: "x", ref: "r", isAdmin: true },
    { project: { not: "" }, ref: "r" },
    { project: "x" },
    null,
    "x",
    { project: "x", ref: "a\0b" },
  ])("refuses %j as input, not as a mistake of its own", async (input) => {
    await expect(preview.run(stage.context, admin, input)).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("stop and destroy", () => {
  it("end what waits", async () => {
    const project = await stage.project();
    await stage.branch(project.id, "issue-4");
    const { environmentId, deploymentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-4" });
    await stop.run(stage.context, admin, { environment: environmentId });
    expect(await stage.worker.deployment.findUnique({ where: { id: deploymentId } })).toMatchObject({ status: "cancelled" });
    expect(await stage.worker.deploymentStep.count({ where: { deploymentId, status: { in: ["running", "waiting"] } } })).toBe(0);
    await destroy.run(stage.context, admin, { environment: environmentId });
    await expect(stop.run(stage.context, admin, { environment: environmentId })).rejects.toMatchObject({ code: "conflict" });
  });

  it("need the right to, in that stage", async () => {
    const project = await stage.project();
    await stage.branch(project.id, "issue-5");
    const { environmentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-5" });
    await expect(
      destroy.run(stage.context, person(project.id, { review: ["view", "deploy"] }), { environment: environmentId }),
    ).rejects.toMatchObject({ code: "forbidden" });
    await expect(
      destroy.run(stage.context, person(project.id, { staging: ["view", "destroy"] }), { environment: environmentId }),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a secret", () => {
  it("is sealed by web, opened only with the worker's key, and never comes back", async () => {
    const key = generateSealingKey("k1");
    await stage.worker.sealingKey.create({ data: { kid: key.kid, publicKey: Buffer.from(key.publicKey) } });
    const project = await stage.project();
    await stage.branch(project.id, "issue-6");
    const { environmentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-6" });
    const value = "canary-3f8a-value";
    await setVariable.run(stage.context, admin, {
      project: project.slug,
      scope: "environment",
      environment: environmentId,
      name: "API_KEY",
      kind: "secret",
      value,
    });
    await setVariable.run(stage.context, admin, { project: project.slug, scope: "project", name: "API_KEY", kind: "secret", value });
    const shown = [
      await getProjectVariables(stage.context, admin, project.slug),
      await getEnvironmentVariables(stage.context, admin, project.slug, "review/issue-6"),
    ];
    expect(JSON.stringify(shown)).toContain("API_KEY");
    expect(JSON.stringify(shown)).not.toContain(value);
    const sealed = await stage.worker.sealedSecret.findMany();
    expect(sealed.map((row) => open(key, row, row.scope))).toEqual([value, value]);
    expect(
      JSON.stringify(await stage.worker.auditEntry.findMany({ where: { projectId: project.id } }), (_key, field) =>
        typeof field === "bigint" ? String(field) : field,
      ),
    ).not.toContain(value);
  });

  it("of a stage or environment is set by who may configure there, of a project by its admins", async () => {
    const project = await stage.project();
    await stage.branch(project.id, "issue-7");
    const configurer = person(project.id, { review: ["view", "configure"] });
    const input = { project: project.slug, name: "A", kind: "plain", value: "1" };
    await expect(setVariable.run(stage.context, configurer, { ...input, scope: "stage", stage: "review" })).resolves.toBeDefined();
    await expect(setVariable.run(stage.context, configurer, { ...input, scope: "stage", stage: "staging" })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(setVariable.run(stage.context, configurer, { ...input, scope: "project" })).rejects.toMatchObject({ code: "forbidden" });
  });
});
