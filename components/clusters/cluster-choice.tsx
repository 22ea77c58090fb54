import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { FormSelectField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ClusterChoice } from "#lib/domain/clusters/queries.ts";

/** Where new environments of a project are made, as a whole and by stage. Not there while there is only one cluster. */
export function ClusterChoiceSettings({ choice, action }: { readonly choice: ClusterChoice; readonly action: FormAction }) {
  if (choice.options.length === 0) return null;
  return (
    <Section
      title="Cluster"
      description="Where new environments are made. Those that are there stay where they are."
      bodyClassName="divide-y"
    >
      <ChoiceForm
        action={action}
        values={{ project: choice.slug }}
        label="This project"
        chosen={choice.chosen ?? "default"}
        choice={choice}
      />
      {choice.stages.map((stage) => (
        <ChoiceForm
          key={stage.name}
          action={action}
          values={{ project: choice.slug, stage: stage.name }}
          label={stage.title}
          chosen={stage.own ? (stage.chosen ?? "default") : "project"}
          choice={choice}
          ofStage
        />
      ))}
      {choice.elsewhere.length > 0 && (
        <div className="text-muted px-4 py-3 text-sm">
          <p>Still elsewhere; to move one, destroy it and make it again:</p>
          <ul className="mt-1 list-disc pl-5 text-xs">
            {choice.elsewhere.map(({ name, cluster }) => (
              <li key={name}>
                <bdi>{name}</bdi> runs in <bdi>{cluster}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Section>
  );
}

function ChoiceForm({
  action,
  values,
  label,
  chosen,
  choice,
  ofStage = false,
}: {
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  readonly label: string;
  readonly chosen: string;
  readonly choice: ClusterChoice;
  readonly ofStage?: boolean;
}) {
  return (
    <ActionForm action={action} values={values} className="flex flex-wrap items-end gap-3 px-4 py-3">
      <FormSelectField key={chosen} name="cluster" label={label} defaultValue={chosen} fieldClassName="min-w-0 flex-1 basis-52 sm:max-w-80">
        {ofStage && <option value="project">As the project</option>}
        <option value="default">{choice.defaultName} (default)</option>
        {choice.options.map((option) => (
          <option key={option.id} value={option.id} disabled={!option.answered && option.id !== chosen}>
            {option.name}
            {option.answered ? (option.state === "down" ? " (not reachable now)" : "") : " (has not answered yet)"}
          </option>
        ))}
      </FormSelectField>
      <SubmitButton variant="secondary" aria-label={`Save the cluster of ${label}`}>
        Save
      </SubmitButton>
    </ActionForm>
  );
}
