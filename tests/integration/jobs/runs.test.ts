import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { deleteJob } from "#lib/domain/jobs/commands/delete.ts";
import { runJob } from "#lib/domain/jobs/commands/run.ts";
import { stopRun } from "#lib/domain/jobs/commands/stop-run.ts";
import { stillFresh } from "#lib/domain/jobs/lease.ts";
import { sweepJobApps, sweepJobRows } from "#lib/domain/jobs/sweep.ts";
import { sweepEnvironments } from "#lib/domain/workers/sweep.ts";
import { admin } from "#tests/integration/domain/stage.ts";

import { type JobStage, openJobStage } from "./stage.ts";

let stage: JobStage;
beforeAll(async () => {
  stage = await openJobStage();
});
afterAll(() => stage.end());
afterEach(async () => {
  stage.cluster.room = true;
  await stage.worker.jobRun.updateMany({
    where: { status: { in: ["waiting", "running"] } },
    data: { status: "stopped", endedAt: new Date() },
  });
  await stage.worker.job.updateMany({ data: { nextDueAt: null } });
});

const run = (job: string) => runJob.run(stage.context, admin, { job });
const later = (seconds: number) => new Date(Date.now() + seconds * 1000);
const startsOf = (appId: string | null | undefined) => stage.cluster.starts.filter((id) => id === appId).length;

async function only(jobId: string) {
  const [row, ...others] = await stage.runs(jobId);
  expect(others).toEqual([]);
  if (row === undefined) throw new Error("There is no run.");
  return row;
}

/** A run that was started by hand, with its task alive. */
async function running(fields: object = {}) {
  const job = await stage.job(fields);
  await run(job.id);
  await stage.turn();
  await stage.turn();
  const row = await only(job.id);
  expect(row).toMatchObject({ status: "running", attempt: 1 });
  return { job, row, appId: row.appId ?? "" };
}

