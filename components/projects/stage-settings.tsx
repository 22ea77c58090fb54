import { TriangleAlert } from "lucide-react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { CheckRow } from "#components/ui/check-row.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ProjectSettings } from "#lib/domain/projects/queries.ts";

/** The pipeline: per stage what it takes, and how much an environment in it may use. */
export function StageSettings({ stages, action }: { readonly stages: ProjectSettings["stages"]; readonly action: FormAction }) {
  return (
    <Section
      title="Pipeline"
      description="What each environment of the stage gets: CPU and memory with its next deployment; instances when it is made, after that it is scaled by itself."
      bodyClassName=""
    >
      <ul className="divide-y">
        {stages.map((stage) => (
          <li key={stage.id} className="px-4 py-4">
            <ActionForm action={action} values={{ stage: stage.id }} className="space-y-3">
              <div className="flex flex-wrap items-baseline gap-x-3">
                <h3 className="text-sm">{stage.title}</h3>
                {stage.public && <Badge tone="warn">answers everybody</Badge>}
                <p className="text-faint text-xs">takes {stage.refs}</p>
              </div>
              <div className="flex flex-wrap items-end gap-3">
                <FormTextField
                  name="instances"
                  label="Instances"
                  type="number"
                  required
                  min={1}
                  max={50}
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
              <div className="group space-y-1.5">
                <CheckRow name="public" defaultChecked={stage.public} label="Running environments of this stage answer everybody" />
                <p className="bg-warn-soft hidden items-start gap-2 rounded-sm border px-3 py-2 text-xs group-has-checked:flex">
                  <TriangleAlert aria-hidden className="text-warn mt-0.5 size-3.5 shrink-0" />
                  Whoever knows or guesses a URL sees the app without signing in, from the moment this is saved: also what is unfinished.
                  Everything in Berth itself stays closed.
                </p>
              </div>
            </ActionForm>
          </li>
        ))}
      </ul>
    </Section>
  );
}
