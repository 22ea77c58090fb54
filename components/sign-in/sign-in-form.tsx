import { ActionForm } from "#components/ui/action-form.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

/** E-mail and password; afterwards to the page that was wanted. */
export function SignInForm({
  next,
  action,
  autoFocus,
}: {
  readonly next: string;
  readonly action: FormAction;
  readonly autoFocus: boolean;
}) {
  return (
    <ActionForm action={action} values={{ next }} className="space-y-4">
      <FormTextField name="email" type="email" label="E-mail" required autoFocus={autoFocus} autoComplete="username" maxLength={254} />
      <FormTextField name="password" type="password" label="Password" required autoComplete="current-password" maxLength={1000} />
      <SubmitButton size="lg" className="w-full">
        Sign in
      </SubmitButton>
    </ActionForm>
  );
}
