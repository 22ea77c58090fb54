import type { Metadata } from "next";

import { environmentNameIn } from "#components/environments/address.ts";
import { EnvironmentFrame } from "#components/environments/environment-frame.tsx";
import { EnvironmentJobs } from "#components/jobs/job-list.tsx";
import { getEnvironmentJobs } from "#lib/domain/jobs/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, redeploy, restart, scale, start, stop } from "../../../../../../../actions/environments.ts";
import { createJob, runJob } from "../../../../../../../actions/jobs.ts";

interface Properties {
  readonly params: Promise<{ readonly slug: string; readonly stage: string; readonly ref: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  const { stage, ref } = await params;
  return { title: `Jobs of ${environmentNameIn(stage, ref)}` };
}

export default async function EnvironmentJobsPage({ params }: Properties) {
  const { slug, stage, ref } = await params;
  const environment = await readPage((reader, actor) => getEnvironmentJobs(reader, actor, slug, environmentNameIn(stage, ref)));
  return (
    <EnvironmentFrame environment={environment} actions={{ redeploy, restart, scale, stop, start, destroy, cancelDeployment }}>
      <EnvironmentJobs environment={environment} createJob={createJob} runJob={runJob} />
    </EnvironmentFrame>
  );
}
