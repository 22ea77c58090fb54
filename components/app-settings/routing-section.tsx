import { CheckRow } from "#components/ui/check-row.tsx";
import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import type { AppSettingsPage } from "#lib/domain/app-settings/queries.ts";

import { labelRows } from "./row-values.ts";
import { type RowColumn, RowsField } from "./rows-field.tsx";
import { type AppSettingActions, SettingsSection } from "./settings-section.tsx";
import { Sourced } from "./source-badge.tsx";

const columns: readonly RowColumn[] = [
  { name: "name", label: "Name", width: "w-48", placeholder: "team" },
  { name: "value", label: "Value", width: "w-44 grow" },
];

/** Labels: people's own, and those by which a load balancer of the cluster finds the app. */
export function RoutingSection({ page, actions }: { readonly page: AppSettingsPage; readonly actions: AppSettingActions }) {
  const { routing, labels } = page.settings;
  const { sources } = page;
  const entryPoints = "entryPoints" in routing ? (routing.entryPoints ?? []).join(" ") : "";
  return (
    <SettingsSection
      title="Routing and labels"
      description="Labels for a load balancer beside Berth’s gateway. Each environment is routed under its own host name."
      page={page}
      actions={actions}
      names={["routing", "labels"]}
    >
      <div className="group/routing space-y-4">
        <FormSelectField
          name="routing.kind"
          label={<Sourced label="Load balancer" source={sources.routing} />}
          defaultValue={routing.kind}
          fieldClassName="sm:max-w-80"
        >
          <option value="none">none: Berth’s gateway alone</option>
          <option value="marathon-lb">marathon-lb (HAPROXY_…)</option>
          <option value="traefik-1">Traefik 1</option>
          <option value="traefik-2">Traefik 2</option>
        </FormSelectField>
        <div className="hidden gap-4 group-has-[option[value=marathon-lb]:checked]/routing:grid sm:grid-cols-2">
          <FormTextField
            name="routing.group"
            label="Group"
            mono
            maxLength={63}
            defaultValue={routing.kind === "marathon-lb" ? (routing.group ?? "") : ""}
            placeholder="external"
          />
          <CheckRow
            name="routing.redirectToHttps"
            defaultChecked={routing.kind === "marathon-lb" && routing.redirectToHttps === true}
            label="Send http to https"
            className="sm:mt-7"
          />
        </div>
        <div className="hidden gap-4 group-has-[option[value^=traefik]:checked]/routing:grid sm:grid-cols-2">
          <FormTextField
            name="routing.entryPoints"
            label="Entry points"
            mono
            optional
            maxLength={600}
            defaultValue={entryPoints}
            placeholder="web websecure"
          />
        </div>
        <div className="hidden gap-4 group-has-[option[value=traefik-2]:checked]/routing:grid sm:grid-cols-2">
          <CheckRow
            name="routing.tls"
            defaultChecked={routing.kind === "traefik-2" && routing.tls !== undefined}
            label="TLS"
            className="sm:mt-7"
          />
          <FormTextField
            name="routing.certResolver"
            label="Certificate resolver"
            mono
            optional
            maxLength={63}
            defaultValue={routing.kind === "traefik-2" ? (routing.tls?.certResolver ?? "") : ""}
          />
        </div>
        <RowsField
          key={JSON.stringify(labels)}
          name="labels"
          legend={<Sourced label="Labels" source={sources.labels} />}
          one="label"
          hint="Over those of the routing. Labels of berth. are Berth’s own."
          columns={columns}
          rows={labelRows(labels)}
        />
        <RoutingLabels labels={page.routingLabels} />
      </div>
    </SettingsSection>
  );
}

/** What the load balancer is told, for a host name by which it can be recognised. */
function RoutingLabels({ labels }: { readonly labels: AppSettingsPage["routingLabels"] }) {
  if (labels.length === 0) return null;
  return (
    <div className="bg-sunken min-w-0 rounded-sm border p-3">
      <p className="text-muted mb-1.5 text-xs">Sent with each environment, as for branch issue-1:</p>
      <ul className="space-y-0.5 font-mono text-xs break-all">
        {labels.map((label) => (
          <li key={label}>{label}</li>
        ))}
      </ul>
    </div>
  );
}
