"use client";

import { TriangleAlert } from "lucide-react";
import { useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { CheckRow } from "#components/ui/check-row.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormSelectField, FormTextareaField, FormTextField } from "#components/ui/form-fields.tsx";
import { useFieldError } from "#components/ui/form-state.ts";
import { Link } from "#components/ui/link.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import { linesOf } from "#lib/domain/checks/words.ts";
import type { StageRow } from "#lib/domain/stages/queries.ts";
import { kindWords, startWords } from "#lib/domain/stages/words.ts";

import { PatternField, type TriedRef } from "./pattern-field.tsx";

export interface StageSheetProperties {
  readonly action: FormAction;
  /** Null: a new one. */
  readonly stage: StageRow | null;
  readonly project: string;
  readonly defaultBranch: string | null;
  readonly refs: readonly TriedRef[];
  readonly refsTotal: number;
  readonly onClose: () => void;
}

/** All of a stage that people decide, in one sheet. */
export function StageSheet({ action, stage, project, onClose, ...tried }: StageSheetProperties) {
  const [starts, setStarts] = useState<string>(stage?.starts ?? "on_click");
  const values: Record<string, string> = stage === null ? { project } : { stage: stage.id, version: String(stage.version) };
  return (
    <Dialog open wide onClose={onClose} title={stage === null ? "Add a stage" : `Edit ${stage.title}`}>
      <ActionForm action={action} values={values} onDone={onClose} className="space-y-5">
        <OrderError />
        <Names stage={stage} />
        <PatternField
          refKind={stage?.refKind ?? (stage === null ? "branch" : "none")}
          pattern={stage?.refPattern ?? "*"}
          perRef={stage?.perRef ?? true}
          {...tried}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <FormSelectField name="starts" label="Starts" value={starts} onChange={(event) => setStarts(event.target.value)}>
            {Object.entries(startWords).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </FormSelectField>
          <FormTextField
            name="ttlHours"
            label="Goes after hours untouched"
            optional
            type="number"
            min={1}
            max={8760}
            defaultValue={stage?.ttlHours ?? ""}
            hint="Empty: never. What went can be made again from its ref."
          />
        </div>
        {starts === "by_promotion" ? <Gate stage={stage} /> : <Pushes stage={stage} />}
        <Sizes stage={stage} project={project} />
        <FormTextareaField
          name="checks"
          label="Checks before it starts"
          optional
          mono
          rows={3}
          spellCheck={false}
          defaultValue={linesOf(stage?.checks ?? [])}
          placeholder="unit tests: npm test"
          hint="One a line, name: command. Run in the built image without network and secrets; red stops the line. (90 s) after the name is another time limit."
        />
        <Public stage={stage} />
        <div className="flex justify-end">
          <SubmitButton>{stage === null ? "Add stage" : "Save"}</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}

/** What is wrong with the pipeline as a whole has no field of its own. */
function OrderError() {
  const error = useFieldError("order");
  if (error === undefined) return null;
  return (
    <p role="alert" className="bg-bad-soft text-bad rounded-sm px-3 py-2 text-sm">
      {error}
    </p>
  );
}

function Names({ stage }: { readonly stage: StageRow | null }) {
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <FormTextField name="title" label="Title" required maxLength={40} defaultValue={stage?.title ?? ""} data-autofocus />
      <FormTextField
        name="name"
        label="Name"
        required
        mono
        maxLength={30}
        defaultValue={stage?.name ?? ""}
        hint="Part of addresses."
        spellCheck={false}
        autoComplete="off"
      />
      <FormSelectField name="kind" label="Kind" defaultValue={stage?.kind ?? "review"} hint="Decides who may do what.">
        {Object.entries(kindWords).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </FormSelectField>
    </div>
  );
}

function Gate({ stage }: { readonly stage: StageRow | null }) {
  return (
    <fieldset className="space-y-3">
      <legend className="text-sm font-medium">Gate</legend>
      <Box name="verdictRequired" checked={stage?.verdictRequired ?? true} label="A tester’s approval of exactly this image" />
      <div className="grid gap-4 sm:grid-cols-2">
        <FormSelectField name="approvalsRequired" label="Second person" defaultValue={stage?.approvalsRequired ?? 0}>
          <option value={0}>not needed</option>
          <option value={1}>has to agree to each promotion</option>
        </FormSelectField>
        <FormTextField
          name="rollbackAfterSeconds"
          label="Watched for seconds after going live"
          type="number"
          required
          min={10}
          max={86_400}
          defaultValue={stage?.rollbackAfterSeconds ?? 300}
        />
      </div>
      <Box
        name="autoRollback"
        checked={stage?.autoRollback ?? true}
        label="Berth rolls back by itself when a promoted release becomes unhealthy in that time"
      />
    </fieldset>
  );
}

function Pushes({ stage }: { readonly stage: StageRow | null }) {
  return (
    <>
      {/* Nothing of a gate where nothing is promoted: a hidden box that is not ticked. */}
      <input type="hidden" name="box" value="verdictRequired" />
      <input type="hidden" name="approvalsRequired" value="0" />
      <Box
        name="redeployOnPush"
        checked={stage?.redeployOnPush ?? true}
        label="A push to its branch redeploys an environment"
        description="A tag that moves never does: it is reported, and somebody decides."
      />
    </>
  );
}

function Sizes({ stage, project }: { readonly stage: StageRow | null; readonly project: string }) {
  return (
    <div className="space-y-1.5">
      <div className="grid gap-4 sm:grid-cols-3">
        <FormTextField name="instances" label="Instances" type="number" required min={1} max={50} defaultValue={stage?.instances ?? 1} />
        <FormTextField name="cpus" label="CPUs" type="number" required min={0.01} max={64} step={0.01} defaultValue={stage?.cpus ?? 0.25} />
        <FormTextField name="mem" label="Memory, MiB" type="number" required min={16} max={262_144} defaultValue={stage?.mem ?? 256} />
      </div>
      <p className="text-faint text-xs">
        Everything else of how it runs is on{" "}
        <Link className="text-link underline" href={`/p/${project}/app`}>
          the app page
        </Link>
        .
      </p>
    </div>
  );
}

function Public({ stage }: { readonly stage: StageRow | null }) {
  return (
    <div className="group space-y-1.5">
      <Box name="public" checked={stage?.public ?? false} label="Running environments of this stage answer everybody" />
      <p className="bg-warn-soft hidden items-start gap-2 rounded-sm border px-3 py-2 text-xs group-has-checked:flex">
        <TriangleAlert aria-hidden className="text-warn mt-0.5 size-3.5 shrink-0" />
        Whoever knows or guesses a URL sees the app without signing in, from the moment this is saved: also what is unfinished. Everything
        in Berth itself stays closed.
      </p>
    </div>
  );
}

/** A box whose absence from an answer means no, not that nobody asked. */
function Box({
  name,
  checked,
  label,
  description,
}: {
  readonly name: string;
  readonly checked: boolean;
  readonly label: string;
  readonly description?: string;
}) {
  const error = useFieldError(name);
  return (
    <>
      <input type="hidden" name="box" value={name} />
      <CheckRow name={name} defaultChecked={checked} label={label} description={error ?? description} />
    </>
  );
}
