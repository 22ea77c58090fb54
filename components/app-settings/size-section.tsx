import { projectHref } from "#components/environments/address.ts";
import { Section } from "#components/ui/card.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { Link } from "#components/ui/link.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { AppSettingsPage } from "#lib/domain/app-settings/queries.ts";

import { type AppSettingActions, SettingsSection } from "./settings-section.tsx";
import { Sourced } from "./source-badge.tsx";

/** How much a task gets. Instances, CPUs and memory are each stage's own. */
export function SizeSection({ page, actions }: { readonly page: AppSettingsPage; readonly actions: AppSettingActions }) {
  const { stage, settings, sources } = page;
  return (
    <>
      <SettingsSection
        title={stage === null ? "Disk" : "Size"}
        description={
          stage === null
            ? "Room in the sandbox of each task, promised by the agent."
            : "What each task gets. Instances count when an environment is made; after that it is scaled by itself."
        }
        page={page}
        actions={actions}
        names={["disk"]}
      >
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
          {stage !== null && (
            <>
              <FormTextField
                name="instances"
                label={<Sourced label="Instances" source="stage" />}
                type="number"
                required
                min={1}
                max={50}
                defaultValue={stage.instances}
              />
              <FormTextField
                name="cpus"
                label={<Sourced label="CPUs" source="stage" />}
                type="number"
                required
                min={0.01}
                max={64}
                step={0.01}
                defaultValue={stage.cpus}
              />
              <FormTextField
                name="mem"
                label={<Sourced label="Memory, MiB" source="stage" />}
                type="number"
                required
                min={16}
                max={262_144}
                defaultValue={stage.mem}
              />
            </>
          )}
          <FormTextField
            name="disk"
            label={<Sourced label="Disk, MiB" source={sources.disk} />}
            type="number"
            required
            min={0}
            max={1_048_576}
            defaultValue={settings.disk}
          />
        </div>
      </SettingsSection>
      {stage === null && <Sizes page={page} />}
    </>
  );
}

/** A project has no size of its own: its stages differ on purpose. */
function Sizes({ page }: { readonly page: AppSettingsPage }) {
  return (
    <Section title="Size" description="Each stage’s own; change it there." bodyClassName="">
      <Table label="Size by stage">
        <thead>
          <tr>
            <Th>Stage</Th>
            <Th>Instances</Th>
            <Th>CPUs</Th>
            <Th>Memory</Th>
            <Th>Settings of its own</Th>
          </tr>
        </thead>
        <tbody>
          {page.stages.map((stage) => (
            <Tr key={stage.name}>
              <Td>
                <Link
                  href={`${projectHref(page.project.slug)}/app?stage=${encodeURIComponent(stage.name)}`}
                  className="text-link hover:underline"
                >
                  {stage.title}
                </Link>
              </Td>
              <Td className="tabular-nums">{stage.instances}</Td>
              <Td className="tabular-nums">{stage.cpus}</Td>
              <Td className="whitespace-nowrap tabular-nums">{stage.mem} MiB</Td>
              <Td className="text-muted">{stage.own === 0 ? "none" : stage.own}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}
