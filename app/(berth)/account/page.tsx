import { Bell, Eye } from "lucide-react";
import type { Metadata } from "next";

import { PasswordForm } from "#components/account/password-form.tsx";
import { Sessions } from "#components/account/sessions.tsx";
import { Tokens } from "#components/account/tokens.tsx";
import { Main } from "#components/shell/main.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { may } from "#lib/domain/access/policy.ts";
import { getAccount } from "#lib/domain/access/queries.ts";
import { listProjectNames } from "#lib/domain/projects/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { changePassword, createToken, endSession, revokeToken } from "../../actions/access.ts";

export const metadata: Metadata = { title: "Account" };

export default async function AccountPage() {
  const { actor, own } = await readPage(async (reader, viewer) => ({
    actor: viewer,
    own:
      viewer.viewing === null
        ? {
            account: await getAccount(reader, viewer),
            ...(await listProjectNames(reader, viewer)),
            mayViewAs: may(viewer, "manage_people", { type: "platform" }),
          }
        : null,
  }));
  if (own === null) return <ForeignAccount name={actor.name} />;
  const { account, projects, mayViewAs } = own;
  return (
    <Main className="max-w-3xl">
      <PageHeader
        title={account.name}
        description={
          <span className="flex items-center gap-2">
            {account.email} {account.isAdmin && <Badge tone="accent">admin</Badge>}
          </span>
        }
        actions={
          <>
            <ButtonLink href="/account/notifications" size="sm">
              <Bell aria-hidden />
              What you are told
            </ButtonLink>
            {mayViewAs && (
              <ButtonLink href="/view-as" size="sm">
                <Eye aria-hidden />
                View as…
              </ButtonLink>
            )}
          </>
        }
      />
      <div className="mt-5 space-y-5">
        <Tokens tokens={account.tokens} projects={projects} createToken={createToken} revokeToken={revokeToken} />
        {account.hasPassword && <PasswordForm email={account.email} action={changePassword} />}
        <Sessions sessions={account.sessions} endSession={endSession} />
      </div>
    </Main>
  );
}

/** An account is its owner's alone, also while an admin looks through the owner's eyes. */
function ForeignAccount({ name }: { readonly name: string }) {
  return (
    <Main className="max-w-3xl">
      <PageHeader title={name} />
      <EmptyState icon={<Eye aria-hidden />} title="Not shown while you view as somebody else">
        Tokens, password and sessions are their owner’s alone. End “View as” to see your own.
      </EmptyState>
    </Main>
  );
}
