import type { Metadata } from "next";

import { projectHref } from "#components/environments/address.ts";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { PullRequests } from "#components/pull-requests/pull-requests.tsx";
import { RefFilter, refsHref } from "#components/refs/ref-filter.tsx";
import { RefTable } from "#components/refs/ref-table.tsx";
import { Card } from "#components/ui/card.tsx";
import { Pager } from "#components/ui/pager.tsx";
import { listPullRequests } from "#lib/domain/pull-requests/queries.ts";
import { listRefs } from "#lib/domain/refs/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { preview } from "../../../../actions/environments.ts";
import { syncProject } from "../../../../actions/projects.ts";
import { approvePullRequest } from "../../../../actions/pull-requests.ts";

export const metadata: Metadata = { title: "Branches and tags" };

interface Properties {
  readonly params: Promise<{ readonly slug: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function RefsPage({ params, searchParams }: Properties) {
  const { slug } = await params;
  const { search, kind, page } = filterIn(await searchParams);
  const list = await readPage((reader, actor) => listRefs(reader, actor, slug, { search, ...(kind === undefined ? {} : { kind }), page }));
  const pulls = await readPage((reader, actor) => listPullRequests(reader, actor, slug));
  const path = `${projectHref(slug)}/refs`;
  return (
    <ProjectFrame project={list.project} sync={syncProject} eventsUrl={list.eventsUrl}>
      <PullRequests list={pulls} project={slug} approve={approvePullRequest} />
      <RefFilter path={path} filter={{ search, kind }} />
      <Card className="mt-3">
        <RefTable rows={list.rows} project={slug} searched={search !== ""} preview={preview} />
        <Pager
          page={list.page}
          pages={list.pages}
          total={list.total}
          noun="branches and tags"
          href={(number) => refsHref(path, { search, kind, page: number })}
        />
      </Card>
    </ProjectFrame>
  );
}

function filterIn(query: Readonly<Record<string, string | string[] | undefined>>) {
  const search = typeof query["search"] === "string" ? query["search"].trim().slice(0, 250) : "";
  const kind = query["kind"] === "branch" || query["kind"] === "tag" ? query["kind"] : undefined;
  const page = Math.min(10_000, Math.max(1, Math.trunc(Number(query["page"])) || 1));
  return { search, kind, page } as const;
}
