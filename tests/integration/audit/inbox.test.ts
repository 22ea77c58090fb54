import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { Actor } from "#lib/domain/access/policy.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { redeploy } from "#lib/domain/environments/commands/redeploy.ts";
import { countInbox, listInbox } from "#lib/domain/inbox/queries.ts";
import { type Stage, admin, openStage, person } from "#tests/integration/domain/stage.ts";

let stage: Stage;
let ada: Actor;
let project: { id: string; slug: string };

const developer = (grants: Parameters<typeof person>[1], id: string = randomUUID()): Actor => ({
  ...person(project.id, grants),
  id,
  name: "Deva",
});

async function kindsOf(actor: Actor): Promise<string[]> {
  const items = await listInbox(stage.context, actor);
  expect(await countInbox(stage.context, actor)).toBe(items.length);
  return items.map((item) => item.kind);
}

async function failedBy(actor: Actor, branch: string): Promise<{ environmentId: string; deploymentId: string }> {
  await stage.branch(project.id, branch);
  const started = await preview.run(stage.context, actor, { project: project.slug, ref: branch });
  await stage.worker.deployment.update({
    where: { id: started.deploymentId },
    data: { status: "failed", errorCode: "dockerfile_missing", endedAt: new Date() },
  });
  return started;
}

beforeAll(async () => {
  stage = await openStage();
  const row = await stage.worker.person.create({ data: { email: "ada@example.org", name: "Ada", isAdmin: true } });
  ada = { ...admin, id: row.id };
});
afterAll(() => stage.end());

beforeEach(async () => {
  project = await stage.project();
  // All parts are well, so that each test adds what it is about.
  for (const part of ["docker", "registry", "marathon"]) {
    const said = { state: "up", detail: null, checkedAt: new Date(), since: new Date(), facts: {} };
    await stage.worker.partStatus.upsert({ where: { part }, create: { part, ...said }, update: said });
  }
  await stage.worker.workerHeartbeat.deleteMany();
  await stage.worker.workerHeartbeat.create({ data: { poolId: randomUUID(), version: "test", startedAt: new Date(), beatAt: new Date() } });
  await stage.worker.project.updateMany({ data: { syncErrorCode: null } });
  await stage.worker.invitation.deleteMany();
});

describe("what waits for somebody", () => {
  it("is a deployment he asked for that failed, until something newer is there", async () => {
    const deva = developer({ review: ["view", "deploy"] });
    const { environmentId, deploymentId } = await failedBy(deva, "issue-1");
    expect(await listInbox(stage.context, deva)).toMatchObject([
      {
        kind: "deployment-failed",
        what: "Deployment #1 of review/issue-1 failed",
        target: { type: "deployment", id: deploymentId },
        others: "anybody who may deploy to Review",
      },
    ]);
    expect(await kindsOf(developer({ review: ["view", "deploy"] }))).toEqual([]);
    await redeploy.run(stage.context, deva, { environment: environmentId });
    expect(await kindsOf(deva)).toEqual([]);
  });

  it("is nothing of a stage he may no longer view, and nothing that is being taken down", async () => {
    const deva = developer({ review: ["view", "deploy"] });
    const { environmentId } = await failedBy(deva, "issue-1");
    expect(await kindsOf(deva)).toEqual(["deployment-failed"]);
    expect(await kindsOf(developer({ demo: ["view"] }, deva.id!))).toEqual([]);
    expect(await kindsOf({ ...deva, limits: { projects: new Set([randomUUID()]), verbs: null } })).toEqual([]);
    await stage.worker.environment.update({ where: { id: environmentId }, data: { desired: "destroyed" } });
    expect(await kindsOf(deva)).toEqual([]);
  });

  it("is an environment he deployed last that keeps crashing", async () => {
    const deva = developer({ review: ["view", "deploy"] });
    await stage.branch(project.id, "issue-2");
    const { environmentId } = await preview.run(stage.context, deva, { project: project.slug, ref: "issue-2" });
    await stage.worker.environment.update({ where: { id: environmentId }, data: { health: "crashing", healthDetail: "Exited with 1." } });
    expect(await listInbox(stage.context, deva)).toMatchObject([
      { kind: "environment-crashing", what: "review/issue-2 keeps crashing", target: { type: "environment", name: "review/issue-2" } },
    ]);
    expect(await kindsOf(ada)).toEqual([]);
  });

  it("is for admins a repository that cannot be read, a part that is not well, and an invitation that ends", async () => {
    await stage.worker.project.update({ where: { id: project.id }, data: { syncErrorCode: "git_url_invalid" } });
    expect(await kindsOf(ada)).toEqual(["repository-unreadable"]);
    await stage.worker.project.update({ where: { id: project.id }, data: { syncErrorCode: null } });

    await stage.worker.partStatus.update({ where: { part: "docker" }, data: { state: "down", detail: "It does not answer." } });
    expect(await listInbox(stage.context, ada)).toMatchObject([
      { kind: "part-unwell", what: "Docker Engine is not well", why: "It does not answer." },
    ]);
    await stage.worker.partStatus.update({ where: { part: "docker" }, data: { state: "off" } });
    await stage.worker.workerHeartbeat.deleteMany();
    expect(await listInbox(stage.context, ada)).toMatchObject([{ kind: "part-unwell", what: "The worker is not well" }]);
    await stage.worker.workerHeartbeat.create({
      data: { poolId: randomUUID(), version: "test", startedAt: new Date(), beatAt: new Date() },
    });

    const guest = await stage.worker.person.create({ data: { email: `${randomUUID()}@example.org`, name: "Inva" } });
    const hours = (count: number) => new Date(Date.now() + count * 3_600_000);
    const link = (expiresAt: Date, data = {}) =>
      stage.worker.invitation.create({ data: { personId: guest.id, hash: randomUUID(), createdByName: "Ada", expiresAt, ...data } });
    await link(hours(100));
    await link(hours(-1));
    await link(hours(20), { usedAt: new Date() });
    await link(hours(20), { revokedAt: new Date() });
    expect(await kindsOf(ada)).toEqual([]);
    await link(hours(20));
    expect(await listInbox(stage.context, ada)).toMatchObject([{ kind: "invitation-ends", target: { type: "person", id: guest.id } }]);
    expect(await kindsOf(developer({ review: ["view"] }))).toEqual([]);
    expect(await kindsOf({ ...ada, limits: { projects: new Set([project.id]), verbs: null } })).toEqual([]);
  });

  it("is bounded, however much there is", async () => {
    for (let number = 0; number < 60; number += 1)
      await stage.worker.project.create({
        data: { slug: randomUUID(), name: `P ${number}`, repositoryKind: "remote", syncErrorCode: "git_url_invalid" },
      });
    expect(await kindsOf(ada)).toHaveLength(50);
  });
});
