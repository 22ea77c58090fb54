import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import type { AppSettingsPage } from "#lib/domain/app-settings/queries.ts";
import { checkProtocols } from "#lib/domain/app-settings/schema.ts";

import { checkRows } from "./row-values.ts";
import { type RowColumn, RowsField } from "./rows-field.tsx";
import { type AppSettingActions, SettingsSection } from "./settings-section.tsx";
import { SourceBadge, Sourced } from "./source-badge.tsx";

const columns: readonly RowColumn[] = [
  { name: "protocol", label: "Protocol", kind: checkProtocols, width: "w-36", initial: "HTTP" },
  { name: "portIndex", label: "Port index", kind: "number", width: "w-20", initial: "0" },
  { name: "path", label: "Path", width: "w-32", placeholder: "/" },
  { name: "command", label: "Command", width: "w-40 grow" },
  { name: "intervalSeconds", label: "Every, s", kind: "number", width: "w-20", initial: "60" },
  { name: "timeoutSeconds", label: "Within, s", kind: "number", width: "w-20", initial: "20" },
  { name: "gracePeriodSeconds", label: "Grace, s", kind: "number", width: "w-20", initial: "300" },
  { name: "maxConsecutiveFailures", label: "Failures", kind: "number", width: "w-20", initial: "3" },
];

/** When a task counts as healthy, and when an upgrade may go on. */
export function HealthSection({ page, actions }: { readonly page: AppSettingsPage; readonly actions: AppSettingActions }) {
  const { settings, sources } = page;
  const { health } = settings;
  return (
    <SettingsSection
      title="Health"
      description={`A release is live when GET ${page.healthPath} on the app’s own port answers: that check is always there. Path and time to become healthy are on the settings page.`}
      page={page}
      actions={actions}
      names={["health", "healthChecks", "readinessCheck"]}
    >
      <fieldset className="space-y-2.5">
        <legend className="text-sm font-medium">
          Berth’s check
          <SourceBadge source={sources.health} />
        </legend>
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
          <Seconds name="health.intervalSeconds" label="Every, seconds" value={health.intervalSeconds} />
          <Seconds name="health.timeoutSeconds" label="Answer within, seconds" value={health.timeoutSeconds} />
          <FormTextField
            name="health.maxConsecutiveFailures"
            label="Failures in a row"
            type="number"
            required
            min={0}
            max={1_000}
            defaultValue={health.maxConsecutiveFailures}
          />
          <FormTextField
            name="health.gracePeriodSeconds"
            label="Grace period, seconds"
            type="number"
            min={0}
            max={86_400}
            defaultValue={health.gracePeriodSeconds ?? ""}
            placeholder={String(page.healthTimeoutSeconds)}
          />
        </div>
      </fieldset>
      <RowsField
        key={JSON.stringify(settings.healthChecks)}
        name="healthChecks"
        legend={<Sourced label="Further checks" source={sources.healthChecks} />}
        one="check"
        hint="Asked by Marathon, those of MESOS_ by the agents. Port index 0 is the app’s own port, then the further ports follow."
        columns={columns}
        rows={checkRows(settings.healthChecks)}
      />
      <Readiness page={page} />
    </SettingsSection>
  );
}

function Readiness({ page }: { readonly page: AppSettingsPage }) {
  const check = page.settings.readinessCheck;
  return (
    <fieldset className="space-y-2.5">
      <legend className="text-sm font-medium">
        Readiness
        <SourceBadge source={page.sources.readinessCheck} />
      </legend>
      <p className="text-faint text-xs">Asked during upgrades only: old tasks stay until it answers. No path, no check.</p>
      <input type="hidden" name="readinessCheck.name" value={check?.name ?? "ready"} />
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
        <FormTextField
          name="readinessCheck.path"
          label="Path"
          mono
          optional
          maxLength={512}
          spellCheck={false}
          defaultValue={check?.path ?? ""}
          placeholder="/ready"
        />
        <FormSelectField name="readinessCheck.protocol" label="Protocol" defaultValue={check?.protocol ?? "HTTP"}>
          <option>HTTP</option>
          <option>HTTPS</option>
        </FormSelectField>
        <FormTextField name="readinessCheck.portName" label="Port’s name" mono maxLength={63} defaultValue={check?.portName ?? "http"} />
        <Seconds name="readinessCheck.intervalSeconds" label="Every, seconds" value={check?.intervalSeconds ?? 30} />
        <Seconds name="readinessCheck.timeoutSeconds" label="Answer within, seconds" value={check?.timeoutSeconds ?? 10} />
        <FormTextField
          name="readinessCheck.readyStatuses"
          label="Ready when it answers"
          mono
          maxLength={100}
          defaultValue={(check?.readyStatuses ?? [200]).join(" ")}
        />
      </div>
    </fieldset>
  );
}

function Seconds({ name, label, value }: { readonly name: string; readonly label: string; readonly value: number }) {
  return <FormTextField name={name} label={label} type="number" required min={1} max={3_600} defaultValue={value} />;
}
