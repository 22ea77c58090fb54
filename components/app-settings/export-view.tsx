import { Download } from "lucide-react";
import Form from "next/form";

import { projectHref } from "#components/environments/address.ts";
import { ButtonAnchor } from "#components/ui/button.tsx";
import { Section } from "#components/ui/card.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { SelectField } from "#components/ui/field.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { AppExportPage } from "#lib/domain/app-settings/queries-json.ts";

/** The JSON of one environment, as Marathon is sent it. */
export function ExportView({ page, which }: { readonly page: AppExportPage; readonly which: "live" | "next" }) {
  const { shown } = page;
  if (shown === null)
    return <EmptyState title="No environment yet">Deploy a branch or tag; then the JSON that Berth sends for it is here.</EmptyState>;
  return (
    <div className="max-w-4xl space-y-5">
      <Form action={`${projectHref(page.project.slug)}/app/export`} prefetch={false} className="flex flex-wrap items-end gap-3">
        <SelectField name="environment" label="Environment" defaultValue={shown.id} fieldClassName="min-w-48 grow sm:max-w-80">
          {page.environments.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
        <SelectField name="which" label="As it is" defaultValue={which} fieldClassName="w-44">
          <option value="live">running now</option>
          <option value="next">deployed next</option>
        </SelectField>
        <SubmitButton variant="secondary">Show</SubmitButton>
      </Form>
      {page.more > 0 && (
        <p className="text-faint text-xs">{page.more} more environments: ask for theirs by GET /api/v1/environments/…/app.</p>
      )}
      <Section
        title={<span className="break-all">{shown.environment}</span>}
        description={`${shown.release === null ? "As its next deployment would be" : `Release ${shown.release}`}, for Marathon ${shown.version === "" ? "of the newest kind" : shown.version}. Secrets are masked.`}
        action={
          <span className="flex flex-wrap gap-2">
            <CopyButton text={shown.json}>Copy</CopyButton>
            <ButtonAnchor href={`/app-json/${shown.id}?which=${which}`} size="sm" download>
              <Download aria-hidden />
              Download
            </ButtonAnchor>
          </span>
        }
        bodyClassName=""
      >
        <pre role="region" aria-label="JSON" tabIndex={0} className="max-h-[70vh] overflow-auto p-4 font-mono text-xs leading-relaxed">
          {shown.json}
        </pre>
      </Section>
    </div>
  );
}
