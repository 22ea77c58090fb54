import type { Metadata } from "next";

import { InvitationForm } from "#components/people/invitation-form.tsx";
import { Gate } from "#components/shell/gate.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Problem } from "#components/ui/problem.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { type BerthError, isBerthError } from "#lib/core/errors.ts";
import { problemOf } from "#lib/core/problem.ts";
import { getInvitation } from "#lib/domain/people/open-invitation.ts";
import { currentActor, requestSource } from "#lib/server/current-actor.ts";
import { passwordUsers } from "#lib/server/password-users.ts";
import { services } from "#lib/server/services.ts";

import { signOut } from "../../../actions/access.ts";
import { acceptInvitation } from "../../../actions/people.ts";

export const metadata: Metadata = { title: "Invitation", robots: { index: false }, referrer: "no-referrer" };

export default async function InvitationPage({ params }: { readonly params: Promise<{ readonly code: string }> }) {
  const { code } = await params;
  const result = await read(code);
  if (isBerthError(result)) return <Refused problem={result} />;
  return (
    <Gate
      title="Welcome to Berth"
      text={
        <>
          <bdi>{result.invitedBy}</bdi> made this link for you.
        </>
      }
      footer={
        <>
          The link works once and ends <RelativeTime at={result.expiresAt} />.
        </>
      }
    >
      <InvitationForm code={code} invitation={result} action={acceptInvitation} />
    </Gate>
  );
}

/** The invitation, or why it is not shown. */
async function read(code: string) {
  const { ip } = await requestSource();
  return getInvitation(services().database, await currentActor(), code, ip, passwordUsers()).catch((error: unknown) => {
    if (isBerthError(error, "gone", "invitation_foreign", "view_only", "password_not_used", "rate_limited")) return error;
    throw error;
  });
}

/** Says nothing of the person the link was made for. */
function Refused({ problem }: { readonly problem: BerthError }) {
  const foreign = problem.code === "invitation_foreign";
  return (
    <Gate title="Invitation">
      <div className="space-y-4">
        <Problem tone="warn" problem={problemOf(problem)} />
        {foreign ? (
          <ActionButton action={signOut} values={{}} className="w-full">
            Sign out, then open the link again
          </ActionButton>
        ) : (
          <ButtonLink href="/" className="w-full">
            To Berth
          </ButtonLink>
        )}
      </div>
    </Gate>
  );
}
