import { FolderGit2, UsersRound } from "lucide-react";

import { projectHref } from "#components/environments/address.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import type { PersonDetails, PersonProject } from "#lib/domain/people/queries.ts";

import { groupHref } from "./address.ts";

/** Somebody's roles by project, each with the way it came. */
export function PersonRoles({ person }: { readonly person: PersonDetails }) {
  const { projects, isAdmin } = person;
  return (
    <Section title="Roles" description="Given on the members page of each project." bodyClassName="">
      {isAdmin && (
        <p className="text-muted border-b px-4 py-3 text-sm last:border-0">
          An admin may see and do everything in every project, whatever the roles below say.
        </p>
      )}
      {projects.length === 0 ? (
        !isAdmin && (
          <EmptyState icon={<FolderGit2 aria-hidden />} title="No role in any project">
            <bdi>{person.name}</bdi> sees nothing yet. Open a project’s members page to give a role, or add this person to a group that has
            roles.
          </EmptyState>
        )
      ) : (
        <ul className="divide-y">
          {projects.map((project) => (
            <li key={project.slug} className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5 text-sm">
              <Link href={`${projectHref(project.slug)}/members`} className="min-w-0 flex-1 basis-40 truncate font-medium hover:underline">
                <bdi>{project.name}</bdi>
              </Link>
              <span className="flex flex-wrap gap-1.5">
                {project.roles.map((given) => (
                  <RoleBadge key={`${given.role} ${given.group?.id ?? ""}`} given={given} />
                ))}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function RoleBadge({ given: { role, group } }: { readonly given: PersonProject["roles"][number] }) {
  if (group === null) return <Badge tone="accent">{role}</Badge>;
  return (
    <Badge>
      {role} by&nbsp;
      <Link href={groupHref(group.id)} className="max-w-40 truncate underline underline-offset-2">
        <bdi>{group.name}</bdi>
      </Link>
    </Badge>
  );
}

/** The groups somebody is in. */
export function PersonGroups({ person }: { readonly person: PersonDetails }) {
  return (
    <Section title="Groups" bodyClassName="">
      {person.groups.length === 0 ? (
        <EmptyState icon={<UsersRound aria-hidden />} title="In no group">
          Groups give roles to several people at once. Members are added on the{" "}
          <Link href="/groups" className="underline underline-offset-2">
            group’s page
          </Link>
          .
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {person.groups.map((group) => (
            <li key={group.id} className="flex items-center gap-3 px-4 py-2.5 text-sm">
              <Link href={groupHref(group.id)} className="min-w-0 flex-1 truncate font-medium hover:underline">
                <bdi>{group.name}</bdi>
              </Link>
              {group.byClaim && <Badge>by identity provider</Badge>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
