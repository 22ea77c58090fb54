import type { Metadata } from "next";

import { ProjectJobs } from "#components/jobs/job-list.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { listProjectJobs } from "#lib/domain/jobs/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { runJob } from "../../../../actions/jobs.ts";
import { syncProject } from "../../../../actions/projects.ts";

export const metadata: Metadata = { title: "Jobs" };

export default async function ProjectJobsPage({ params }: { readonly params: Promise<{ readonly slug: string }> }) {
  const { slug } = await params;
  const { project, eventsUrl, jobs, more } = await readPage((reader, actor) => listProjectJobs(reader, actor, slug));
  return (
    <ProjectFrame project={project} sync={syncProject} eventsUrl={eventsUrl}>
      <ProjectJobs jobs={jobs} more={more} runJob={runJob} />
    </ProjectFrame>
  );
}
