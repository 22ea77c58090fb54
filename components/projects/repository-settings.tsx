import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ProjectSettings } from "#lib/domain/projects/queries.ts";

/** How Berth gets into a repository elsewhere. Which fields show follows the chosen kind by style alone. */
export function RepositorySettings({ settings, action }: { readonly settings: ProjectSettings; readonly action: FormAction }) {
  return (
    <Section title="Access to the repository" description={settings.gitUrl}>
      <div className="space-y-4">
        {settings.deployKey !== null && <DeployKey value={settings.deployKey} />}
        <ActionForm action={action} values={{ project: settings.slug }} className="group/form space-y-4">
          <FormSelectField
            label="Credentials"
            name="kind"
            defaultValue={settings.credentialKind ?? "none"}
            fieldClassName="sm:max-w-80"
            hint="Stored sealed and never shown again. Saving “deploy key” makes a new pair; add its public half to the repository."
          >
            <option value="none">None, it is public</option>
            <option value="basic">User name and password or token</option>
            <option value="ssh">Deploy key (ssh)</option>
          </FormSelectField>
          <div className="hidden gap-4 group-has-[[value=basic]:checked]/form:grid sm:grid-cols-2">
            <FormTextField name="username" label="User" maxLength={200} autoComplete="off" spellCheck={false} />
            <FormTextField name="password" type="password" label="Password or token" maxLength={4096} autoComplete="new-password" />
          </div>
          <SubmitButton variant="secondary">Save the credentials</SubmitButton>
        </ActionForm>
      </div>
    </Section>
  );
}

function DeployKey({ value }: { readonly value: string }) {
  return (
    <div>
      <p className="mb-1.5 text-sm font-medium">Deploy key</p>
      <div className="bg-sunken flex items-center gap-2 rounded-sm border py-2 pr-2 pl-3">
        <code className="min-w-0 flex-1 font-mono text-xs break-all">{value}</code>
        <CopyButton text={value} label="Copy the deploy key" />
      </div>
      <p className="text-faint mt-1.5 text-xs">Add it to the repository with read access.</p>
    </div>
  );
}
