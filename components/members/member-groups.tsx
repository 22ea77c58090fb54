import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { MemberGroup } from "#lib/domain/members/queries.ts";

import { RolesButton } from "./roles-button.tsx";

/** Groups that have roles in a project. */
export function MemberGroups({
  groups,
  others,
  project,
  setRoles,
}: {
  readonly groups: readonly MemberGroup[];
  /** Names of groups without a role here. */
  readonly others: readonly string[];
  readonly project: string;
  /** Null for those who may only look. */
  readonly setRoles: FormAction | null;
}) {
  if (groups.length === 0 && others.length === 0) return null;
  return (
    <Section
      title="Groups"
      description="Whoever is in a group has the group’s roles."
      bodyClassName=""
      action={
        setRoles !== null &&
        others.length > 0 && (
          <RolesButton
            size="sm"
            dialog={{ title: "Give a group roles", action: setRoles, values: { project }, roles: [], who: { groups: others } }}
          >
            Add a group
          </RolesButton>
        )
      }
    >
      {groups.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">No group has a role here.</p>
      ) : (
        <ul className="divide-y">
          {groups.map((group) => (
            <li key={group.id} className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-2.5 text-sm">
              <bdi className="min-w-0 truncate font-medium">{group.name}</bdi>
              <span className="text-faint text-xs">
                {group.people === 1 ? "one person" : `${group.people.toLocaleString("en")} people`}
              </span>
              <span className="flex flex-1 flex-wrap gap-1">
                {group.roles.map((role) => (
                  <Badge key={role}>{role}</Badge>
                ))}
              </span>
              {setRoles !== null && (
                <RolesButton
                  size="sm"
                  label={`Change the roles of ${group.name}`}
                  dialog={{
                    title: `Roles of ${group.name}`,
                    action: setRoles,
                    values: { project, group: group.id },
                    roles: group.roles,
                    note: `It counts for ${group.people === 1 ? "one person" : `${group.people} people`}.`,
                  }}
                >
                  Change
                </RolesButton>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
