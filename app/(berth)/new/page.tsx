import type { Metadata } from "next";

import { NewProjectForm } from "#components/projects/new-project-form.tsx";
import { Main } from "#components/shell/main.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";

import { createProject } from "../../actions/projects.ts";

export const metadata: Metadata = { title: "New project" };

export default function NewProjectPage() {
  return (
    <Main className="max-w-xl">
      <PageHeader
        crumbs={[{ label: "Projects", href: "/" }]}
        title="New project"
        description="One Git repository with a Dockerfile, and a pipeline from review to production."
      />
      <div className="mt-6">
        <NewProjectForm action={createProject} />
      </div>
    </Main>
  );
}
