import { ActionForm } from "#components/ui/action-form.tsx";
import { Avatar } from "#components/ui/avatar.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { OpenInvitation } from "#lib/domain/people/open-invitation.ts";

/** For whom the link is, which nobody can change, and the name and password that are set with it. */
export function InvitationForm({
  code,
  invitation,
  action,
}: {
  readonly code: string;
  readonly invitation: OpenInvitation;
  readonly action: FormAction;
}) {
  const { name, email } = invitation;
  return (
    <ActionForm action={action} values={{ code }} className="space-y-4">
      <div className="bg-sunken flex items-center gap-3 rounded-sm border px-3 py-2.5 text-sm">
        <Avatar name={name} className="size-8" />
        <div className="min-w-0">
          <p className="foreign font-medium">{name}</p>
          <p className="foreign text-muted text-xs">{email}</p>
        </div>
      </div>
      {/* For password managers, so that they know whose password this is. */}
      <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
      <FormTextField name="name" label="Your name" required maxLength={100} autoComplete="name" defaultValue={name} />
      <FormTextField
        name="password"
        type="password"
        label="Password"
        required
        autoFocus
        minLength={10}
        maxLength={128}
        autoComplete="new-password"
        hint="At least 10 characters. You sign in with it and your e-mail address."
      />
      <SubmitButton size="lg" className="w-full">
        Set the password and sign in
      </SubmitButton>
    </ActionForm>
  );
}
