import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { advanceDeployment } from "#lib/domain/deployments/advance.ts";
import { beginDeployment } from "#lib/domain/deployments/begin.ts";
import { claimEnvironment } from "#lib/domain/environments/lease.ts";
import { readSnapshot } from "#lib/domain/environments/snapshot.ts";
import { promote } from "#lib/domain/promotions/commands/promote.ts";
import { generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import { type TestWorker, openWorker } from "#tests/integration/clusters/worker.ts";
import { admin } from "#tests/integration/domain/stage.ts";

import { type Way, openWay } from "./way.ts";

let way: Way;
let worker: TestWorker;
beforeAll(async () => {
  way = await openWay();
  worker = await openWorker({
    database: way.stage.worker,
    sealingKey: generateSealingKey("k"),
    settings: { urls: ["http://127.0.0.1:1"], embedded: false },
  });
});
afterAll(async () => {
  await worker?.end();
  await way?.end();
});

const db = () => way.stage.worker;

/** A promotion into UAT that has started, its deployment held by a freeze that began since. */
async function held() {
  const project = await way.project();
  const source = await way.live(project.id, "staging", "v1.0");
  await way.verdict(source, "approve");
  const { promotionId } = await promote.run(way.stage.context, admin, { environment: source.environmentId, to: "uat" });
  await way.advance(promotionId);
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
  const find = () => db().promotion.findUniqueOrThrow({ where: { id: promotionId }, include: { deployment: true } });
  const environmentId = (await find()).toEnvironmentId ?? "";
  const lease = await claimEnvironment(db(), environmentId, randomUUID());
  /** One look of the worker. */
  const look = async () => {
    const snapshot = await readSnapshot(db(), environmentId);
    const deployment = snapshot?.deployments[0];
    if (snapshot === null || deployment === undefined || lease === null) throw new Error("nothing is under way");
    if (deployment.status === "queued") await beginDeployment(worker.context, lease, snapshot, deployment);
    else await advanceDeployment(worker.context, lease, snapshot, deployment);
  };
  await look();
  await look();
  return { project, source, find, look, thaw: () => db().freezeWindow.delete({ where: { id: freeze.id } }) };
}

describe("a promotion that has started and is held by a freeze", () => {
  it("goes on afterwards, though something newer runs where it came from by then", async () => {
    const { project, source, find, look, thaw } = await held();
    expect((await find()).deployment?.status).toBe("preparing");
    const newer = await way.live(project.id, "staging", "v1.0");
    await way.verdict(newer, "reject");
    await thaw();
    await look();
    expect((await find()).deployment).toMatchObject({ status: "deploying", imageId: source.imageId });
  });

  it.each([
    ["reject", "rejected"],
    ["not_testable", "not_testable"],
  ] as const)("does not go on when its image got another verdict meanwhile: %s", async (kind, code) => {
    const { source, find, look, thaw } = await held();
    await way.verdict(source, kind);
    await thaw();
    await look();
    const { deployment, ...promotion } = await find();
    expect(deployment).toMatchObject({ status: "failed", errorCode: code, releaseId: null });
    expect(promotion).toMatchObject({ status: "failed", noteCode: code });
  });
});
