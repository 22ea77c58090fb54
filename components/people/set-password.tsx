"use client";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

/** The sheet in which an admin sets somebody's password. */
export function SetPassword({
  person,
  action,
  onClose,
}: {
  readonly person: { readonly id: string; readonly name: string; readonly email: string };
  readonly action: FormAction;
  readonly onClose: () => void;
}) {
  return (
    <Dialog open onClose={onClose} title={`Set a password for ${person.name}`}>
      <ActionForm action={action} values={{ person: person.id }} onDone={onClose} className="mt-2 space-y-4">
        {/* For password managers, so that they know whose password this is. */}
        <input type="email" name="username" autoComplete="username" value={person.email} readOnly hidden />
        <FormTextField
          name="password"
          type="password"
          label="New password"
          required
          minLength={10}
          maxLength={128}
          autoComplete="new-password"
          data-autofocus
          hint="At least 10 characters. All sessions of this person and open links end. A password link is better: then only the person knows the password."
        />
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Keep the old one</Button>
          <SubmitButton>Set the password</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
