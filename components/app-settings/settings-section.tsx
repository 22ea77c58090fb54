import type { ReactNode } from "react";

import { ActionButton } from "#components/ui/action-button.tsx";
import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { AppSettingsPage } from "#lib/domain/app-settings/queries.ts";
import type { AppSettingName } from "#lib/domain/app-settings/schema.ts";

export interface AppSettingActions {
  readonly set: FormAction;
  readonly inherit: FormAction;
}

interface Properties {
  readonly title: string;
  readonly description: string;
  readonly page: AppSettingsPage;
  readonly actions: AppSettingActions;
  /** The settings it shows. */
  readonly names: readonly AppSettingName[];
  readonly children: ReactNode;
}

/** Some settings of a layer with their own button. What nobody touches stays inherited; what the layer sets itself can be given back. */
export function SettingsSection({ title, description, page, actions, names, children }: Properties) {
  const values = layerOf(page);
  const own = names.filter((name) => page.own.includes(name));
  const shown = Object.fromEntries(names.map((name) => [`was.${name}`, JSON.stringify(page.settings[name])]));
  return (
    <Section
      title={title}
      description={description}
      action={
        own.length > 0 && (
          <ActionButton action={actions.inherit} values={{ ...values, unset: own.join(",") }} size="sm" label={`Inherit again: ${title}`}>
            Inherit again
          </ActionButton>
        )
      }
    >
      {/* A saved form is made anew: its fields show what came of it. */}
      <ActionForm key={JSON.stringify(shown)} action={actions.set} values={{ ...values, ...shown }} className="space-y-4">
        {children}
        <SubmitButton variant="secondary">Save</SubmitButton>
      </ActionForm>
    </Section>
  );
}

export function layerOf(page: Pick<AppSettingsPage, "project" | "stage">): Record<string, string> {
  return { project: page.project.slug, ...(page.stage === null ? {} : { stage: page.stage.name }) };
}
