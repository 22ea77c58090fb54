"use client";

import { KeyRound, Plus, TriangleAlert } from "lucide-react";
import { useCallback, useState } from "react";

import { ActionForm, type FormAction } from "#components/ui/action-form.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { Account } from "#lib/domain/access/queries.ts";

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
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  return (
    <Section
      title="API tokens"
      description="For git push, the REST API and scripts. A token may do what you may do."
      bodyClassName=""
      action={
        <Button size="sm" onClick={() => setOpen(true)}>
          <Plus aria-hidden />
          New token
        </Button>
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
      {open && <NewToken action={createToken} onClose={close} />}
    </Section>
  );
}

function TokenLine({ token, revokeToken }: { readonly token: Token; readonly revokeToken: FormAction }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-sm">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <bdi className="truncate font-medium">{token.name}</bdi>
          <code className="font-mono text-xs text-faint">…{token.hint}</code>
        </p>
        <p className="text-xs text-faint">
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

function NewToken({ action, onClose }: { readonly action: FormAction; readonly onClose: () => void }) {
  const [token, setToken] = useState<string | null>(null);
  return (
    <Dialog open onClose={onClose} title={token === null ? "New API token" : "Your new token"}>
      {token === null ? (
        <ActionForm action={action} className="mt-2 space-y-4" onDone={(result) => setToken(result.created?.token ?? null)}>
          <FormTextField
            name="name"
            label="What is it for?"
            required
            maxLength={80}
            autoFocus
            autoComplete="off"
            placeholder="My laptop"
          />
          <FormSelectField name="expiresInDays" label="Ends after" defaultValue="90">
            <option value="7">7 days</option>
            <option value="30">30 days</option>
            <option value="90">90 days</option>
            <option value="365">1 year</option>
            <option value="">never</option>
          </FormSelectField>
          <div className="flex justify-end gap-2 pt-1">
            <Button onClick={onClose}>Not now</Button>
            <SubmitButton>Make the token</SubmitButton>
          </div>
        </ActionForm>
      ) : (
        <div className="mt-2 space-y-4">
          <p className="flex items-start gap-2 text-sm text-muted">
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
            Copy it now. It is shown this one time; Berth keeps only a fingerprint of it.
          </p>
          <div className="flex items-center gap-2 rounded-sm border bg-sunken py-2 pr-2 pl-3">
            <code className="min-w-0 flex-1 font-mono text-sm break-all select-all">{token}</code>
            <CopyButton text={token} size="md" label="Copy the token" />
          </div>
          <div className="flex justify-end">
            <Button variant="primary" onClick={onClose}>
              I have it
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
