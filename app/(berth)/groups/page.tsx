import { Plus, UsersRound } from "lucide-react";
import type { Metadata } from "next";

import { GroupTable } from "#components/groups/group-table.tsx";
import { NewGroupButton } from "#components/groups/new-group-button.tsx";
import { withQuery } from "#components/people/address.ts";
import { PeopleFrame } from "#components/people/people-frame.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Pager } from "#components/ui/pager.tsx";
import { listGroups } from "#lib/domain/groups/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { createGroup } from "../../actions/groups.ts";

export const metadata: Metadata = { title: "Groups" };

interface Properties {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function GroupsPage({ searchParams }: Properties) {
  const page = Math.min(100_000, Math.max(1, Math.trunc(Number((await searchParams)["page"])) || 1));
  const list = await readPage((reader, actor) => listGroups(reader, actor, { page }));
  return (
    <PeopleFrame
      actions={
        <NewGroupButton action={createGroup}>
          <Plus aria-hidden />
          New group
        </NewGroupButton>
      }
    >
      <Card>
        {list.rows.length === 0 ? (
          <EmptyState icon={<UsersRound aria-hidden />} title="No groups yet">
            A group gives the same roles to several people at once: put people in by hand, or let the group claim of an identity provider do
            it. Then give the group roles on a project’s members page.
          </EmptyState>
        ) : (
          <GroupTable rows={list.rows} />
        )}
        <Pager
          back="Previous"
          on="Next"
          page={list.page}
          pages={list.pages}
          total={list.total}
          noun="groups"
          href={(number) => withQuery("/groups", { page: number === 1 ? "" : String(number) })}
        />
      </Card>
    </PeopleFrame>
  );
}
