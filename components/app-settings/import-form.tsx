"use client";

import { useActionState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { SelectField, TextareaField } from "#components/ui/field.tsx";
import { Problem } from "#components/ui/problem.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { Problem as ProblemText } from "#lib/core/problem.ts";
import type { AppImportPreview } from "#lib/domain/app-settings/queries.ts";

import { ImportPreview } from "./import-preview.tsx";

type PreviewResult =
  | { readonly status: "idle" }
  | { readonly status: "done"; readonly preview: AppImportPreview; readonly json: string }
  | { readonly status: "failed"; readonly problem: ProblemText };

interface Properties {
  readonly project: string;
  readonly stage: string | null;
  readonly stages: ReadonlyArray<{ readonly name: string; readonly title: string }>;
  readonly preview: (previous: PreviewResult, form: FormData) => Promise<PreviewResult>;
  readonly save: FormAction;
}

/** Paste, look at what would be taken, save. */
export function ImportForm({ project, stage, stages, preview, save }: Properties) {
  const [result, look] = useActionState(preview, { status: "idle" });
  return (
    <div className="max-w-4xl space-y-5">
      <Section
        title="Marathon JSON"
        description="The body of POST /v2/apps that you have, in the dialect of any version. Nothing is saved yet."
      >
        <form
          action={look}
          className="space-y-4"
          // React empties a form after its action; here the words are looked at beside the answer.
          onReset={(event) => event.preventDefault()}
        >
          <input type="hidden" name="project" value={project} />
          <SelectField name="stage" label="For" defaultValue={stage ?? ""} fieldClassName="sm:max-w-80">
            <option value="">the project: every stage inherits it</option>
            {stages.map(({ name, title }) => (
              <option key={name} value={name}>
                the stage {title}
              </option>
            ))}
          </SelectField>
          <TextareaField
            name="json"
            label="JSON"
            mono
            rows={14}
            required
            maxLength={1_048_576}
            spellCheck={false}
            placeholder={'{\n  "id": "/shop",\n  "container": { "docker": { "image": "shop", "network": "BRIDGE" } }\n}'}
          />
          {result.status === "failed" && <Problem live problem={result.problem} />}
          <SubmitButton variant="secondary">See what is taken</SubmitButton>
        </form>
      </Section>
      {result.status === "done" && (
        <>
          <ImportPreview preview={result.preview} />
          {result.preview.problems.length === 0 && (
            <ActionForm
              key={`${result.preview.stage ?? ""} ${result.json}`}
              action={save}
              values={{ project, ...(result.preview.stage === null ? {} : { stage: result.preview.stage }), json: result.json }}
              className="space-y-3"
            >
              <SubmitButton>Save what is taken</SubmitButton>
            </ActionForm>
          )}
        </>
      )}
    </div>
  );
}
