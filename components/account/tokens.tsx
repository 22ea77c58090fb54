import { KeyRound, Plus } from "lucide-react";

import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { TokenListItem } from "#lib/domain/access/queries.ts";

import { NewTokenButton } from "./new-token-button.tsx";
import { scopeWords } from "./scope-words.ts";
import type { TokenProject } from "./token-scope.tsx";

/** API tokens: make one (shown once), see when each was used, revoke. */
export function Tokens({
  tokens,
  projects,
  createToken,
  revokeToken,
}: {
  readonly tokens: readonly TokenListItem[];
  readonly projects: readonly TokenProject[];
  readonly createToken: FormAction;
  readonly revokeToken: FormAction;
}) {
  return (
    <Section
      title="API tokens"
      description="For git push, the REST API and scripts. A token may do what its scope says, and never more than you."
      bodyClassName=""
      action={
        <NewTokenButton action={createToken} projects={projects}>
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

function TokenLine({ token, revokeToken }: { readonly token: TokenListItem; readonly revokeToken: FormAction }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-sm">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <bdi className="truncate font-medium">{token.name}</bdi>
          <code className="text-faint font-mono text-xs">…{token.hint}</code>
        </p>
        <p className="text-muted foreign text-xs">{scopeWords(token)}</p>
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
      <Expiry token={token} />
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

/** Only an end that is near, or past, stands out. */
function Expiry({ token: { expiresAt, ends } }: { readonly token: TokenListItem }) {
  if (expiresAt === null) return <span className="text-faint text-xs">never ends</span>;
  if (ends === "later")
    return (
      <span className="text-faint text-xs">
        ends <RelativeTime at={expiresAt} />
      </span>
    );
  return (
    <Badge tone={ends === "past" ? "bad" : "warn"}>
      {ends === "past" ? "ended" : "ends"}&nbsp;
      <RelativeTime at={expiresAt} />
    </Badge>
  );
}
