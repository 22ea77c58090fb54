import { FolderGit2 } from "lucide-react";

import { projectHref } from "#components/environments/address.ts";
import { ActionForm } from "#components/ui/action-form.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { GroupDetails } from "#lib/domain/groups/queries.ts";

import { GroupFields } from "./group-fields.tsx";

/** The group's roles by project. They are given on the projects' own pages. */
export function GroupRoles({ group }: { readonly group: GroupDetails }) {
  return (
    <Section title="Roles" description="Given on the members page of each project." bodyClassName="">
      {group.projects.length === 0 ? (
        <EmptyState icon={<FolderGit2 aria-hidden />} title="No role in any project">
          Open a project’s members page and give <bdi>{group.name}</bdi> a role: all members get it at once.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {group.projects.map((project) => (
            <li key={project.slug} className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5 text-sm">
              <Link href={`${projectHref(project.slug)}/members`} className="min-w-0 flex-1 basis-40 truncate font-medium hover:underline">
                <bdi>{project.name}</bdi>
              </Link>
              <span className="flex flex-wrap gap-1.5">
                {project.roles.map((role) => (
                  <Badge key={role} tone="accent">
                    {role}
                  </Badge>
                ))}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Name and claim, and the end of the group. */
export function GroupSettings({
  group,
  update,
  remove,
}: {
  readonly group: GroupDetails;
  readonly update: FormAction;
  readonly remove: FormAction;
}) {
  return (
    <Section title="Settings">
      <ActionForm action={update} values={{ group: group.id }} className="space-y-4">
        <GroupFields name={group.name} claim={group.claim ?? ""} />
        <div className="flex flex-wrap justify-between gap-2">
          <SubmitButton variant="secondary">Save</SubmitButton>
        </div>
      </ActionForm>
      <div className="mt-5 flex flex-wrap items-center justify-between gap-3 border-t pt-4">
        <p className="text-muted text-sm">Deleting the group takes its roles from all members.</p>
        <ConfirmButton
          variant="danger"
          action={remove}
          values={{ group: group.id }}
          words={{
            title: `Delete ${group.name}?`,
            changes: [
              group.members.total === 1
                ? "Its one member loses the roles it gives."
                : `Its ${group.members.total} members lose the roles it gives.`,
              "What is open in a browser and no longer allowed ends at once.",
            ],
            undo: "It cannot be undone. A new group needs its members and roles again.",
            confirm: `Delete ${group.name}`,
          }}
        >
          Delete…
        </ConfirmButton>
      </div>
    </Section>
  );
}
