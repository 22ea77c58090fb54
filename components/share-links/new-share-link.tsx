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

/** The sheet that makes a share link and shows it this one time. */
export function NewShareLink({
  action,
  environment,
  onClose,
}: {
  readonly action: FormAction;
  readonly environment: string;
  readonly onClose: () => void;
}) {
  const [url, setUrl] = useState<string | null>(null);
  return (
    <Dialog open onClose={onClose} title={url === null ? "New share link" : "Your new link"}>
      {url === null ? (
        <ActionForm
          action={action}
          values={{ environment }}
          className="mt-2 space-y-4"
          onDone={(result) => setUrl(result.created?.token ?? null)}
        >
          <FormTextField
            name="note"
            label="For whom is it?"
            required
            maxLength={100}
            data-autofocus
            autoComplete="off"
            placeholder="The customer’s design team"
          />
          <FormSelectField name="expiresInHours" label="Ends after" defaultValue="168">
            <option value="1">1 hour</option>
            <option value="24">1 day</option>
            <option value="168">7 days</option>
            <option value="720">30 days</option>
          </FormSelectField>
          <div className="flex justify-end gap-2 pt-1">
            <Button onClick={onClose}>Not now</Button>
            <SubmitButton>Make the link</SubmitButton>
          </div>
        </ActionForm>
      ) : (
        <div className="mt-2 space-y-4">
          <p className="text-muted flex items-start gap-2 text-sm">
            <TriangleAlert aria-hidden className="text-warn mt-0.5 size-4 shrink-0" />
            Copy it now. It is shown this one time; whoever has it can open this environment until it ends.
          </p>
          <div className="bg-sunken flex items-center gap-2 rounded-sm border py-2 pr-2 pl-3">
            <code className="min-w-0 flex-1 font-mono text-sm break-all select-all">{url}</code>
            <CopyButton text={url} size="md" label="Copy the link" />
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
