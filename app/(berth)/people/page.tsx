import { UserRoundPlus } from "lucide-react";
import type { Metadata } from "next";

import { peopleHref } from "#components/people/address.ts";
import { InviteButton } from "#components/people/invite-button.tsx";
import { PeopleFilter } from "#components/people/people-filter.tsx";
import { PeopleFrame } from "#components/people/people-frame.tsx";
import { NobodyFound, PeopleTable } from "#components/people/people-table.tsx";
import { Card } from "#components/ui/card.tsx";
import { Pager } from "#components/ui/pager.tsx";
import { mailIsSet } from "#lib/domain/notifications/queries.ts";
import { listPeople } from "#lib/domain/people/list.ts";
import { personFilters } from "#lib/domain/people/schema.ts";
import { readPage } from "#lib/server/read-page.ts";

import { createPerson } from "../../actions/people.ts";

export const metadata: Metadata = { title: "People" };

interface Properties {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function PeoplePage({ searchParams }: Properties) {
  const { search, filter, page } = queryIn(await searchParams);
  const list = await readPage(async (reader, actor) => ({
    ...(await listPeople(reader, actor, { search, filter, page })),
    mail: await mailIsSet(reader),
  }));
  return (
    <PeopleFrame
      actions={
        <InviteButton action={createPerson} mail={list.mail}>
          <UserRoundPlus aria-hidden />
          Invite
        </InviteButton>
      }
    >
      <PeopleFilter search={search} filter={filter} counts={list.counts} />
      <Card className="mt-3">
        {list.rows.length === 0 ? <NobodyFound search={search} /> : <PeopleTable rows={list.rows} />}
        <Pager
          back="Previous"
          on="Next"
          page={list.page}
          pages={list.pages}
          total={list.total}
          noun="people"
          href={(number) => peopleHref({ search, filter, page: number })}
        />
      </Card>
      {list.counts.all === 1 && search === "" && (
        <p className="text-faint mt-3 px-1 text-sm">
          You are the only one here. Invite the others: each gets a link to set a password, and roles on a project’s members page.
        </p>
      )}
    </PeopleFrame>
  );
}

function queryIn(query: Readonly<Record<string, string | string[] | undefined>>) {
  const search = typeof query["search"] === "string" ? query["search"].trim().slice(0, 200) : "";
  const filter = personFilters.find((known) => known === query["filter"]);
  const page = Math.min(100_000, Math.max(1, Math.trunc(Number(query["page"])) || 1));
  return { search, filter, page } as const;
}
