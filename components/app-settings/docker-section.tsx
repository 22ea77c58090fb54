import { CheckRow } from "#components/ui/check-row.tsx";
import type { AppSettingsPage } from "#lib/domain/app-settings/queries.ts";
import { constraintOperators } from "#lib/domain/app-settings/schema.ts";

import { artifactRows, constraintRows } from "./row-values.ts";
import { type RowColumn, RowsField } from "./rows-field.tsx";
import { type AppSettingActions, SettingsSection } from "./settings-section.tsx";
import { Sourced } from "./source-badge.tsx";

const parameterColumns: readonly RowColumn[] = [
  { name: "key", label: "Option", width: "w-40", placeholder: "ulimit" },
  { name: "value", label: "Value", width: "w-44 grow", placeholder: "nofile=65536:65536" },
];
const artifactColumns: readonly RowColumn[] = [
  { name: "uri", label: "Address", width: "w-full sm:w-80 grow", placeholder: "https://files.example.org/tool.tar.gz" },
  { name: "destPath", label: "Path in the sandbox", width: "w-40", placeholder: "as named" },
  { name: "extract", label: "Unpack", kind: "check", width: "", initial: true },
  { name: "executable", label: "Executable", kind: "check", width: "" },
  { name: "cache", label: "Keep on the agent", kind: "check", width: "" },
];
const constraintColumns: readonly RowColumn[] = [
  { name: "field", label: "Field", width: "w-40", placeholder: "hostname", initial: "hostname" },
  { name: "operator", label: "Operator", kind: constraintOperators, width: "w-36", initial: "UNIQUE" },
  { name: "value", label: "Value", width: "w-40 grow" },
];

/** What goes to `docker run`, and whether the image is fetched anew. */
export function DockerSection({ page, actions }: { readonly page: AppSettingsPage; readonly actions: AppSettingActions }) {
  const { settings, sources } = page;
  return (
    <SettingsSection
      title="Docker"
      description="Options of docker run. What gives power over the hosts is refused until an admin of the platform allows it."
      page={page}
      actions={actions}
      names={["parameters", "forcePull"]}
    >
      <RowsField
        key={JSON.stringify(settings.parameters)}
        name="parameters"
        legend={<Sourced label="Parameters" source={sources.parameters} />}
        one="parameter"
        columns={parameterColumns}
        rows={settings.parameters}
      />
      <CheckRow
        name="forcePull"
        defaultChecked={settings.forcePull}
        label={<Sourced label="Pull the image for every task" source={sources.forcePull} />}
        description="Images are named by digest, so an agent that has it has the right one."
      />
    </SettingsSection>
  );
}

/** What is in the sandbox before the task starts. */
export function ArtifactsSection({ page, actions }: { readonly page: AppSettingsPage; readonly actions: AppSettingActions }) {
  const { settings, sources } = page;
  return (
    <SettingsSection
      title="Artifacts"
      description="Files the agents fetch into the sandbox first. Credentials of Berth’s registry are added by themselves where it has any."
      page={page}
      actions={actions}
      names={["fetch"]}
    >
      <RowsField
        key={JSON.stringify(settings.fetch)}
        name="fetch"
        legend={<Sourced label="Artifacts" source={sources.fetch} />}
        one="artifact"
        columns={artifactColumns}
        rows={artifactRows(settings.fetch)}
      />
    </SettingsSection>
  );
}

/** Which hosts tasks may be on. */
export function ConstraintsSection({ page, actions }: { readonly page: AppSettingsPage; readonly actions: AppSettingActions }) {
  const { settings, sources } = page;
  return (
    <SettingsSection
      title="Constraints"
      description="Which agents may run its tasks, and how they are spread."
      page={page}
      actions={actions}
      names={["constraints"]}
    >
      <RowsField
        key={JSON.stringify(settings.constraints)}
        name="constraints"
        legend={<Sourced label="Constraints" source={sources.constraints} />}
        one="constraint"
        columns={constraintColumns}
        rows={constraintRows(settings.constraints)}
      />
    </SettingsSection>
  );
}
