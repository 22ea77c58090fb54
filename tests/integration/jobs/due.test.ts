import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { pauseJob, resumeJob } from "#lib/domain/jobs/commands/pause.ts";
import { runJob } from "#lib/domain/jobs/commands/run.ts";
import { updateJob } from "#lib/domain/jobs/commands/update.ts";
import { addDueRuns, repairDueTimes } from "#lib/domain/jobs/due.ts";
import { admin } from "#tests/integration/domain/stage.ts";

import { type JobStage, openJobStage } from "./stage.ts";

let stage: JobStage;
beforeAll(async () => {
  stage = await openJobStage();
});
afterAll(() => stage.end());

const midnight = new Date("2027-05-01T00:00:00Z");
const at = (hours: number, seconds = 0) => new Date(midnight.getTime() + hours * 3_600_000 + seconds * 1000);

/** An hourly job whose next time is midnight. */
async function hourly(fields: object = {}) {
  const job = await stage.job({ scheduleKind: "cron", schedule: "0 * * * *", ...fields });
  await stage.worker.job.updateMany({ where: { id: { not: job.id } }, data: { nextDueAt: null } });
  await stage.worker.job.update({ where: { id: job.id }, data: { nextDueAt: midnight } });
  return job;
}

const look = (now: Date, which = stage.one) => addDueRuns(which.database, which.log, now);
const short = async (jobId: string) =>
  (await stage.runs(jobId)).map(({ dueAt, status }) => [Math.round((dueAt.getTime() - midnight.getTime()) / 3_600_000), status]);
const nextOf = async (id: string) => (await stage.worker.job.findUniqueOrThrow({ where: { id } })).nextDueAt;

