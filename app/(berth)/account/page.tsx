import type { Metadata } from "next";

import { PasswordForm } from "#components/account/password-form.tsx";
import { Sessions } from "#components/account/sessions.tsx";
import { Tokens } from "#components/account/tokens.tsx";
import { Main } from "#components/shell/main.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { getAccount } from "#lib/domain/access/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { changePassword, createToken, endSession, revokeToken } from "../../actions/access.ts";

export const metadata: Metadata = { title: "Account" };

export default async function AccountPage() {
  const account = await readPage((reader, actor) => getAccount(reader, actor));
  return (
    <Main className="max-w-3xl">
      <PageHeader
        title={account.name}
        description={
          <span className="flex items-center gap-2">
            {account.email} {account.isAdmin && <Badge tone="accent">admin</Badge>}
          </span>
        }
      />
      <div className="mt-5 space-y-5">
        <Tokens tokens={account.tokens} createToken={createToken} revokeToken={revokeToken} />
        {account.hasPassword && <PasswordForm email={account.email} action={changePassword} />}
        <Sessions sessions={account.sessions} endSession={endSession} />
      </div>
    </Main>
  );
}
