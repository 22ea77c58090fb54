import type { Metadata } from "next";

import { environmentNameIn } from "#components/environments/address.ts";
import { EnvironmentFrame } from "#components/environments/environment-frame.tsx";
import { jobNameIn } from "#components/jobs/address.ts";
import { JobView } from "#components/jobs/job-view.tsx";
import { getJobPage } from "#lib/domain/jobs/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, redeploy, restart, scale, start, stop } from "../../../../../../../../actions/environments.ts";
import { deleteJob, pauseJob, resumeJob, runJob, stopRun, updateJob } from "../../../../../../../../actions/jobs.ts";

interface Properties {
  readonly params: Promise<{ readonly slug: string; readonly stage: string; readonly ref: string; readonly job: string }>;
  readonly searchParams: Promise<{ readonly run?: string | string[] }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  const { job } = await params;
  return { title: `Job ${jobNameIn(job)}` };
}

export default async function JobPage({ params, searchParams }: Properties) {
  const { slug, stage, ref, job } = await params;
  const { run } = await searchParams;
  const place = {
    environment: environmentNameIn(stage, ref),
    job: jobNameIn(job),
    run: typeof run === "string" && /^\d{1,9}$/.test(run) ? Number(run) : null,
  };
  const page = await readPage((reader, actor) => getJobPage(reader, actor, slug, place));
  return (
    <EnvironmentFrame environment={page} actions={{ redeploy, restart, scale, stop, start, destroy, cancelDeployment }}>
      <JobView page={page} actions={{ updateJob, deleteJob, pauseJob, resumeJob, runJob, stopRun }} />
    </EnvironmentFrame>
  );
}
