"use client";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

/** The sheet that changes what somebody is called and signs in with. */
export function EditPerson({
  person,
  action,
  onClose,
}: {
  readonly person: { readonly id: string; readonly name: string; readonly email: string };
  readonly action: FormAction;
  readonly onClose: () => void;
}) {
  return (
    <Dialog open onClose={onClose} title={`Change ${person.name}`}>
      <ActionForm action={action} values={{ person: person.id }} onDone={onClose} className="mt-2 space-y-4">
        <FormTextField name="name" label="Name" required maxLength={100} autoComplete="off" data-autofocus defaultValue={person.name} />
        <FormTextField
          name="email"
          type="email"
          label="E-mail"
          required
          maxLength={254}
          autoComplete="off"
          defaultValue={person.email}
          hint="The name to sign in with. A link that was made for the old address ends."
        />
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Keep as it is</Button>
          <SubmitButton>Save</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
