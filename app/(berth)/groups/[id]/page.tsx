import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";

import { GroupMembers } from "#components/groups/group-members.tsx";
import { GroupRoles, GroupSettings } from "#components/groups/group-view.tsx";
import { Main } from "#components/shell/main.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { getGroup } from "#lib/domain/groups/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { addGroupMember, deleteGroup, removeGroupMember, updateGroup } from "../../../actions/groups.ts";

export const metadata: Metadata = { title: "Group" };

interface Properties {
  readonly params: Promise<{ readonly id: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function GroupPage({ params, searchParams }: Properties) {
  const { success, data: id } = z.uuid().safeParse((await params).id);
  if (!success) notFound();
  const page = Math.min(100_000, Math.max(1, Math.trunc(Number((await searchParams)["page"])) || 1));
  const group = await readPage((reader, actor) => getGroup(reader, actor, id, { page }));
  return (
    <Main>
      <PageHeader
        crumbs={[{ label: "Groups", href: "/groups" }]}
        title={group.name}
        description={
          group.claim === null ? (
            "Members are put in by hand."
          ) : (
            <>
              Members by hand and by the claim <code className="foreign font-mono">{group.claim}</code>.
            </>
          )
        }
      />
      <div className="mt-5 space-y-5">
        <GroupMembers group={group} add={addGroupMember} remove={removeGroupMember} />
        <GroupRoles group={group} />
        <GroupSettings group={group} update={updateGroup} remove={deleteGroup} />
      </div>
    </Main>
  );
}
