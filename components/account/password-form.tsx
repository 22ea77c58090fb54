import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

/** A new password, with the old one to prove who asks. */
export function PasswordForm({ email, action }: { readonly email: string; readonly action: FormAction }) {
  return (
    <Section title="Password">
      <ActionForm action={action} className="space-y-4">
        {/* For password managers, so that they know whose password this is. */}
        <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
        <div className="grid gap-4 sm:grid-cols-2">
          <FormTextField name="current" type="password" label="Current password" required autoComplete="current-password" />
          <FormTextField
            name="password"
            type="password"
            label="New password"
            required
            minLength={10}
            autoComplete="new-password"
            hint="At least 10 characters. Other sessions are signed out."
          />
        </div>
        <SubmitButton variant="secondary">Change the password</SubmitButton>
      </ActionForm>
    </Section>
  );
}
