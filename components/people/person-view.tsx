import { MailOpen } from "lucide-react";
import type { ReactNode } from "react";

import { ActionButton } from "#components/ui/action-button.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { PersonDetails } from "#lib/domain/people/queries.ts";

import { StateBadge } from "./state-badge.tsx";

/** How it stands with somebody, in a strip of facts. */
export function PersonFacts({ person }: { readonly person: PersonDetails }) {
  return (
    <dl className="bg-line shadow-card grid grid-cols-2 gap-px overflow-hidden rounded-md border bg-clip-padding text-sm sm:grid-cols-4">
      <Fact term="State">
        <StateBadge state={person.state} />
      </Fact>
      <Fact term="Signs in by">
        {person.signsInBy.length === 0 ? <span className="text-faint">nothing yet</span> : person.signsInBy.join(", ")}
      </Fact>
      <Fact term="Last seen">
        {person.lastSeenAt === null ? <span className="text-faint">never</span> : <RelativeTime at={person.lastSeenAt} />}
      </Fact>
      <Fact term={person.disabledAt === null ? "Added" : "Disabled"}>
        <RelativeTime at={person.disabledAt ?? person.createdAt} />
      </Fact>
    </dl>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div className="bg-surface min-w-0 px-4 py-3">
      <dt className="text-faint text-xs">{term}</dt>
      <dd className="foreign mt-0.5 flex min-w-0 items-center">{children}</dd>
    </div>
  );
}

/** An open link, and the way to end it. */
export function OpenInvitation({ person, revoke }: { readonly person: PersonDetails; readonly revoke: FormAction }) {
  const { invitation } = person;
  if (invitation === null)
    return person.state === "invited" ? (
      <Notice>
        There is no open invitation, and no other way to sign in. Make a new link in the menu above
        {person.isAdmin ? (
          "."
        ) : (
          <>
            , or wait until <bdi>{person.name}</bdi> comes through an identity provider.
          </>
        )}
      </Notice>
    ) : null;
  return (
    <Notice
      action={
        <ActionButton size="sm" action={revoke} values={{ person: person.id }} label={`Revoke the link for ${person.name}`}>
          Revoke the link
        </ActionButton>
      }
    >
      <bdi>{invitation.createdBy}</bdi> made a link to set a password <RelativeTime at={invitation.createdAt} />. It ends{" "}
      <RelativeTime at={invitation.expiresAt} />, or when it is used.
      {person.state === "disabled" && " It opens nothing while this person is disabled."}
    </Notice>
  );
}

function Notice({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className="bg-busy-soft flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md border px-4 py-3 text-sm">
      <MailOpen aria-hidden className="text-busy size-4 shrink-0" />
      <p className="min-w-0 flex-1 basis-52">{children}</p>
      {action}
    </div>
  );
}
