"use client";

import { useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { OneTimeSecret } from "./one-time-secret.tsx";

/** The sheet that makes a webhook and shows the secret it signs with this one time. */
export function NewHook({
  action,
  project,
  kinds,
  onClose,
}: {
  readonly action: FormAction;
  readonly project: string;
  readonly kinds: ReadonlyArray<{ readonly kind: string; readonly title: string }>;
  readonly onClose: () => void;
}) {
  const [secret, setSecret] = useState<string | null>(null);
  if (secret !== null)
    return (
      <Dialog open onClose={onClose} title="The secret of the webhook">
        <OneTimeSecret
          values={[{ label: "Secret", text: secret }]}
          words="Give it to whoever receives the webhooks: every one carries X-Berth-Signature, made with it."
          onClose={onClose}
        />
      </Dialog>
    );
  return (
    <Dialog open onClose={onClose} title="New webhook">
      <ActionForm
        action={action}
        values={{ project }}
        className="mt-2 space-y-4"
        onDone={(result) => (result.created?.token === undefined ? onClose() : setSecret(result.created.token))}
      >
        <FormTextField name="name" label="Name" required maxLength={100} data-autofocus autoComplete="off" placeholder="Our chat" />
        <FormSelectField name="format" label="Speaks" defaultValue="signed">
          <option value="signed">Berth’s JSON, signed</option>
          <option value="slack">Slack’s incoming webhooks</option>
        </FormSelectField>
        <FormTextField
          name="url"
          label="Address"
          type="url"
          required
          maxLength={2_000}
          autoComplete="off"
          placeholder="https://chat.example.org/hooks/…"
          hint="Kept sealed and not shown again. Private networks have to be allowed by whoever runs this installation."
        />
        <fieldset className="space-y-1.5">
          <legend className="mb-1.5 text-sm font-medium">Told of</legend>
          <div className="grid max-h-52 gap-1.5 overflow-y-auto rounded-sm border p-3 sm:grid-cols-2">
            {kinds.map(({ kind, title }) => (
              <label key={kind} className="flex items-start gap-2 text-sm">
                <input type="checkbox" name="kinds" value={kind} defaultChecked className="mt-0.5 size-4 shrink-0" />
                {title}
              </label>
            ))}
          </div>
        </fieldset>
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Not now</Button>
          <SubmitButton>Make the webhook</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
