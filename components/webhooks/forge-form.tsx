import { ActionButton } from "#components/ui/action-button.tsx";
import { ActionForm } from "#components/ui/action-form.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { CheckRow } from "#components/ui/check-row.tsx";
import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ForgeSettings } from "#lib/domain/forges/queries.ts";

/** How Berth tells the forge: statuses of commits, and one comment on the pull request with the address of the preview. */
export function ForgeForm({
  project,
  settings,
  connect,
  disconnect,
}: {
  readonly project: string;
  readonly settings: ForgeSettings;
  readonly connect: FormAction;
  readonly disconnect: FormAction;
}) {
  return (
    <Section
      title="Statuses and comments"
      description="Build, deployment and verdict appear at the commit, and one comment on the pull request carries the preview’s address."
      action={
        settings.hasToken && (
          <Badge tone={settings.problem === null ? "good" : "bad"}>{settings.problem === null ? "connected" : "not told"}</Badge>
        )
      }
    >
      <ActionForm action={connect} values={{ project }} className="space-y-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <FormSelectField name="forge" label="Forge" required defaultValue={settings.forge ?? ""}>
            {settings.forge === null && (
              <option value="" disabled>
                Choose
              </option>
            )}
            <option value="github">GitHub</option>
            <option value="gitlab">GitLab</option>
            <option value="gitea">Gitea, Forgejo</option>
            <option value="gogs">Gogs (comments only)</option>
          </FormSelectField>
          <FormTextField
            name="repository"
            label="Repository there"
            required
            mono
            defaultValue={settings.repository}
            placeholder="owner/name"
          />
          <FormTextField
            name="apiUrl"
            label="API"
            type="url"
            required
            mono
            defaultValue={settings.apiUrl}
            placeholder="https://api.github.com"
            hint="Such as https://gitlab.example.org/api/v4 or https://gitea.example.org/api/v1."
          />
          <FormTextField
            name="accessToken"
            label="Token"
            type="password"
            autoComplete="off"
            optional={settings.hasToken}
            required={!settings.hasToken}
            placeholder={settings.hasToken ? "stays as it is" : ""}
            hint="May write statuses and comments of this repository. Sealed: nobody reads it back."
          />
        </div>
        <CheckRow name="statuses" defaultChecked={settings.statuses} label="Statuses of commits" />
        <CheckRow name="comments" defaultChecked={settings.comments} label="A comment on pull requests" />
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-faint min-w-0 text-xs">
            {settings.problem !== null && <span className="text-bad foreign block break-words">{settings.problem}</span>}
            {settings.checkedAt !== null && (
              <>
                Told last <RelativeTime at={settings.checkedAt} />
              </>
            )}
          </p>
          <SubmitButton variant="secondary">Save</SubmitButton>
        </div>
      </ActionForm>
      {settings.hasToken && (
        <div className="mt-3 flex justify-end border-t pt-3">
          <ActionButton action={disconnect} values={{ project }} size="sm">
            Disconnect
          </ActionButton>
        </div>
      )}
    </Section>
  );
}
