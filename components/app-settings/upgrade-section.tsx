import { FormTextField } from "#components/ui/form-fields.tsx";
import type { AppSettingsPage } from "#lib/domain/app-settings/queries.ts";

import { type AppSettingActions, SettingsSection } from "./settings-section.tsx";
import { SourceBadge, Sourced } from "./source-badge.tsx";

/** How tasks are replaced and ended, and how soon a crashing one is tried again. */
export function UpgradeSection({ page, actions }: { readonly page: AppSettingsPage; readonly actions: AppSettingActions }) {
  const { upgrade, killGraceSeconds, backoff } = page.settings;
  const { sources } = page;
  return (
    <SettingsSection
      title="Upgrades and restarts"
      description="How old tasks make room for new ones, how they are ended, and how long a crashing app waits before the next try."
      page={page}
      actions={actions}
      names={["upgrade", "killGraceSeconds", "backoff"]}
    >
      <fieldset className="space-y-2.5">
        <legend className="text-sm font-medium">
          Upgrade strategy
          <SourceBadge source={sources.upgrade} />
        </legend>
        <div className="grid gap-4 sm:grid-cols-3">
          <Percent name="upgrade.minimumHealthCapacity" label="Healthy at least, %" value={upgrade.minimumHealthCapacity} />
          <Percent name="upgrade.maximumOverCapacity" label="More than wanted at most, %" value={upgrade.maximumOverCapacity} />
          <FormTextField
            name="killGraceSeconds"
            label={<Sourced label="SIGTERM to SIGKILL, seconds" source={sources.killGraceSeconds} />}
            type="number"
            required
            min={0}
            max={3_600}
            defaultValue={killGraceSeconds}
          />
        </div>
      </fieldset>
      <fieldset className="space-y-2.5">
        <legend className="text-sm font-medium">
          Back-off
          <SourceBadge source={sources.backoff} />
        </legend>
        <div className="grid gap-4 sm:grid-cols-3">
          <FormTextField
            name="backoff.seconds"
            label="First wait, seconds"
            type="number"
            min={0}
            max={86_400}
            step="any"
            defaultValue={backoff?.seconds ?? ""}
            placeholder="Marathon’s own"
          />
          <FormTextField
            name="backoff.factor"
            label="Longer each time by"
            type="number"
            min={1}
            max={100}
            step="any"
            defaultValue={backoff?.factor ?? ""}
            placeholder="1.15"
          />
          <FormTextField
            name="backoff.maxSeconds"
            label="At most, seconds"
            type="number"
            min={0}
            max={604_800}
            step="any"
            defaultValue={backoff?.maxSeconds ?? ""}
            placeholder="300"
          />
        </div>
      </fieldset>
    </SettingsSection>
  );
}

function Percent({ name, label, value }: { readonly name: string; readonly label: string; readonly value: number }) {
  return (
    <FormTextField
      name={name}
      label={label}
      type="number"
      required
      min={0}
      max={100}
      step="any"
      defaultValue={Math.round(value * 10_000) / 100}
    />
  );
}
