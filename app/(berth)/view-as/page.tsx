import { Eye } from "lucide-react";
import type { Metadata } from "next";

import { MemberSearch } from "#components/members/member-search.tsx";
import { Main } from "#components/shell/main.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { Avatar } from "#components/ui/avatar.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { listViewable } from "#lib/domain/access/queries.ts";
import { roles } from "#lib/domain/permissions/words.ts";
import { readPage } from "#lib/server/read-page.ts";

import { viewAs } from "../../actions/view-as.ts";

export const metadata: Metadata = { title: "View as" };

interface Properties {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function ViewAsPage({ searchParams }: Properties) {
  const { search: wanted } = await searchParams;
  const search = typeof wanted === "string" ? wanted.replaceAll("\0", "").trim().slice(0, 200) : "";
  const { people, more } = await readPage((reader, actor) => listViewable(reader, actor, search));
  return (
    <Main className="max-w-3xl">
      <PageHeader
        title="View as"
        description="See Berth as somebody else sees it, read-only. Beginning and end are audited under your name, in this browser alone."
      />
      <div className="mt-5 space-y-5">
        <Section title="A role" description="In every project, with the permissions the project gives it.">
          <div className="flex flex-wrap gap-2">
            {roles.map((role) => (
              <ActionButton key={role} action={viewAs} values={{ role }} label={`View as ${role}`}>
                <Eye aria-hidden />
                {role}
              </ActionButton>
            ))}
          </div>
        </Section>
        <Section
          title="A person"
          description="With exactly that person’s roles."
          bodyClassName=""
          action={<MemberSearch path="/view-as" search={search} label="Search people" />}
        >
          {people.length === 0 ? (
            <EmptyState title={search === "" ? "There is nobody else" : "Nobody by that name"} />
          ) : (
            <ul className="divide-y">
              {people.map((person) => (
                <li key={person.id} className="flex items-center gap-3 px-4 py-2.5 text-sm">
                  <Avatar name={person.name} />
                  <span className="min-w-0 flex-1">
                    <bdi className="block truncate font-medium">{person.name}</bdi>
                    <bdi className="text-faint block truncate text-xs">{person.email}</bdi>
                  </span>
                  <span className="flex flex-wrap justify-end gap-1">
                    {person.isAdmin && <Badge tone="accent">admin</Badge>}
                    {person.roles.map((role) => (
                      <Badge key={role}>{role}</Badge>
                    ))}
                  </span>
                  <ActionButton size="sm" action={viewAs} values={{ person: person.id }} label={`View as ${person.name}`}>
                    View as
                  </ActionButton>
                </li>
              ))}
            </ul>
          )}
          {more > 0 && (
            <p className="text-faint border-t px-4 py-2.5 text-xs">{more.toLocaleString("en")} more: search by name or e-mail.</p>
          )}
        </Section>
      </div>
    </Main>
  );
}
