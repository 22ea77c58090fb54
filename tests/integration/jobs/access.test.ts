import { afterAll, beforeAll, expect, it } from "vitest";

import { runJob } from "#lib/domain/jobs/commands/run.ts";
import { updateJob } from "#lib/domain/jobs/commands/update.ts";
import { getJob, getJobRun, listJobs, listProjectJobs } from "#lib/domain/jobs/queries.ts";
import { admin, person } from "#tests/integration/domain/stage.ts";

import { type JobStage, openJobStage } from "./stage.ts";

let stage: JobStage;
beforeAll(async () => {
  stage = await openJobStage();
});
afterAll(() => stage.end());

it("shows to each what his verbs give: the command to those who configure, the log to those who read logs, nothing to those who may not view", async () => {
  const { id, environmentId } = await stage.job();
  const { projectId } = await stage.worker.environment.findUniqueOrThrow({ where: { id: environmentId } });
  const { slug } = await stage.worker.project.findUniqueOrThrow({ where: { id: projectId } });
  const { id: run } = await runJob.run(stage.context, admin, { job: id });
  const who = (...verbs: string[]) => person(projectId, { review: verbs, demo: ["view"] });

  const viewer = await getJob(stage.context, who("view"), id);
  expect(viewer).toMatchObject({ start: null, run: undefined, mayConfigure: false, mayReadLogs: false });
  expect(await getJobRun(stage.context, who("view"), run)).toMatchObject({ log: null, mayStop: false });
  expect(await getJobRun(stage.context, who("view", "logs"), run)).toMatchObject({ log: { url: `/stream/job-runs/${run}/log` } });
  expect((await getJob(stage.context, who("view", "configure"), id)).start).toMatchObject({ command: "node import.js" });
  expect((await getJob(stage.context, who("view", "deploy"), id)).run).toMatchObject({ reason: expect.stringContaining("Run #1") });

  const stranger = who();
  await expect(getJob(stage.context, stranger, id)).rejects.toMatchObject({ code: "not_found" });
  await expect(getJobRun(stage.context, stranger, run)).rejects.toMatchObject({ code: "not_found" });
  await expect(listJobs(stage.context, stranger, environmentId)).rejects.toMatchObject({ code: "not_found" });
  await expect(runJob.run(stage.context, stranger, { job: id })).rejects.toMatchObject({ code: "not_found" });
  expect((await listProjectJobs(stage.context, stranger, slug)).jobs).toEqual([]);
  expect((await listProjectJobs(stage.context, who("view"), slug)).jobs).toHaveLength(1);
  await expect(runJob.run(stage.context, who("view", "configure"), { job: id })).rejects.toMatchObject({ code: "forbidden" });
  await expect(updateJob.run(stage.context, who("view", "deploy"), { job: id, mem: 64 })).rejects.toMatchObject({ code: "forbidden" });
});

it("does not begin what somebody started by hand who lost the right meanwhile", async () => {
  const { id } = await stage.job();
  const { id: eve } = await stage.worker.person.create({ data: { email: "eve@example.org", name: "Eve" } });
  const { id: run } = await runJob.run(stage.context, { ...admin, id: eve, name: "Eve" }, { job: id });
  await stage.turn();
  const row = await stage.worker.jobRun.findUniqueOrThrow({ where: { id: run } });
  expect(row).toMatchObject({ status: "stopped", reason: "Eve asked for it and may not do so any more.", appId: null });
});
