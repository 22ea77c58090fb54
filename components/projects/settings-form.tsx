import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ProjectSettings } from "#lib/domain/projects/queries.ts";

/** How the project is built and when its app counts as healthy. */
export function SettingsForm({ settings, action }: { readonly settings: ProjectSettings; readonly action: FormAction }) {
  return (
    <Section title="Build and health" description="Used by every environment from its next deployment on.">
      <ActionForm action={action} values={{ project: settings.slug }} className="space-y-4">
        <FormTextField name="name" label="Name" required maxLength={80} defaultValue={settings.name} fieldClassName="sm:max-w-80" />
        <div className="grid gap-4 sm:grid-cols-2">
          <FormTextField
            name="dockerfilePath"
            label="Dockerfile"
            mono
            required
            maxLength={500}
            spellCheck={false}
            defaultValue={settings.dockerfilePath}
            hint="Path in the repository."
          />
          <FormTextField
            name="contextPath"
            label="Build context"
            mono
            required
            maxLength={500}
            spellCheck={false}
            defaultValue={settings.contextPath}
            hint="The folder the build may copy from."
          />
        </div>
        <div className="grid gap-4 sm:grid-cols-3">
          <FormTextField
            name="port"
            label="Port"
            optional
            inputMode="numeric"
            pattern="[0-9]{1,5}"
            defaultValue={settings.port ?? ""}
            placeholder="first EXPOSE"
            hint="Where the app listens."
          />
          <FormTextField
            name="healthPath"
            label="Health path"
            mono
            required
            maxLength={500}
            spellCheck={false}
            defaultValue={settings.healthPath}
            hint="Answers 2xx or 3xx when all is well."
          />
          <FormTextField
            name="healthTimeoutSeconds"
            label="Time to become healthy"
            type="number"
            required
            min={5}
            max={3600}
            defaultValue={settings.healthTimeoutSeconds}
            hint="In seconds, from the start."
          />
        </div>
        {settings.repositoryKind === "builtin" && (
          <FormTextField
            name="protectedTags"
            label="Protected tags"
            optional
            mono
            maxLength={2000}
            spellCheck={false}
            defaultValue={settings.protectedTags.join(" ")}
            hint="Patterns such as v* with spaces between. Such a tag can be pushed once, never moved or deleted."
          />
        )}
        <SubmitButton variant="secondary">Save</SubmitButton>
      </ActionForm>
    </Section>
  );
}
