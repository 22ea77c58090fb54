import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ProjectSettings } from "#lib/domain/projects/queries.ts";

/** The pipeline: per stage what it takes, and how much an environment in it may use. */
export function StageSettings({ stages, action }: { readonly stages: ProjectSettings["stages"]; readonly action: FormAction }) {
  return (
    <Section title="Pipeline" description="Instances, CPU and memory are what each environment of the stage gets." bodyClassName="">
      <ul className="divide-y">
        {stages.map((stage) => (
          <li key={stage.id} className="px-4 py-4">
            <ActionForm action={action} values={{ stage: stage.id }} className="space-y-3">
              <div className="flex flex-wrap items-baseline gap-x-3">
                <h3 className="text-sm">{stage.title}</h3>
                <p className="text-faint text-xs">takes {stage.refs}</p>
              </div>
              <div className="flex flex-wrap items-end gap-3">
                <FormTextField
                  name="instances"
                  label="Instances"
                  type="number"
                  required
                  min={1}
                  max={100}
                  defaultValue={stage.instances}
                  fieldClassName="w-24"
                />
                <FormTextField
                  name="cpus"
                  label="CPUs"
                  type="number"
                  required
                  min={0.01}
                  max={64}
                  step={0.01}
                  defaultValue={stage.cpus}
                  fieldClassName="w-24"
                />
                <FormTextField
                  name="mem"
                  label="Memory, MiB"
                  type="number"
                  required
                  min={16}
                  max={262_144}
                  defaultValue={stage.mem}
                  fieldClassName="w-32"
                />
                <label className="flex h-8 items-center gap-2 text-sm">
                  <input type="checkbox" name="redeployOnPush" defaultChecked={stage.redeployOnPush} className="size-4" />
                  Redeploy on push
                </label>
                <SubmitButton variant="secondary" className="ml-auto">
                  Save
                </SubmitButton>
              </div>
            </ActionForm>
          </li>
        ))}
      </ul>
    </Section>
  );
}
