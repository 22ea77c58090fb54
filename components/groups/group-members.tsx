import { UsersRound } from "lucide-react";

import { groupHref, personHref, withQuery } from "#components/people/address.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ActionForm } from "#components/ui/action-form.tsx";
import { Avatar } from "#components/ui/avatar.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { Link } from "#components/ui/link.tsx";
import { Pager } from "#components/ui/pager.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { GroupDetails, GroupMemberRow } from "#lib/domain/groups/queries.ts";

/** Who is in the group, and the way in and out by hand. */
export function GroupMembers({
  group,
  add,
  remove,
}: {
  readonly group: GroupDetails;
  readonly add: FormAction;
  readonly remove: FormAction;
}) {
  const { rows, total, page, pages } = group.members;
  return (
    <Section title={`Members (${total.toLocaleString("en")})`} bodyClassName="">
      <ActionForm action={add} values={{ group: group.id }} className="flex flex-wrap items-start gap-2 border-b px-4 py-3">
        <FormTextField
          name="email"
          type="email"
          label="E-mail address of somebody who is here"
          hideLabel
          required
          maxLength={254}
          autoComplete="off"
          placeholder="mara@example.org"
          fieldClassName="grow sm:max-w-80"
        />
        <SubmitButton variant="secondary" className="max-sm:h-9">
          Add a member
        </SubmitButton>
      </ActionForm>
      {rows.length === 0 ? (
        <EmptyState icon={<UsersRound aria-hidden />} title="No members yet">
          Add people by their e-mail address{group.claim === null ? "" : ", or wait until somebody signs in with the claim"}. Every member
          gets the roles of the group.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {rows.map((member) => (
            <Member key={member.id} member={member} group={group} remove={remove} />
          ))}
        </ul>
      )}
      <Pager
        back="Previous"
        on="Next"
        {...{ page, pages, total }}
        noun="members"
        href={(number) => withQuery(groupHref(group.id), { page: number === 1 ? "" : String(number) })}
      />
    </Section>
  );
}

function Member({ member, group, remove }: { readonly member: GroupMemberRow; readonly group: GroupDetails; readonly remove: FormAction }) {
  return (
    <li className="flex items-center gap-3 px-4 py-2 text-sm">
      <Avatar name={member.name} className="size-7" />
      <div className="min-w-0 flex-1">
        <Link href={personHref(member.id)} className="block truncate rounded-xs font-medium hover:underline">
          <bdi>{member.name}</bdi>
        </Link>
        <bdi className="text-faint block truncate text-xs">{member.email}</bdi>
      </div>
      {member.disabled && <Badge tone="warn">disabled</Badge>}
      {member.byClaim ? (
        <Badge>by identity provider</Badge>
      ) : (
        <ActionButton size="sm" action={remove} values={{ group: group.id, person: member.id }} label={`Remove ${member.name}`}>
          Remove
        </ActionButton>
      )}
    </li>
  );
}
