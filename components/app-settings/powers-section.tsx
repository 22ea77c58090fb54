import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { FormTextareaField, FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { AppSettingsPage } from "#lib/domain/app-settings/queries.ts";

/** What the project may ask of hosts, word by word. Only admins of the platform change it. */
export function PowersSection({ page, action }: { readonly page: AppSettingsPage; readonly action: FormAction }) {
  return (
    <Section
      title="Power over hosts"
      description="Parameters such as privileged, volume, device or pid, and artifacts of the agents’ own files, are refused unless they stand here exactly as they are sent."
    >
      {page.mayAllow ? (
        <ActionForm key={page.allowedPowers.join("\n")} action={action} values={{ project: page.project.slug }} className="space-y-4">
          <FormTextareaField
            name="powers"
            label="Allowed, one per line"
            mono
            rows={3}
            spellCheck={false}
            defaultValue={page.allowedPowers.join("\n")}
            placeholder={"volume=/srv/shop:/data:ro\nfile:///etc/shop.tar.gz"}
            hint="For attached clusters. Berth’s own scheduler refuses them whatever stands here; its operator lists host paths in scheduler.json."
          />
          <FormTextField name="reason" label="Why?" required maxLength={500} hint="Kept in the audit log." />
          <SubmitButton variant="secondary">Save</SubmitButton>
        </ActionForm>
      ) : page.allowedPowers.length === 0 ? (
        <p className="text-muted text-sm">None. Ask an admin of the platform.</p>
      ) : (
        <ul className="space-y-1 font-mono text-xs break-all">
          {page.allowedPowers.map((power) => (
            <li key={power}>{power}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}
