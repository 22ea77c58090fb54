import { FormSelectField, FormTextareaField } from "#components/ui/form-fields.tsx";
import type { AppSettingsPage } from "#lib/domain/app-settings/queries.ts";

import { argumentLines } from "./row-values.ts";
import { type AppSettingActions, SettingsSection } from "./settings-section.tsx";
import { Sourced } from "./source-badge.tsx";

/** How the container starts. */
export function StartSection({ page, actions }: { readonly page: AppSettingsPage; readonly actions: AppSettingActions }) {
  const { start } = page.settings;
  return (
    <SettingsSection
      title="Command"
      description="What runs in the container: the image’s own command, a line for its shell, or arguments for its entrypoint (shell=false)."
      page={page}
      actions={actions}
      names={["start"]}
    >
      <div className="group/start space-y-4">
        <FormSelectField
          name="start.kind"
          label={<Sourced label="Starts with" source={page.sources.start} />}
          defaultValue={start.kind}
          fieldClassName="sm:max-w-80"
        >
          <option value="image">the image’s own command</option>
          <option value="command">a command for /bin/sh -c</option>
          <option value="arguments">arguments for the image’s entrypoint</option>
        </FormSelectField>
        <div className="hidden group-has-[option[value=command]:checked]/start:block">
          <FormTextareaField
            name="start.command"
            label="Command"
            mono
            rows={3}
            spellCheck={false}
            defaultValue={start.kind === "command" ? start.command : ""}
            hint="It replaces the image’s entrypoint. $PORT is the port to listen on."
          />
        </div>
        <div className="hidden group-has-[option[value=arguments]:checked]/start:block">
          <FormTextareaField
            name="start.arguments"
            label="Arguments"
            mono
            rows={4}
            spellCheck={false}
            defaultValue={start.kind === "arguments" ? argumentLines(start.arguments) : ""}
            hint="One per line, given as they are: no shell looks at them. A line in quotation marks is read as a JSON string."
          />
        </div>
      </div>
    </SettingsSection>
  );
}
