import { BerthError } from "#lib/core/errors.ts";

import { type Actor, authorise } from "../access/policy.ts";
import { policyObject } from "../environments/load.ts";
import { type EnvironmentPage, getEnvironment } from "../environments/queries.ts";
import { type ProjectHead, type Reader, headOf, openEvents, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { type JobRow, type RunRow, jobRowOf, jobSelection, runRowOf, runSelection } from "./rows.ts";
import { nextRuns } from "./schema-of-schedules.ts";
import { mostJobs } from "./schema.ts";
import { readStoredSchedule } from "./stored.ts";

const projectJobsAtMost = 200;
const runsOfPage = 50;
const nextShown = 5;

/** The jobs of an environment, by name, for whoever may view it. */
export async function listJobs(reader: Reader, actor: Actor, environmentId: string): Promise<JobRow[]> {
  const environment = await reader.database.environment.findFirst({
    where: { id: environmentId, project: { deletedAt: null } },
    select: { projectId: true, stage: { select: { kind: true } } },
  });
  if (environment === null) throw new BerthError("not_found");
  authorise(actor, "view", policyObject({ projectId: environment.projectId, stageKind: environment.stage.kind }));
  const rows = await reader.database.job.findMany({
    where: { environmentId, deletedAt: null },
    orderBy: { name: "asc" },
    take: mostJobs,
    select: jobSelection,
  });
  return rows.map((row) => jobRowOf(actor, row));
}

/** What the form for a new job begins with. */
export interface JobDefaults {
  readonly cpus: number;
  readonly mem: number;
  readonly scheduler: "apps" | "chronos" | "metronome";
}

export type JobsPage = EnvironmentPage & { readonly jobs: readonly JobRow[]; readonly jobDefaults: JobDefaults };

/** An environment by its name with its jobs. */
export async function getEnvironmentJobs(reader: Reader, actor: Actor, slug: string, name: string): Promise<JobsPage> {
  const page = await getEnvironment(reader, actor, slug, name);
  const [jobs, jobDefaults] = await Promise.all([listJobs(reader, actor, page.id), defaultsOf(reader, page.id)]);
  return { ...page, jobs, jobDefaults };
}

async function defaultsOf(reader: Reader, environmentId: string): Promise<JobDefaults> {
  const row = await reader.database.environment.findUniqueOrThrow({
    where: { id: environmentId },
    select: { clusterId: true, stage: { select: { cpus: true, mem: true } } },
  });
  const scheduler = row.clusterId === null ? (reader.settings.jobScheduler ?? "apps") : "apps";
  return { cpus: row.stage.cpus, mem: row.stage.mem, scheduler };
}

export interface ProjectJobs {
  readonly project: ProjectHead;
  readonly eventsUrl: string;
  readonly jobs: readonly JobRow[];
  /** There are more than are shown. */
  readonly more: boolean;
}

/** The jobs of all environments of a project that somebody may view, the next to run first. */
export async function listProjectJobs(reader: Reader, actor: Actor, slug: string): Promise<ProjectJobs> {
  const [project, eventsUrl] = await Promise.all([readProject(reader, actor, slug), openEvents(reader)]);
  const kinds = kindsWhere(actor, "view", project.id);
  const rows = await reader.database.job.findMany({
    where: { deletedAt: null, environment: { projectId: project.id, destroyedAt: null, stage: { kind: { in: kinds } } } },
    orderBy: [{ nextDueAt: { sort: "asc", nulls: "last" } }, { name: "asc" }],
    take: projectJobsAtMost + 1,
    select: jobSelection,
  });
  return {
    project: headOf(reader.settings, actor, project),
    eventsUrl: eventsUrl(project.id),
    jobs: rows.slice(0, projectJobsAtMost).map((row) => jobRowOf(actor, row)),
    more: rows.length > projectJobsAtMost,
  };
}

/** A job by id with its next times. */
export async function getJob(reader: Reader, actor: Actor, id: string): Promise<JobRow & { readonly next: readonly Date[] }> {
  const row = await findJob(reader, actor, { id });
  return { ...jobRowOf(actor, row), next: nextOf(row) };
}

async function findJob(reader: Reader, actor: Actor, where: { id: string } | { environmentId: string; name: string }) {
  const row = await reader.database.job.findFirst({
    where: { ...where, deletedAt: null, environment: { project: { deletedAt: null } } },
    select: jobSelection,
  });
  if (row === null) throw new BerthError("not_found");
  authorise(actor, "view", policyObject({ projectId: row.environment.projectId, stageKind: row.environment.stage.kind }));
  return row;
}

function nextOf(row: Parameters<typeof readStoredSchedule>[0] & { readonly paused: boolean }): Date[] {
  return row.paused ? [] : nextRuns(readStoredSchedule(row), new Date(), nextShown);
}

/** The runs of a job, the newest first, `before` a number for the next page. */
export async function listJobRuns(
  reader: Reader,
  actor: Actor,
  jobId: string,
  { before, limit = runsOfPage }: { readonly before?: number | undefined; readonly limit?: number | undefined } = {},
): Promise<{ readonly runs: readonly RunRow[]; readonly next: number | null }> {
  await findJob(reader, actor, { id: jobId });
  const rows = await reader.database.jobRun.findMany({
    where: { jobId, ...(before === undefined ? {} : { number: { lt: before } }) },
    orderBy: { number: "desc" },
    take: limit + 1,
    select: runSelection,
  });
  const runs = rows.slice(0, limit).map(runRowOf);
  return { runs, next: rows.length > limit ? (runs.at(-1)?.number ?? null) : null };
}

export interface RunDetail extends RunRow {
  readonly job: { readonly id: string; readonly name: string };
  readonly mayStop: boolean;
  /** Where its log is followed and downloaded; null for whoever may not read logs, and where there is none. */
  readonly log: { readonly url: string; readonly download: string } | null;
}

/** One run by id, for whoever may view its environment. */
export async function getJobRun(reader: Reader, actor: Actor, id: string): Promise<RunDetail> {
  const run = await reader.database.jobRun.findUnique({ where: { id }, select: { ...runSelection, jobId: true } });
  if (run === null) throw new BerthError("not_found");
  const job = jobRowOf(actor, await findJob(reader, actor, { id: run.jobId }));
  return detailOf(job, run);
}

function detailOf(job: JobRow, run: Parameters<typeof runRowOf>[0] & { readonly outsideId: string | null }): RunDetail {
  const url = `/stream/job-runs/${run.id}/log`;
  // What another scheduler ran has its output there.
  const hasLog = job.mayReadLogs && job.executor === "apps" && run.status !== "skipped";
  return {
    ...runRowOf(run),
    job: { id: job.id, name: job.name },
    mayStop: job.run !== undefined,
    log: hasLog ? { url, download: `${url}?download` } : null,
  };
}

export type JobPage = EnvironmentPage & {
  readonly job: JobRow;
  readonly jobDefaults: JobDefaults;
  readonly next: readonly Date[];
  readonly runs: readonly RunRow[];
  readonly olderRuns: boolean;
  /** The run that is looked at: the one that was asked for, or the newest that has output. */
  readonly shown: RunDetail | null;
};

/** A job by environment and name with its history; `number`: the run whose log is shown. */
export async function getJobPage(
  reader: Reader,
  actor: Actor,
  slug: string,
  place: { readonly environment: string; readonly job: string; readonly run: number | null },
): Promise<JobPage> {
  const page = await getEnvironment(reader, actor, slug, place.environment);
  const row = await findJob(reader, actor, { environmentId: page.id, name: place.job });
  const job = jobRowOf(actor, row);
  const [runs, jobDefaults] = await Promise.all([listJobRuns(reader, actor, row.id), defaultsOf(reader, page.id)]);
  const wanted = place.run ?? runs.runs.find((run) => run.status !== "skipped")?.number ?? null;
  const shown =
    wanted === null
      ? null
      : await reader.database.jobRun.findUnique({ where: { jobId_number: { jobId: row.id, number: wanted } }, select: runSelection });
  if (place.run !== null && shown === null) throw new BerthError("not_found");
  return {
    ...page,
    job,
    jobDefaults,
    next: nextOf(row),
    runs: runs.runs,
    olderRuns: runs.next !== null,
    shown: shown === null ? null : detailOf(job, shown),
  };
}
