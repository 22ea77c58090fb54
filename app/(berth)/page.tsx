import { Plus } from "lucide-react";
import type { Metadata } from "next";

import { NoProjects, NotInAProject, ProjectList } from "#components/projects/project-list.tsx";
import { Main } from "#components/shell/main.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { getHome } from "#lib/domain/projects/home.ts";
import { readPage } from "#lib/server/read-page.ts";

import { createSample } from "../actions/projects.ts";

export const metadata: Metadata = { title: "Projects" };

/** The switcher at the top and ⌘K reach all of them. */
const shownAtMost = 30;

export default async function ProjectsPage() {
  const { home, email } = await readPage(async (reader, actor) => ({
    home: await getHome(reader, actor, shownAtMost),
    email: actor.email,
  }));
  const { projects, more, mayCreate } = home;
  return (
    <Main wide>
      <PageHeader
        title="Projects"
        actions={
          mayCreate &&
          projects.length > 0 && (
            <ButtonLink href="/new" variant="primary">
              <Plus aria-hidden />
              New project
            </ButtonLink>
          )
        }
      />
      <div className="mt-5">
        {projects.length > 0 ? (
          <ProjectList home={home} />
        ) : mayCreate ? (
          <NoProjects createSample={createSample} />
        ) : (
          <NotInAProject email={email} />
        )}
        {more > 0 && <p className="text-faint mt-3 px-1 text-sm">{more} more, quiet for longer: find them by name with ⌘K.</p>}
      </div>
    </Main>
  );
}
