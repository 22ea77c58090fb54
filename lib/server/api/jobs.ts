import { z } from "zod";

import { createJob } from "#lib/domain/jobs/commands/create.ts";
import { deleteJob } from "#lib/domain/jobs/commands/delete.ts";
import { pauseJob, resumeJob } from "#lib/domain/jobs/commands/pause.ts";
import { runJob } from "#lib/domain/jobs/commands/run.ts";
import { stopRun } from "#lib/domain/jobs/commands/stop-run.ts";
import { updateJob } from "#lib/domain/jobs/commands/update.ts";
import { getJob, getJobRun, listJobRuns, listJobs, listProjectJobs } from "#lib/domain/jobs/queries.ts";
import { scheduleKinds } from "#lib/domain/jobs/schema-of-schedules.ts";
import { changedJobFields, concurrencyRules, newJobFields, startKinds } from "#lib/domain/jobs/schema.ts";
import { runStatuses } from "#lib/domain/jobs/states.ts";

import { jobRunLogResponse } from "../streams/log.ts";
import { operation } from "./operation.ts";
import { idParams, slugParams, time } from "./schemas.ts";

const runSchema = z
  .object({
    id: z.uuid(),
    number: z.number(),
    dueAt: time,
    trigger: z.enum(["schedule", "hand"]),
    status: z.enum(runStatuses),
    attempt: z.number(),
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    exitCode: z.number().nullable(),
    reason: z.string().nullable(),
    release: z.number().nullable(),
    by: z.string().nullable(),
    stopping: z.boolean(),
  })
  .meta({ id: "JobRun" });

const jobSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    project: z.string(),
    environment: z.object({ id: z.uuid(), name: z.string() }),
    start: z.object({ startKind: z.enum(startKinds), command: z.string().nullable(), arguments: z.array(z.string()) }).nullable(),
    cpus: z.number(),
    mem: z.number(),
    scheduleKind: z.enum(scheduleKinds),
    schedule: z.string().nullable(),
    timeZone: z.string(),
    words: z.string(),
    concurrency: z.enum(concurrencyRules),
    startDeadlineSeconds: z.number(),
    timeLimitSeconds: z.number(),
    retries: z.number(),
    retryPauseSeconds: z.number(),
    paused: z.boolean(),
    executor: z.enum(["apps", "chronos", "metronome"]),
    problem: z.string().nullable(),
    nextAt: time.nullable(),
    last: runSchema.nullable(),
    active: z.array(runSchema),
    usualMs: z.number().nullable(),
  })
  .meta({ id: "Job" });

const startedRun = z.object({ id: z.uuid(), number: z.number() });
const changed = z.object({ id: z.uuid() });
const tag = "jobs";

