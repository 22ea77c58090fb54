import type { Metadata } from "next";

import { NewProjectForm } from "#components/projects/new-project-form.tsx";
import { Main } from "#components/shell/main.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { authorise } from "#lib/domain/access/policy.ts";
import { readPage } from "#lib/server/read-page.ts";

import { createProject } from "../../actions/projects.ts";

export const metadata: Metadata = { title: "New project" };

export default async function NewProjectPage() {
  await readPage((_reader, actor) => Promise.resolve(authorise(actor, "create_project", { type: "platform" })));
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
