"use client";

import { useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { OneTimeLink } from "./one-time-link.tsx";

/** The sheet that adds somebody and then shows the link of the invitation. */
export function Invite({ action, mail, onClose }: { readonly action: FormAction; readonly mail: boolean; readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const [link, setLink] = useState<string | null>(null);
  if (link !== null)
    return (
      <Dialog open onClose={onClose} title="The invitation">
        <OneTimeLink link={link} name={name} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog open onClose={onClose} title="Invite somebody">
      <ActionForm action={action} className="mt-2 space-y-4" onDone={(result) => setLink(result.created?.link ?? null)}>
        <FormTextField
          name="name"
          label="Name"
          required
          maxLength={100}
          data-autofocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <FormTextField
          name="email"
          type="email"
          label="E-mail"
          required
          maxLength={254}
          autoComplete="off"
          hint="The name to sign in with. Roles in projects are given on a project’s members page."
        />
        <label className="flex items-start gap-2.5 text-sm">
          <input type="checkbox" name="isAdmin" className="mt-0.5 size-4" />
          <span>
            Admin
            <span className="text-faint block text-xs">May see and do everything in all projects, and manage people.</span>
          </span>
        </label>
        {mail && (
          <label className="flex items-start gap-2.5 text-sm">
            <input type="checkbox" name="mail" defaultChecked className="mt-0.5 size-4" />
            <span>
              Send it by mail
              <span className="text-faint block text-xs">The link is shown to you as well.</span>
            </span>
          </label>
        )}
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Not now</Button>
          <SubmitButton>Make the invitation</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