export const jobOperations = [
  operation({
    method: "GET",
    path: "/environments/{id}/jobs",
    id: "listJobs",
    summary: "Scheduled and one-off jobs of an environment",
    tag,
    params: idParams,
    success: { status: 200, schema: z.object({ jobs: z.array(jobSchema) }) },
    run: async ({ services, actor, params }) => ({ jobs: mutable(await listJobs(services, actor, params.id)) }),
  }),
  operation({
    method: "GET",
    path: "/projects/{slug}/jobs",
    id: "listProjectJobs",
    summary: "Jobs of all environments of a project that you may view, 200 at most",
    tag,
    params: slugParams,
    success: { status: 200, schema: z.object({ jobs: z.array(jobSchema), more: z.boolean() }) },
    async run({ services, actor, params }) {
      const { jobs, more } = await listProjectJobs(services, actor, params.slug);
      return { jobs: mutable(jobs), more };
    },
  }),
  operation({
    method: "POST",
    path: "/environments/{id}/jobs",
    id: "createJob",
    summary: "Make a job: a command in the image of what is live, by cron, by an ISO 8601 repeat, or by hand only",
    tag,
    params: idParams,
    body: z.strictObject(newJobFields),
    success: { status: 201, schema: changed.extend({ name: z.string() }) },
    run: ({ services, actor, params, body }) => createJob.run(services, actor, { ...body, environment: params.id }),
  }),
  operation({
    method: "GET",
    path: "/jobs/{id}",
    id: "getJob",
    summary: "One job with its next five times",
    tag,
    params: idParams,
    success: { status: 200, schema: jobSchema.extend({ next: z.array(time) }) },
    async run({ services, actor, params }) {
      const job = await getJob(services, actor, params.id);
      return { ...job, start: startOf(job), active: [...job.active], next: [...job.next] };
    },
  }),
  operation({
    method: "PATCH",
    path: "/jobs/{id}",
    id: "updateJob",
    summary: "Change a job; what is not said stays",
    tag,
    params: idParams,
    body: z.strictObject(changedJobFields),
    success: { status: 200, schema: changed },
    run: ({ services, actor, params, body }) => updateJob.run(services, actor, { ...body, job: params.id }),
  }),
  operation({
    method: "DELETE",
    path: "/jobs/{id}",
    id: "deleteJob",
    summary: "Delete a job; what runs is stopped",
    tag,
    params: idParams,
    success: { status: 200, schema: changed },
    run: ({ services, actor, params }) => deleteJob.run(services, actor, { job: params.id }),
  }),
  ...([pauseJob, resumeJob] as const).map((command) => {
    const verb = command.name === "job.pause" ? "pause" : "resume";
    return operation({
      method: "POST",
      path: `/jobs/{id}/${verb}`,
      id: `${verb}Job`,
      summary: verb === "pause" ? "Follow its schedule no more until it is resumed" : "Follow its schedule again",
      tag,
      params: idParams,
      success: { status: 200, schema: changed },
      run: ({ services, actor, params }) => command.run(services, actor, { job: params.id }),
    });
  }),
  operation({
    method: "POST",
    path: "/jobs/{id}/runs",
    id: "runJob",
    summary: "Run a job now",
    tag,
    params: idParams,
    success: { status: 202, schema: startedRun },
    run: ({ services, actor, params }) => runJob.run(services, actor, { job: params.id }),
  }),
  operation({
    method: "GET",
    path: "/jobs/{id}/runs",
    id: "listJobRuns",
    summary: "Runs of a job, the newest first; `before` is the number that `next` gave",
    tag,
    params: idParams,
    query: z.object({ before: z.coerce.number().int().min(1).optional(), limit: z.coerce.number().int().min(1).max(100).optional() }),
    success: { status: 200, schema: z.object({ runs: z.array(runSchema), next: z.number().nullable() }) },
    async run({ services, actor, params, query }) {
      const { runs, next } = await listJobRuns(services, actor, params.id, query);
      return { runs: [...runs], next };
    },
  }),
  operation({
    method: "GET",
    path: "/job-runs/{id}",
    id: "getJobRun",
    summary: "One run of a job",
    tag,
    params: idParams,
    success: { status: 200, schema: runSchema.extend({ job: z.object({ id: z.uuid(), name: z.string() }) }) },
    run: ({ services, actor, params }) => getJobRun(services, actor, params.id),
  }),
  operation({
    method: "POST",
    path: "/job-runs/{id}/stop",
    id: "stopJobRun",
    summary: "End a run that waits or runs",
    tag,
    params: idParams,
    success: { status: 202, schema: startedRun },
    run: ({ services, actor, params }) => stopRun.run(services, actor, { run: params.id }),
  }),
  operation({
    method: "GET",
    path: "/job-runs/{id}/log",
    id: "getJobRunLog",
    summary: "The output of a run as text, or followed as server-sent events with Accept: text/event-stream or follow=true",
    tag,
    params: idParams,
    query: z.object({ follow: z.enum(["true", "false"]).optional() }),
    success: { status: 200, contentType: "text/plain" },
    run: ({ services, actor, params, query, request }) =>
      jobRunLogResponse(services, actor, params.id, {
        follow: query.follow === "true" || (request.headers.get("accept") ?? "").includes("text/event-stream"),
        request,
      }),
  }),
];

type Job = Awaited<ReturnType<typeof listJobs>>[number];

function startOf({ start }: Job) {
  return start === null ? null : { ...start, arguments: [...start.arguments] };
}

function mutable(jobs: readonly Job[]) {
  return jobs.map((job) => ({ ...job, start: startOf(job), active: [...job.active] }));
}
