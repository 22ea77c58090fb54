"use client";

import { TriangleAlert } from "lucide-react";
import { useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { type TokenProject, TokenScope } from "./token-scope.tsx";

/** The sheet that makes a token and shows it this one time. */
export function NewToken({
  action,
  projects,
  onClose,
}: {
  readonly action: FormAction;
  readonly projects: readonly TokenProject[];
  readonly onClose: () => void;
}) {
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
            data-autofocus
            autoComplete="off"
            placeholder="My laptop"
          />
          <TokenScope projects={projects} />
          <FormSelectField name="expires" label="Ends after" defaultValue="90" hint="Whatever its scope, it never may more than you may.">
            <option value="7">7 days</option>
            <option value="30">30 days</option>
            <option value="90">90 days</option>
            <option value="365">1 year</option>
          </FormSelectField>
          <div className="flex justify-end gap-2 pt-1">
            <Button onClick={onClose}>Not now</Button>
            <SubmitButton>Make the token</SubmitButton>
          </div>
        </ActionForm>
      ) : (
        <div className="mt-2 space-y-4">
          <p className="text-muted flex items-start gap-2 text-sm">
            <TriangleAlert aria-hidden className="text-warn mt-0.5 size-4 shrink-0" />
            Copy it now. It is shown this one time; Berth keeps only a fingerprint of it.
          </p>
          <div className="bg-sunken flex items-center gap-2 rounded-sm border py-2 pr-2 pl-3">
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
