"use client";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { CheckRow } from "#components/ui/check-row.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import { roles as allRoles } from "#lib/domain/permissions/words.ts";

export interface RolesDialogWords {
  readonly title: string;
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  /** The roles held now. */
  readonly roles: readonly string[];
  /** What has to be named first: a person by e-mail, or one of these groups. */
  readonly who?: "email" | { readonly groups: readonly string[] } | undefined;
  /** What else is true: roles that come by groups stay. */
  readonly note?: string | undefined;
}

/** The sheet that says which roles somebody has in the project. */
export function RolesDialog({ title, action, values, roles, who, note, onClose }: RolesDialogWords & { readonly onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={title}>
      <ActionForm action={action} values={values} onDone={onClose} className="mt-2 space-y-4">
        {who === "email" && (
          <FormTextField
            name="email"
            type="email"
            label="E-mail address"
            required
            maxLength={254}
            data-autofocus
            autoComplete="off"
            hint="Of somebody who exists here already."
          />
        )}
        {typeof who === "object" && (
          <FormSelectField name="group" label="Group" required data-autofocus defaultValue="">
            <option value="" disabled>
              Choose a group
            </option>
            {who.groups.map((group) => (
              <option key={group}>{group}</option>
            ))}
          </FormSelectField>
        )}
        <fieldset className="space-y-2">
          <legend className="text-ink mb-2 text-sm font-medium">Roles in this project</legend>
          {allRoles.map((role, index) => (
            <CheckRow
              key={role}
              name="role"
              value={role}
              label={role}
              defaultChecked={roles.includes(role)}
              data-autofocus={who === undefined && index === 0 ? true : undefined}
            />
          ))}
        </fieldset>
        <p className="text-muted text-xs">
          Several roles add up. {roles.length > 0 && "Without any, there is no role here any more. "}
          {note}
        </p>
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Not now</Button>
          <SubmitButton>Save</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
