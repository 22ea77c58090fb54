import type { Metadata } from "next";

import { projectHref } from "#components/environments/address.ts";
import { MemberGroups } from "#components/members/member-groups.tsx";
import { MemberList } from "#components/members/member-list.tsx";
import { MemberSearch } from "#components/members/member-search.tsx";
import { RolesButton } from "#components/members/roles-button.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { Card } from "#components/ui/card.tsx";
import { Pager } from "#components/ui/pager.tsx";
import { listMembers } from "#lib/domain/members/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { setMemberRoles } from "../../../../actions/members.ts";
import { syncProject } from "../../../../actions/projects.ts";

export const metadata: Metadata = { title: "Members" };

interface Properties {
  readonly params: Promise<{ readonly slug: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function MembersPage({ params, searchParams }: Properties) {
  const { slug } = await params;
  const { search, page } = wishesIn(await searchParams);
  const list = await readPage((reader, actor) => listMembers(reader, actor, slug, { search, page }));
  const path = `${projectHref(slug)}/members`;
  const setRoles = list.project.mayAdminister ? setMemberRoles : null;
  return (
    <ProjectFrame project={list.project} sync={syncProject}>
      <div className="max-w-5xl space-y-5">
        <div>
          <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
            <MemberSearch path={path} search={search} label="Search members" />
            {setRoles !== null && (
              <RolesButton
                variant="primary"
                dialog={{ title: "Add a member", action: setRoles, values: { project: slug }, roles: [], who: "email" }}
              >
                Add a member
              </RolesButton>
            )}
          </div>
          <Card>
            <MemberList members={list.members} project={slug} searched={search !== ""} setRoles={setRoles} />
            <Pager
              back="Previous"
              on="Next"
              page={list.page}
              pages={list.pages}
              total={list.total}
              noun="people"
              href={(number) => `${path}?${new URLSearchParams({ ...(search === "" ? {} : { search }), page: String(number) }).toString()}`}
            />
          </Card>
        </div>
        <MemberGroups groups={list.groups} others={list.otherGroups} project={slug} setRoles={setRoles} />
      </div>
    </ProjectFrame>
  );
}

function wishesIn(query: Readonly<Record<string, string | string[] | undefined>>): { search: string; page: number } {
  const search = typeof query["search"] === "string" ? query["search"].replaceAll("\0", "").trim().slice(0, 200) : "";
  const page = Math.min(10_000, Math.max(1, Math.trunc(Number(query["page"])) || 1));
  return { search, page };
}