describe("what is due", () => {
  it("is written down once, however many workers look at the same moment", async () => {
    const job = await hourly();
    await Promise.all(Array.from({ length: 6 }, (_, index) => look(at(0, 1), index % 2 === 0 ? stage.one : stage.two)));
    expect(await short(job.id)).toEqual([[0, "waiting"]]);
    expect(await nextOf(job.id)).toEqual(at(1));
  });

  it("is not due before its time", async () => {
    const job = await hourly();
    await look(new Date(midnight.getTime() - 1));
    expect(await short(job.id)).toEqual([]);
  });

  it("is made up for once when Berth was away and its start deadline has not passed; what came before is written down as skipped", async () => {
    const job = await hourly({ startDeadlineSeconds: 600 });
    await look(at(5, 300));
    const runs = await stage.runs(job.id);
    expect(await short(job.id)).toEqual([
      [4, "skipped"],
      [5, "waiting"],
    ]);
    expect(runs[0]?.reason).toBe(
      "5 runs from 2027-05-01 00:00 to 2027-05-01 04:00 were missed: Berth was not running. They are not made up for.",
    );
    expect(await nextOf(job.id)).toEqual(at(6));
  });

  it("is skipped with its reason when the start deadline has passed", async () => {
    const job = await hourly({ startDeadlineSeconds: 600 });
    await look(at(0, 601));
    expect(await stage.runs(job.id)).toMatchObject([{ status: "skipped", reason: expect.stringContaining("the start deadline passed") }]);
    expect(await nextOf(job.id)).toEqual(at(1));
  });

  it("comes neither twice nor never when the clock runs ahead and is put right again", async () => {
    const job = await hourly();
    await look(at(0, 1));
    await look(at(24 * 30, 1));
    expect(await nextOf(job.id)).toEqual(at(24 * 30 + 1));
    await repairDueTimes(stage.one.database, at(0, 30));
    expect(await nextOf(job.id)).toEqual(at(1));
    await stage.worker.jobRun.updateMany({ where: { jobId: job.id, status: "waiting" }, data: { status: "succeeded", endedAt: at(0, 5) } });
    await look(at(1, 1));
    await stage.worker.job.update({ where: { id: job.id }, data: { nextDueAt: midnight } });
    await stage.worker.jobRun.updateMany({ where: { jobId: job.id, status: "waiting" }, data: { status: "succeeded", endedAt: at(1, 5) } });
    await look(at(0, 40));
    expect((await short(job.id)).filter(([, status]) => status === "succeeded")).toEqual([
      [0, "succeeded"],
      [1, "succeeded"],
    ]);
  });

  it("is skipped while the environment is stopped or nothing is live in it, and says which", async () => {
    const job = await hourly();
    await stage.worker.environment.update({ where: { id: job.environmentId }, data: { desired: "stopped" } });
    await look(at(0, 1));
    await stage.worker.environment.update({ where: { id: job.environmentId }, data: { desired: "running", liveReleaseId: null } });
    await look(at(1, 1));
    expect((await stage.runs(job.id)).map((run) => run.reason)).toEqual([
      "The environment was stopped.",
      "Nothing was live in the environment: there was no image to run.",
    ]);
    await expect(runJob.run(stage.context, admin, { job: job.id })).rejects.toMatchObject({ code: "conflict" });
  });

  it("is nothing while the job is paused, and is not made up for when it goes on", async () => {
    const job = await hourly();
    await pauseJob.run(stage.context, admin, { job: job.id });
    await look(at(5));
    expect(await short(job.id)).toEqual([]);
    await resumeJob.run(stage.context, admin, { job: job.id });
    const next = await nextOf(job.id);
    expect(next?.getTime()).toBeGreaterThan(Date.now());
    expect(next?.getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });
});

describe("a run that is due while another has not ended", () => {
  it("is skipped where the job forbids it, and refused to whoever starts it by hand", async () => {
    const job = await hourly({ concurrency: "forbid" });
    await look(at(0, 1));
    await look(at(1, 1));
    expect(await stage.runs(job.id)).toMatchObject([{ status: "waiting" }, { status: "skipped", reason: "Run #1 had not ended yet." }]);
    await expect(runJob.run(stage.context, admin, { job: job.id })).rejects.toMatchObject({ code: "conflict" });
  });

  it("runs beside it where the job allows it, up to five at once", async () => {
    const job = await hourly({ concurrency: "allow" });
    for (let hour = 0; hour < 6; hour += 1) await look(at(hour, 1));
    expect((await short(job.id)).map(([, status]) => status)).toEqual(["waiting", "waiting", "waiting", "waiting", "waiting", "skipped"]);
  });

  it("takes its place where the job replaces it, and begins only when the old one has ended", async () => {
    const job = await hourly({ concurrency: "replace" });
    stage.cluster.clock = at(1);
    await look(at(0, 1));
    await stage.turn(stage.one, at(0, 2));
    await stage.turn(stage.one, at(0, 3));
    await look(at(1, 1));
    const [old, replacing] = await stage.runs(job.id);
    expect(old).toMatchObject({ status: "running", stopRequestedByName: "the next run" });
    expect(replacing).toMatchObject({ status: "waiting", appId: null });
    for (const second of [2, 3, 4, 5, 6]) await stage.turn(stage.one, at(1, second));
    expect((await stage.runs(job.id)).map((run) => run.status)).toEqual(["stopped", "running"]);
  });
});

it("a schedule that changes counts from now; one that stays keeps its place", async () => {
  const job = await hourly();
  await updateJob.run(stage.context, admin, { job: job.id, mem: 128 });
  expect(await nextOf(job.id)).toEqual(midnight);
  await updateJob.run(stage.context, admin, { job: job.id, scheduleKind: "repeat", schedule: "R//PT10M" });
  const next = await nextOf(job.id);
  expect(Math.abs((next?.getTime() ?? 0) - Date.now())).toBeLessThan(5_000);
  await updateJob.run(stage.context, admin, { job: job.id, scheduleKind: "none" });
  expect(await nextOf(job.id)).toBeNull();
});

it("refuses, with a sentence for the field, what does not go together", async () => {
  const environmentId = await stage.environment();
  const { createJob } = await import("#lib/domain/jobs/commands/create.ts");
  const refusal = async (fields: object) =>
    createJob.run(stage.context, admin, { environment: environmentId, name: "x", command: "true", ...fields }).then(
      () => null,
      (error: unknown) => error,
    );
  const wrong: [object, string][] = [
    [{ scheduleKind: "cron", schedule: "61 * * * *" }, "schedule"],
    [{ scheduleKind: "cron", schedule: "0 3 * * *", timeZone: "Mars/Olympus" }, "timeZone"],
    [{ command: null }, "command"],
    [{ startKind: "arguments" }, "arguments"],
    [{ name: "Nightly Import" }, "name"],
    [{ command: "a\u0007b" }, "command"],
    [{ mem: 1 }, "mem"],
    [{ retries: 1000 }, "retries"],
  ];
  for (const [fields, field] of wrong)
    expect(await refusal(fields)).toMatchObject({ code: "invalid_input", fields: { [field]: expect.any(String) } });
  expect(await refusal({})).toBeNull();
  expect(await refusal({})).toMatchObject({ code: "already_exists" });
});