describe("a run", () => {
  it("is an app of its own with the live release's image and variables, and no ports, checks or routes", async () => {
    const { appId, row, job } = await running({ cpus: 0.5, mem: 64 });
    expect(appId).toMatch(/^\/berth-jobs\/shop-[a-z0-9]+\/review\/issue-1\/import\/1-1-[0-9a-f]{8}$/);
    const body = stage.cluster.apps.get(appId)?.body;
    expect(body).toMatchObject({
      cmd: "node import.js",
      instances: 1,
      cpus: 0.5,
      mem: 64,
      env: { GREETING: "quay-lantern", BERTH_JOB: "import", BERTH_RUN: "1" },
      healthChecks: [],
      backoffSeconds: 604_800,
      maxLaunchDelaySeconds: 604_800,
    });
    expect(body?.labels).toMatchObject({ "berth.jobs": "clusters", "berth.job": job.id, "berth.run": row.id });
    expect(body?.labels).not.toHaveProperty(["berth.instance"]);
    expect(JSON.stringify(body)).not.toMatch(/containerPort":(?!0)|HAPROXY|traefik/);
  });

  it("succeeds with its output, in which values of variables are hidden, and its app is put away and then removed", async () => {
    const { appId, row, job } = await running();
    stage.cluster.end(appId, 0, "GREETING=quay-lantern\nlast words without a line end");
    await stage.turn();
    expect(await only(job.id)).toMatchObject({ status: "succeeded", exitCode: 0, endedAt: expect.any(Date) });
    const text = await stage.log(row.logId);
    expect(text).toContain(`hello from ${appId}`);
    expect(text).toContain("last words without a line end");
    expect(text).not.toContain("quay-lantern");
    await sweepJobApps(stage.one);
    expect(stage.cluster.apps.get(appId)).toMatchObject({ instances: 0 });
    await sweepJobApps(stage.one, later(30));
    expect(stage.cluster.apps.has(appId)).toBe(true);
    await sweepJobApps(stage.one, later(61));
    expect(stage.cluster.apps.has(appId)).toBe(false);
    expect(startsOf(appId)).toBe(1);
  });

  it("that ends before anybody has looked succeeds with its output all the same", async () => {
    const job = await stage.job();
    await run(job.id);
    await stage.turn();
    const { appId, logId } = await only(job.id);
    stage.cluster.end(appId ?? "", 0, "quick\n");
    await stage.turn();
    expect(await only(job.id)).toMatchObject({ status: "succeeded", startedAt: expect.any(Date) });
    expect(await stage.log(logId)).toContain("quick");
  });

  it("fails with its exit code, and those who want to know are told", async () => {
    const { appId, job } = await running();
    stage.cluster.end(appId, 3, "no database\n");
    await stage.turn();
    const row = await only(job.id);
    expect(row).toMatchObject({ status: "failed", exitCode: 3, reason: "It ended with exit code 3." });
    const [event] = await stage.worker.event.findMany({ where: { environmentId: job.environmentId, kind: "job.failed" } });
    expect(event).toMatchObject({ detail: { job: job.id, run: row.id, number: 1, exitCode: 3, status: "failed" } });
  });

  it("is tried again after its pause as often as it may be, each attempt an app of its own, and fails then", async () => {
    const { appId, job } = await running({ retries: 1, retryPauseSeconds: 30 });
    stage.cluster.end(appId, 1);
    await stage.turn();
    expect(await only(job.id)).toMatchObject({ status: "waiting", attempt: 2, appId: null });
    await stage.turn(stage.one, later(10));
    expect(await only(job.id)).toMatchObject({ status: "waiting", appId: null });
    await stage.turn(stage.one, later(31));
    const second = (await only(job.id)).appId ?? "";
    expect(second).toContain("/1-2-");
    await stage.turn(stage.one, later(32));
    stage.cluster.end(second, 1);
    await stage.turn(stage.one, later(33));
    expect(await only(job.id)).toMatchObject({ status: "failed", attempt: 2, exitCode: 1 });
    expect([startsOf(appId), startsOf(second)]).toEqual([1, 1]);
    expect(await stage.log((await only(job.id)).logId)).toContain("— attempt 2 —");
  });

  it("that runs longer than its limit is ended and not tried again", async () => {
    const { appId, job } = await running({ timeLimitSeconds: 60, retries: 3 });
    await stage.turn(stage.one, later(59));
    expect(await only(job.id)).toMatchObject({ status: "running" });
    await stage.turn(stage.one, later(70));
    expect(stage.cluster.apps.get(appId)).toMatchObject({ instances: 0, task: null });
    await stage.turn(stage.one, later(71));
    expect(await only(job.id)).toMatchObject({ status: "timed_out", reason: "It ran longer than its limit of 60 seconds." });
  });

  it("is stopped by whoever may, with his name", async () => {
    const { appId, job, row } = await running({ retries: 3 });
    await stopRun.run(stage.context, admin, { run: row.id });
    await stage.turn();
    await stage.turn();
    expect(await only(job.id)).toMatchObject({ status: "stopped", reason: "Stopped by Ada." });
    expect(stage.cluster.apps.get(appId)).toMatchObject({ instances: 0 });
    await expect(stopRun.run(stage.context, admin, { run: row.id })).rejects.toMatchObject({ code: "conflict" });
  });

  it("ends with its job, and with its environment", async () => {
    const one = await running();
    await deleteJob.run(stage.context, admin, { job: one.job.id });
    const two = await running();
    await stage.worker.environment.update({ where: { id: two.job.environmentId }, data: { desired: "destroyed" } });
    await stage.turn();
    await stage.turn();
    expect(await only(one.job.id)).toMatchObject({ status: "stopped" });
    expect(await only(two.job.id)).toMatchObject({ status: "stopped", reason: "The environment was taken down." });
  });

  it("waits for room and says so, and is skipped when none comes in time", async () => {
    stage.cluster.room = false;
    const job = await stage.job({ startDeadlineSeconds: 60 });
    await run(job.id);
    await stage.turn();
    await stage.turn();
    expect(await only(job.id)).toMatchObject({ status: "waiting", reason: "Waits for room in the cluster (InsufficientMemory)." });
    await stage.turn(stage.one, later(61));
    const row = await only(job.id);
    expect(row).toMatchObject({ status: "skipped", reason: "The cluster had no room for it within its start deadline." });
    expect(startsOf(row.appId)).toBe(0);
  });

  it("whose task somebody has replaced outside of Berth fails, and what was started again is put away", async () => {
    const { appId, job } = await running();
    stage.cluster.replaceTask(appId);
    await stage.turn();
    expect(await only(job.id)).toMatchObject({ status: "failed", reason: "Its task was killed and replaced outside of Berth." });
    await sweepJobApps(stage.one);
    expect(stage.cluster.apps.get(appId)).toMatchObject({ instances: 0, task: null });
  });
});

describe("workers that die, freeze and race", () => {
  it("start a run once, however many take steps at the same time", async () => {
    const job = await stage.job();
    await run(job.id);
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([stage.one, stage.two, stage.one, stage.two].map((worker) => stage.turn(worker)));
      await stage.expireLeases();
    }
    const row = await only(job.id);
    expect(row.status).toBe("running");
    expect(startsOf(row.appId)).toBe(1);
  });

  it("take up a run whose app was asked for and never made, and start it once", async () => {
    const job = await stage.job();
    await run(job.id);
    stage.cluster.dropNextQuestion = true;
    await stage.turn();
    expect(stage.cluster.apps.has((await only(job.id)).appId ?? "")).toBe(false);
    expect(await only(job.id)).toMatchObject({ status: "waiting", intentAt: expect.any(Date) });
    await stage.expireLeases();
    await stage.turn(stage.two, later(5));
    await stage.turn(stage.two, later(6));
    const row = await only(job.id);
    expect(row.status).toBe("running");
    expect(startsOf(row.appId)).toBe(1);
  });

  it("find an app again whose making was never answered, instead of making it twice", async () => {
    const job = await stage.job();
    await run(job.id);
    stage.cluster.loseNextAnswer = true;
    await stage.turn();
    const { appId } = await only(job.id);
    expect(startsOf(appId)).toBe(1);
    stage.cluster.end(appId ?? "", 0);
    await stage.expireLeases();
    for (const seconds of [3, 4, 5]) await stage.turn(stage.two, later(seconds));
    expect(await only(job.id)).toMatchObject({ status: "succeeded" });
    expect(startsOf(appId)).toBe(1);
  });

  it("cannot start an attempt again after its end, even with what they began before they were frozen", async () => {
    const { appId, job, row } = await running();
    stage.cluster.end(appId, 0);
    await stage.expireLeases();
    await stage.turn(stage.two);
    await sweepJobApps(stage.two);
    expect(await only(job.id)).toMatchObject({ status: "succeeded" });
    const { marathon } = await stage.one.clusters.of(null);
    const definition = { ...frozenWish, id: appId };
    await expect(marathon.createApp(definition)).rejects.toMatchObject({ code: "already_exists" });
    expect(() => stillFresh({ id: row.id, epoch: 1, since: performance.now() - 10_001 })).toThrow("lease");
    expect(startsOf(appId)).toBe(1);
  });

  it("write nothing any more once another has taken over", async () => {
    const { job } = await running();
    const before = await only(job.id);
    await stage.expireLeases();
    await stage.turn(stage.two);
    const after = await only(job.id);
    expect([before.leasedBy, after.leasedBy]).toEqual(["one", "two"]);
    expect(after.leaseEpoch).toBe(before.leaseEpoch + 1);
    await stage.turn(stage.one);
    expect((await only(job.id)).leasedBy).toBe("two");
  });
});

