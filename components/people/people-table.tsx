import { UserRoundSearch, UsersRound } from "lucide-react";
import type { ReactNode } from "react";

import { Avatar } from "#components/ui/avatar.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { PersonRow } from "#lib/domain/people/list.ts";

import { personHref } from "./address.ts";
import { AdminBadge, StateBadge } from "./state-badge.tsx";

/** A page of people, or what to do when there are none. */
export function PeopleTable({ rows }: { readonly rows: readonly PersonRow[] }) {
  return (
    <Table label="People">
      <thead>
        <tr>
          <Th className="w-full">Person</Th>
          <Th>State</Th>
          <Th className="text-right max-sm:hidden">Projects</Th>
          <Th className="text-right max-sm:hidden">Last seen</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((person) => (
          <Tr key={person.id} className="relative">
            <Td className="max-w-0">
              <span className="flex min-w-0 items-center gap-3">
                <Avatar name={person.name} className="size-7" />
                <span className="min-w-0">
                  <Link
                    href={personHref(person.id)}
                    className="block truncate rounded-xs font-medium after:absolute after:inset-0 after:content-['']"
                  >
                    <bdi>{person.name}</bdi>
                  </Link>
                  <bdi className="text-faint block truncate text-xs" title={person.email}>
                    {person.email}
                  </bdi>
                </span>
              </span>
            </Td>
            <Td>
              <span className="flex flex-wrap items-center gap-1.5 sm:flex-nowrap">
                <StateBadge state={person.state} />
                {person.isAdmin && <AdminBadge />}
              </span>
            </Td>
            <Td className="text-muted text-right text-xs tabular-nums max-sm:hidden">{projectsText(person)}</Td>
            <Td className="text-faint text-right text-xs whitespace-nowrap max-sm:hidden">{seenText(person)}</Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function projectsText({ isAdmin, projects }: PersonRow): string {
  if (isAdmin) return "all";
  return projects === 0 ? "none" : String(projects);
}

function seenText({ lastSeenAt, invitedUntil, state }: PersonRow): ReactNode {
  if (lastSeenAt !== null) return <RelativeTime at={lastSeenAt} />;
  if (state === "disabled") return "never";
  if (invitedUntil !== null)
    return (
      <>
        link ends <RelativeTime at={invitedUntil} />
      </>
    );
  return state === "invited" ? "no open link" : "never";
}

/** The search or the filter finds nobody. */
export function NobodyFound({ search }: { readonly search: string }) {
  return search === "" ? (
    <EmptyState
      icon={<UsersRound aria-hidden />}
      title="Nobody of this kind"
      action={<ButtonLink href="/people">Show everybody</ButtonLink>}
    >
      People appear here when they are invited, sign in or are disabled.
    </EmptyState>
  ) : (
    <EmptyState
      icon={<UserRoundSearch aria-hidden />}
      title="Nobody is called that"
      action={<ButtonLink href="/people">Show everybody</ButtonLink>}
    >
      No name or e-mail address holds <q className="foreign">{search}</q>. Invite the person to add him or her.
    </EmptyState>
  );
}
