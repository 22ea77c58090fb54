import { ChevronDown, Eye } from "lucide-react";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";

import { PersonIdentities, PersonSessions, PersonTokens } from "#components/people/person-access.tsx";
import { PersonMenuButton } from "#components/people/person-menu-button.tsx";
import { PersonGroups, PersonRoles } from "#components/people/person-roles.tsx";
import { OpenInvitation, PersonFacts } from "#components/people/person-view.tsx";
import { AdminBadge } from "#components/people/state-badge.tsx";
import { Main } from "#components/shell/main.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { getPerson } from "#lib/domain/people/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { invitePerson, revokeInvitation, revokePersonToken, signOutPerson, unlinkIdentity, updatePerson } from "../../../actions/people.ts";
import { viewAs } from "../../../actions/view-as.ts";

export const metadata: Metadata = { title: "Person" };

export default async function PersonPage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { success, data: id } = z.uuid().safeParse((await params).id);
  if (!success) notFound();
  const person = await readPage((reader, actor) => getPerson(reader, actor, id));
  return (
    <Main>
      <PageHeader
        crumbs={[{ label: "People", href: "/people" }]}
        title={person.name}
        description={
          <span className="flex flex-wrap items-center gap-2">
            <span className="foreign">{person.email}</span> {person.isAdmin && <AdminBadge />}
          </span>
        }
        actions={
          <>
            {!person.isSelf && person.state !== "disabled" && (
              <ActionButton action={viewAs} values={{ person: person.id }} label={`View as ${person.name}`}>
                <Eye aria-hidden />
                View as
              </ActionButton>
            )}
            <PersonMenuButton
              icon={<ChevronDown aria-hidden />}
              person={{
                id: person.id,
                name: person.name,
                email: person.email,
                isAdmin: person.isAdmin,
                state: person.state,
                isSelf: person.isSelf,
                sessions: person.sessions.length,
              }}
              actions={{ updatePerson, invitePerson, signOutPerson }}
            />
          </>
        }
      />
      <div className="mt-5 space-y-5">
        <PersonFacts person={person} />
        <OpenInvitation person={person} revoke={revokeInvitation} />
        <PersonRoles person={person} />
        <PersonGroups person={person} />
        <PersonIdentities person={person} unlink={unlinkIdentity} />
        <div className="grid items-start gap-5 md:grid-cols-2">
          <PersonSessions sessions={person.sessions} />
          <PersonTokens person={person.id} tokens={person.tokens} revoke={revokePersonToken} />
        </div>
      </div>
    </Main>
  );
}
