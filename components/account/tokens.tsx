import { KeyRound, Plus } from "lucide-react";

import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { Account } from "#lib/domain/access/queries.ts";

import { NewTokenButton } from "./new-token-button.tsx";

type Token = Account["tokens"][number];

/** API tokens: make one (shown once), see when each was used, revoke. */
export function Tokens({
  tokens,
  createToken,
  revokeToken,
}: {
  readonly tokens: readonly Token[];
  readonly createToken: FormAction;
  readonly revokeToken: FormAction;
}) {
  return (
    <Section
      title="API tokens"
      description="For git push, the REST API and scripts. A token may do what you may do."
      bodyClassName=""
      action={
        <NewTokenButton action={createToken}>
          <Plus aria-hidden />
          New token
        </NewTokenButton>
      }
    >
      {tokens.length === 0 ? (
        <EmptyState icon={<KeyRound aria-hidden />} title="No tokens">
          Make one to push to Berth’s own Git: it is the password Git asks for.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {tokens.map((token) => (
            <TokenLine key={token.id} token={token} revokeToken={revokeToken} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function TokenLine({ token, revokeToken }: { readonly token: Token; readonly revokeToken: FormAction }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-sm">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <bdi className="truncate font-medium">{token.name}</bdi>
          <code className="text-faint font-mono text-xs">…{token.hint}</code>
        </p>
        <p className="text-faint text-xs">
          Made <RelativeTime at={token.createdAt} /> ·{" "}
          {token.lastUsedAt === null ? (
            "never used"
          ) : (
            <>
              used <RelativeTime at={token.lastUsedAt} />
            </>
          )}
        </p>
      </div>
      {token.expiresAt !== null && (
        <Badge tone="warn">
          ends&nbsp;
          <RelativeTime at={token.expiresAt} />
        </Badge>
      )}
      <ConfirmButton
        size="sm"
        action={revokeToken}
        values={{ id: token.id }}
        words={{
          title: `Revoke ${token.name}?`,
          changes: ["Whatever uses it is refused from now on."],
          undo: "It cannot be undone. Make a new token and put it in the old one’s place.",
          confirm: `Revoke ${token.name}`,
        }}
      >
        Revoke
      </ConfirmButton>
    </li>
  );
}
