import { CheckRow } from "#components/ui/check-row.tsx";
import { FormSelectField } from "#components/ui/form-fields.tsx";
import type { AppSettingsPage } from "#lib/domain/app-settings/queries.ts";
import { portProtocols } from "#lib/domain/app-settings/schema.ts";

import { portRows } from "./row-values.ts";
import { type RowColumn, RowsField } from "./rows-field.tsx";
import { type AppSettingActions, SettingsSection } from "./settings-section.tsx";
import { Sourced } from "./source-badge.tsx";

const columns: readonly RowColumn[] = [
  { name: "name", label: "Name", width: "w-28", placeholder: "admin" },
  { name: "containerPort", label: "Container", kind: "number", width: "w-24", placeholder: "same" },
  { name: "hostPort", label: "Host", kind: "number", width: "w-24", placeholder: "any" },
  { name: "servicePort", label: "Service", kind: "number", width: "w-24", placeholder: "any" },
  { name: "protocol", label: "Protocol", kind: portProtocols, width: "w-28", initial: "tcp" },
  { name: "labels", label: "Labels", width: "w-44 grow", placeholder: "VIP_0=/web:80" },
];

/** Network and ports. The first port is Berth's: it is published, checked and routed to. */
export function NetworkSection({ page, actions }: { readonly page: AppSettingsPage; readonly actions: AppSettingActions }) {
  const { settings, sources } = page;
  const port = page.port === null ? "the image’s first EXPOSE, else 8080" : String(page.port);
  return (
    <SettingsSection
      title="Network and ports"
      description={`The app’s own port is published by Berth, as http: ${port}.`}
      page={page}
      actions={actions}
      names={["network", "requirePorts", "ports"]}
    >
      <div className="group/network space-y-4">
        <FormSelectField
          name="network"
          label={<Sourced label="Network" source={sources.network} />}
          defaultValue={settings.network}
          fieldClassName="sm:max-w-80"
        >
          <option value="bridge">BRIDGE: a network of its own, ports mapped</option>
          <option value="host">HOST: the agent’s own network</option>
        </FormSelectField>
        <div className="hidden group-has-[option[value=host]:checked]/network:block">
          <CheckRow
            name="requirePorts"
            defaultChecked={settings.requirePorts}
            label={<Sourced label="The app’s own port is the host’s" source={sources.requirePorts} />}
            description="Otherwise Marathon chooses a port and the app has to listen on the number in $PORT. With it there is one task per host."
          />
        </div>
        <RowsField
          key={JSON.stringify(settings.ports)}
          name="ports"
          legend={<Sourced label="Further ports" source={sources.ports} />}
          one="port"
          hint="In a bridge network container and host port; on the host’s network the service port is the number that is asked for. Empty: Marathon chooses."
          columns={columns}
          rows={portRows(settings.ports)}
        />
      </div>
    </SettingsSection>
  );
}
