import { afterAll, beforeAll, expect, it } from "vitest";

import { createRelease } from "#lib/domain/deployments/release.ts";
import { readSnapshot } from "#lib/domain/environments/snapshot.ts";
import { changesSince, readLive } from "#lib/domain/verdicts/live.ts";
import { type Stage, openStage } from "#tests/integration/domain/stage.ts";

import { type Place, livePlace } from "./place.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

/** As the worker does when a deployment of the same image comes to it. */
async function releaseAnew(place: Place): Promise<void> {
  const { worker } = stage;
  const image = await worker.image.findFirstOrThrow({ where: { digest: place.digest } });
  const { id } = await worker.deployment.create({
    data: {
      projectId: place.projectId,
      environmentId: place.environmentId,
      number: 1,
      status: "preparing",
      trigger: "redeploy",
      commit: image.commit,
      refName: "refs/tags/v1",
    },
  });
  const snapshot = await readSnapshot(worker, place.environmentId);
  const deployment = snapshot?.deployments.find((each) => each.id === id);
  if (snapshot === null || deployment === undefined) throw new Error("The deployment is not there.");
  const liveReleaseId = await worker.$transaction((tx) => createRelease(tx, snapshot, deployment, image));
  await worker.environment.update({ where: { id: place.environmentId }, data: { liveReleaseId } });
}

async function pending(place: Place): Promise<string[]> {
  const live = (await readLive(stage.context.database, [place.environmentId])).get(place.environmentId);
  if (live === undefined) throw new Error("Nothing is live.");
  return changesSince(live.configuration, [live.pending], live.facts).map(({ name }) => name);
}

it("takes nothing for a change that a release made now would keep, whatever says it: page, stage, berth.json, variables of all scopes", async () => {
  const place = await livePlace(stage);
  const { worker } = stage;
  await releaseAnew(place);
  expect(await pending(place)).toEqual([]);
  const row = await worker.environment.findUniqueOrThrow({ where: { id: place.environmentId }, include: { stage: true } });
  const image = await worker.image.findFirstOrThrow({ where: { digest: place.digest } });
  const parsed = {
    port: 9_000,
    health: { path: "/up" },
    app: { killGraceSeconds: 40, labels: { a: "file" }, disk: 10 },
    stages: { staging: { checklist: ["x"] } },
  };
  await worker.pipelineFile.create({ data: { projectId: place.projectId, commit: image.commit, parsed } });
  await worker.project.update({ where: { id: place.projectId }, data: { appSettings: { killGraceSeconds: 30 } } });
  await worker.stage.update({ where: { id: row.stageId }, data: { appSettings: { labels: { b: "stage" } }, mem: 300, cpus: 0.3 } });
  const variable = { projectId: place.projectId, name: "A", kind: "plain" as const };
  await worker.variable.createMany({
    data: [
      { ...variable, value: "project" },
      { ...variable, value: "stage", stageId: row.stageId },
      { ...variable, value: "own", environmentId: row.id },
      { ...variable, name: "B", value: "" },
    ],
  });
  expect((await pending(place)).toSorted()).toEqual(
    ["A", "B", "CPUs", "disk space", "health check path", "kill grace seconds", "labels", "memory", "port"].toSorted(),
  );
  await worker.deployment.deleteMany({ where: { environmentId: place.environmentId } });
  await releaseAnew(place);
  expect(await pending(place)).toEqual([]);
  await worker.project.update({ where: { id: place.projectId }, data: { port: 9_001, healthPath: "/other" } });
  expect((await pending(place)).toSorted()).toEqual(["health check path", "port"]);
  await worker.deployment.deleteMany({ where: { environmentId: place.environmentId } });
  await releaseAnew(place);
  expect(await pending(place)).toEqual([]);
});