it("the pass over the environments' apps does not see those of jobs", async () => {
  const { appId } = await running();
  await sweepEnvironments(stage.one, null);
  expect(stage.cluster.apps.get(appId)).toMatchObject({ instances: 1 });
});

it("keeps the newest hundred runs of a job, and forgets the logs of the others", async () => {
  const job = await stage.job();
  const rows = Array.from({ length: 103 }, (_, index) => ({
    jobId: job.id,
    number: index + 1,
    dueAt: new Date(Date.UTC(2026, 0, 1, 0, index)),
    trigger: "schedule",
    status: "succeeded" as const,
    endedAt: new Date(),
  }));
  await stage.worker.jobRun.createMany({ data: rows });
  const [oldest] = await stage.runs(job.id);
  await stage.worker.logChunk.create({ data: { logId: oldest?.logId ?? "", seq: 1, text: "old" } });
  await sweepJobRows(stage.one);
  const left = await stage.runs(job.id);
  expect([left.length, left[0]?.number]).toEqual([100, 4]);
  expect(await stage.log(oldest?.logId ?? "")).toBe("");
});

const frozenWish = {
  id: "",
  image: "busybox",
  command: "true",
  env: {},
  labels: {},
  instances: 1,
  cpus: 0.1,
  mem: 32,
  port: 80,
  health: null,
  upgrade: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
};
