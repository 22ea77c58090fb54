import { Users } from "lucide-react";

import { Avatar } from "#components/ui/avatar.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { Member } from "#lib/domain/members/queries.ts";

import { RolesButton } from "./roles-button.tsx";

/** People of a project: who, the roles of their own and those that come by groups. */
export function MemberList({
  members,
  project,
  searched,
  setRoles,
}: {
  readonly members: readonly Member[];
  readonly project: string;
  readonly searched: boolean;
  /** Null for those who may only look. */
  readonly setRoles: FormAction | null;
}) {
  if (members.length === 0)
    return (
      <EmptyState icon={<Users aria-hidden />} title={searched ? "Nobody by that name" : "Nobody yet"}>
        {searched ? "Try a part of another name." : "Give somebody a role, and the project appears on that person’s page."}
      </EmptyState>
    );
  return (
    <Table label="Members">
      <thead>
        <tr>
          <Th>Person</Th>
          <Th>Roles</Th>
          <Th>By groups</Th>
          {setRoles !== null && (
            <Th>
              <span className="sr-only">Change</span>
            </Th>
          )}
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <Tr key={member.id}>
            <Td>
              <PersonName member={member} />
            </Td>
            <Td>
              <span className="flex flex-wrap gap-1 max-sm:flex-col max-sm:items-start">
                {member.admin && <Badge tone="accent">admin</Badge>}
                {member.roles.map((role) => (
                  <Badge key={role}>{role}</Badge>
                ))}
                {!member.admin && member.roles.length === 0 && <span className="text-faint">–</span>}
              </span>
            </Td>
            <Td className="text-muted">
              {member.groups.length === 0 ? (
                <span className="text-faint">–</span>
              ) : (
                member.groups.map(({ name, roles }) => (
                  <span key={name} className="block">
                    {roles.join(", ")} <span className="text-faint">by</span> <bdi>{name}</bdi>
                  </span>
                ))
              )}
            </Td>
            {setRoles !== null && (
              <Td className="text-right">
                <RolesButton size="sm" label={`Change the roles of ${member.name}`} dialog={dialogOf(member, project, setRoles)}>
                  Change
                </RolesButton>
              </Td>
            )}
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function PersonName({ member }: { readonly member: Member }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <Avatar name={member.name} />
      <span className="min-w-0">
        <bdi className="block max-w-40 truncate font-medium sm:max-w-64" title={member.name}>
          {member.name}
        </bdi>
        {member.email !== null && (
          <bdi className="text-faint block max-w-40 truncate text-xs sm:max-w-64" title={member.email}>
            {member.email}
          </bdi>
        )}
      </span>
      {member.disabled && <Badge tone="warn">disabled</Badge>}
    </span>
  );
}

function dialogOf({ id, name, admin, roles, groups }: Member, project: string, action: FormAction) {
  const note = admin
    ? "Admins may everything, whatever their roles."
    : groups.length > 0
      ? "What comes by groups stays; change it at the group."
      : undefined;
  return { title: `Roles of ${name}`, action, values: { project, person: id }, roles, note };
}
