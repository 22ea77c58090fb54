import type { Metadata } from "next";

import { projectHref } from "#components/environments/address.ts";
import { BuildTable } from "#components/pipeline/build-table.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { Card } from "#components/ui/card.tsx";
import { Pager } from "#components/ui/pager.tsx";
import { listBuilds } from "#lib/domain/builds/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { syncProject } from "../../../../actions/projects.ts";

export const metadata: Metadata = { title: "Builds" };

interface Properties {
  readonly params: Promise<{ readonly slug: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function BuildsPage({ params, searchParams }: Properties) {
  const { slug } = await params;
  const page = Math.min(10_000, Math.max(1, Math.trunc(Number((await searchParams)["page"])) || 1));
  const list = await readPage((reader, actor) => listBuilds(reader, actor, slug, { page }));
  const path = `${projectHref(slug)}/builds`;
  return (
    <ProjectFrame project={list.project} sync={syncProject} eventsUrl={list.eventsUrl}>
      <Card>
        <BuildTable columns={list.columns} rows={list.rows} />
        <Pager
          page={list.page}
          pages={list.pages}
          total={list.total}
          noun="builds"
          href={(number) => (number === 1 ? path : `${path}?page=${number}`)}
        />
      </Card>
    </ProjectFrame>
  );
}
