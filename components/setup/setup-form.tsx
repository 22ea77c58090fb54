import { ActionForm } from "#components/ui/action-form.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

/** The first admin, made by whoever can read the terminal. */
export function SetupForm({ code, action }: { readonly code: string; readonly action: FormAction }) {
  return (
    <ActionForm action={action} className="space-y-4">
      <FormTextField
        name="code"
        label="Set-up code"
        mono
        required
        autoFocus={code === ""}
        defaultValue={code}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        hint="Printed in the terminal where npm start runs."
      />
      <FormTextField name="name" label="Your name" required autoFocus={code !== ""} autoComplete="name" maxLength={100} />
      <FormTextField name="email" type="email" label="E-mail" required autoComplete="username" maxLength={320} />
      <FormTextField
        name="password"
        type="password"
        label="Password"
        required
        minLength={10}
        maxLength={1000}
        autoComplete="new-password"
        hint="At least 10 characters."
      />
      <SubmitButton size="lg" className="w-full">
        Set up Berth
      </SubmitButton>
    </ActionForm>
  );
}
